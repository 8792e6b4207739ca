import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../src/command.js";
import { ranCommand } from "./ran-command.js";
import { type Cluster, startCluster } from "./spawned.js";

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(() => cluster[Symbol.asyncDispose]());

const writes = () => cluster.pve.requests().filter(({ method }) => method !== "GET");

describe("pve-mcp call", () => {
  it("runs a tool, with its answer on stdout and everything else on stderr", async () => {
    const { status, out } = await ranCommand(["call", "get_vm_status", "vmid=100"], cluster.env);
    expect(status).toBe(EXIT.done);
    expect(out).toMatch(/^vmid: 100\n/);
    const json = await ranCommand(["call", "get_vm_status", "--args", '{"vmid": 100}', "--json"], cluster.env);
    expect(JSON.parse(json.out)).toMatchObject({ vmid: 100, status: "running" });
  });

  it("runs any operation by its route", async () => {
    const { status, out } = await ranCommand(["call", "GET /nodes/{node}/dns", "node=pve1"], cluster.env);
    expect(status).toBe(EXIT.done);
    expect(out).toContain("search:");
  });

  it("tells the progress of a task, and how it ended", async () => {
    const { status, out, err } = await ranCommand(["call", "start_vm", "vmid=103", "--allow", "change"], cluster.env);
    expect(status).toBe(EXIT.done);
    expect(out).toContain("exitstatus: OK");
    expect(err).toContain("TASK OK");
  });

  it("is held by the same rules, and says so by its status", async () => {
    const before = writes().length;
    const notAllowed = await ranCommand(["call", "start_vm", "vmid=104"], cluster.env);
    expect(notAllowed).toMatchObject({ status: EXIT.refused, out: "" });
    const unapproved = await ranCommand(["call", "delete_vm", "vmid=104", "--allow", "destroy"], cluster.env, ["104"]);
    expect(unapproved).toMatchObject({ status: EXIT.refused, err: expect.stringContaining("person at a terminal") });
    expect(writes().length).toBe(before);
  });

  it("tells a failure of the cluster from one of the connection and from bad words", async () => {
    const missing = await ranCommand(["call", "get_vm_status", "vmid=999"], cluster.env);
    expect(missing).toMatchObject({ status: EXIT.failed, err: expect.stringContaining("no guest 999") });
    const away = await ranCommand(["call", "get_nodes"], { ...cluster.env, PVE_URL: "https://127.0.0.1:9" });
    expect(away.status).toBe(EXIT.unreachable);
    for (const words of [[], ["get_nodes", "vmid"], ["get_nodes", "--args", "{"], ["get_nodes", "--args", "[1]"]]) {
      expect(await ranCommand(["call", ...words], cluster.env)).toMatchObject({ status: EXIT.usage, out: "" });
    }
    const unknown = await ranCommand(["call", "get_nods"], cluster.env);
    expect(unknown.status).not.toBe(EXIT.done);
    expect(unknown.err).toContain("get_nodes");
  });

  it("shows no secret", async () => {
    const { out, err } = await ranCommand(["call", "get_nodes", "--json"], cluster.env);
    expect(out + err).not.toContain(cluster.secret);
  });
});

describe("pve-mcp plan", () => {
  it("shows what would be sent and lost, changes nothing, and its id carries it out", async () => {
    const before = writes().length;
    const words = ["update_vm_config", "--args", '{"vmid": 101, "config": {"memory": 3072}}', "--allow", "change"];
    const planned = await ranCommand(["plan", ...words, "--json"], cluster.env);
    expect(planned.status).toBe(EXIT.done);
    expect(planned.out).toContain("3072");
    expect(writes().length).toBe(before);
  });
});

describe("pve-mcp tools and describe", () => {
  it("list what is allowed, and mark what a client would be shown, without asking a cluster", async () => {
    const { status, out } = await ranCommand(["tools"]);
    expect(status).toBe(EXIT.done);
    expect(out).toMatch(/^\* \w+ +read +get_alerts /m);
    expect(out).not.toContain("delete_vm");
    expect((await ranCommand(["tools", "--allow", "destroy"])).out).toMatch(/destroy +delete_vm /);
  });

  it("find by words, as data on request", async () => {
    const { out } = await ranCommand(["tools", "grow", "a", "disk", "--json"]);
    expect(JSON.parse(out)).toEqual(expect.arrayContaining([expect.objectContaining({ name: "resize_guest_disk" })]));
  });

  it("describe a tool and an operation, and name what is near a wrong name", async () => {
    expect((await ranCommand(["describe", "start_vm"])).out).toContain("vmid");
    expect((await ranCommand(["describe", "POST /nodes/{node}/qemu"])).out).toContain("memory");
    const wrong = await ranCommand(["describe", "snapshot_vm"]);
    expect(wrong).toMatchObject({ status: EXIT.usage, err: expect.stringContaining("create_vm_snapshot") });
    expect(await ranCommand(["describe"])).toMatchObject({ status: EXIT.usage });
    expect(await ranCommand(["tools", "--allow", "all"])).toMatchObject({ status: EXIT.usage });
  });
});
