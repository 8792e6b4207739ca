import { writeFileSync } from "node:fs";
import path from "node:path";
import { createSimulator } from "@pve/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../src/command.js";
import { ownFolder, ranCommand } from "./ran-command.js";
import { type Cluster, runUntil, startCluster } from "./spawned.js";

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

  it("takes the name of the only target, and no other", async () => {
    expect(await ranCommand(["call", "get_nodes", "--target", "pve"], cluster.env)).toMatchObject({
      status: EXIT.done,
    });
    expect(await ranCommand(["call", "get_nodes", "--target", "home"], cluster.env)).toMatchObject({
      status: EXIT.usage,
      err: expect.stringContaining("--target takes pve"),
    });
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
    expect(unapproved).toMatchObject({ status: EXIT.refused, err: expect.stringContaining("needs approval") });
    expect(writes().length).toBe(before);
  });

  it("asks an operator where nobody sits at a terminal", async () => {
    const folder = ownFolder();
    const config = path.join(folder, "pve-mcp.yaml");
    writeFileSync(config, "approval: { directory: approvals, wait: 0 }\n");
    const words = ["call", "delete_vm", "vmid=104", "--allow", "destroy", "--config", config];
    const before = writes().length;
    const waiting = await ranCommand(words, cluster.env);
    expect(waiting).toMatchObject({ status: EXIT.failed, out: "" });
    expect(waiting.err).toMatch(/Pending approval [0-9a-f]{10}/);
    expect(writes().length).toBe(before);
    const listed = await ranCommand(["approve", "--directory", path.join(folder, "approvals")]);
    expect(listed.out).toContain("delete_vm");
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

  it.each([
    { cancel: true, says: /told to end/, status: "stopped" },
    { cancel: false, says: /goes on/, status: "running" },
  ])("that is interrupted ends its task on request: cancel_tasks $cancel", async ({ cancel, says, status }) => {
    await using pve = createSimulator({ seed: "three-nodes", clock: { speed: 1 } });
    const { url, fingerprint256 } = await pve.listen();
    const config = path.join(ownFolder(), "pve-mcp.yaml");
    writeFileSync(config, `cancel_tasks: ${cancel}\n`);
    const env = { PVE_URL: url, PVE_TOKEN: pve.credentials.token, PVE_FINGERPRINT: fingerprint256 };
    const words = ["call", "clone_vm", "source_vmid=103", "new_vmid=1103", "full=true"];
    const ended = await runUntil(env, [...words, "--allow", "change", "--config", config], /transferred/);
    expect(ended).toMatchObject({ code: EXIT.failed, stderr: expect.stringMatching(says) });
    const stops = pve.requests().filter(({ method }) => method === "DELETE");
    expect(stops).toHaveLength(status === "stopped" ? 1 : 0);
  });

  it("shows no secret", async () => {
    const { out, err } = await ranCommand(["call", "get_nodes", "--json"], cluster.env);
    expect(out + err).not.toContain(cluster.secret);
  });
});

describe("pve-mcp plan", () => {
  it.each(["get_nodes", "GET /nodes"])("says that %s, which only reads, needs none", async (name) => {
    expect(await ranCommand(["plan", name], cluster.env)).toMatchObject({
      status: EXIT.usage,
      err: expect.stringContaining("only reads"),
    });
  });

  it("shows what would be sent and lost, changes nothing, and its id carries it out", async () => {
    const before = writes().length;
    const words = ["update_vm_config", "--args", '{"vmid": 101, "config": {"memory": 3072}}', "--allow", "change"];
    const planned = await ranCommand(["plan", ...words, "--json"], cluster.env);
    expect(planned.status).toBe(EXIT.done);
    expect(planned.out).toContain("3072");
    expect(writes().length).toBe(before);
    expect(planned.err).toMatch(/holds in this process alone/);

    const config = path.join(ownFolder(), "pve-mcp.yaml");
    writeFileSync(config, "approval: { directory: approvals }\n");
    const shared = await ranCommand(["plan", ...words, "--json", "--config", config], cluster.env);
    expect(shared.err).not.toMatch(/holds in this process alone/);
    const id = /plan-[\w.-]+/.exec(shared.out)?.[0];
    expect(await ranCommand(["call", ...words, `plan=${id}`, "--config", config], cluster.env)).toMatchObject({
      status: EXIT.done,
    });
    expect(writes().length).toBe(before + 1);
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
