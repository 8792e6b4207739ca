import { createClient, type PveClient } from "@pve/client";
import { createSimulator, type Simulator } from "@pve/simulator";
import { describe, expect, it } from "vitest";
import {
  catalogue,
  findTool,
  type Grants,
  judge,
  judgeTool,
  type ResolvedTool,
  readGrants,
  readGrantsOn,
} from "../../src/index.js";

const clientOf = ({ baseUrl, fetch, clock }: Simulator, token: string): PveClient =>
  createClient({ baseUrl, transport: fetch, sleep: clock.sleep, now: clock.now, auth: { token } });

const toolNamed = (name: string): ResolvedTool => {
  const tool = findTool(name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return tool;
};

const grantsOf = (report: Grants["report"], identity = "ann@pve!mcp"): Grants => ({ identity, kind: "token", report });

describe("grants", () => {
  it("are read in one request, with who the caller is", async () => {
    await using sim = createSimulator();
    const grants = await readGrants(clientOf(sim, sim.credentials.auditorToken));
    expect(grants).toMatchObject({ identity: "auditor@pve!reader", kind: "token" });
    expect(grants.report["/"]).toMatchObject({ "VM.Audit": 1 });
    expect(sim.requests().map(({ path }) => path)).toEqual(["/access/permissions"]);
    expect(JSON.parse(JSON.stringify(grants))).toEqual(grants);
  });

  it("on one path are what PVE says of it, nothing included", async () => {
    await using sim = createSimulator();
    const client = clientOf(sim, sim.credentials.auditorToken);
    const { report } = await readGrantsOn(client, grantsOf({ "/vms/100": { "VM.Audit": 1 } }), ["/nodes/pve1", "/x"]);
    expect(report).toMatchObject({ "/vms/100": { "VM.Audit": 1 }, "/nodes/pve1": { "Sys.Audit": 1 } });
    expect(sim.requests()).toHaveLength(2);
  });

  it("of root@pam with a password allow everything", async () => {
    await using sim = createSimulator();
    const { username, password } = sim.credentials;
    const { baseUrl, fetch: transport, clock } = sim;
    const client = createClient({ baseUrl, transport, now: clock.now, auth: { username, password } });
    const grants = await readGrants(client);
    expect(grants.kind).toBe("root");
    expect(judge("DELETE /cluster/config/nodes/{node}", { node: "pve3" }, grants).verdict).toBe("allowed");
  });
});

describe("a judgement", () => {
  it("of a name that is none is left to PVE: no grant would help", () => {
    const held = grantsOf({ "/": { "Pool.Allocate": 1 } });
    expect(judge("PUT /pools", { poolid: "a", storage: "vm:103" }, held)).toMatchObject({
      verdict: "unknown",
      remedy: [],
    });
    expect(judge("PUT /pools", { poolid: "a", storage: "nas" }, held)).toMatchObject({ verdict: "denied" });
  });

  const held = grantsOf({ "/vms": { "VM.Audit": 1 }, "/vms/100": { "VM.Audit": 1, "VM.PowerMgmt": 1 } });

  it("knows that roles which do not propagate hide none from further up", () => {
    const above = { "/": { "Sys.Audit": 1, "Sys.Modify": 1 } };
    const status = (report: Grants["report"]) =>
      judge("GET /nodes/{node}/status", { node: "pve1" }, grantsOf(report)).verdict;
    expect(status({ ...above, "/nodes": { "Sys.Audit": 0 } })).toBe("allowed");
    expect(status({ ...above, "/nodes": { "Sys.Syslog": 1, "Sys.Audit": 0 } })).toBe("denied");
    expect(status({ ...above, "/nodes/pve1": {} })).toBe("denied");
  });

  it("names the privilege and the path that are missing, and what grants them without taking anything away", () => {
    expect(judge("POST /nodes/{node}/qemu/{vmid}/status/start", { node: "pve1", vmid: 101 }, held)).toEqual({
      verdict: "denied",
      why: "/vms/101, VM.PowerMgmt",
      paths: ["/vms/101"],
      missing: [{ path: "/vms/101", privileges: ["VM.PowerMgmt"] }],
      remedy: [
        "pveum role add tools-vms-101 --privs 'VM.Audit,VM.PowerMgmt'",
        "pveum acl modify /vms/101 --tokens 'ann@pve!mcp' --roles tools-vms-101 --propagate 0",
        "pveum user permissions 'ann@pve' # a token never has more than its user: check that ann@pve holds it too",
      ],
    });
  });

  it("depends on a parameter that is not given, unless it is the same for every value", () => {
    const start = "POST /nodes/{node}/qemu/{vmid}/status/start";
    expect(judge(start, {}, held)).toMatchObject({ verdict: "depends", missing: [] });
    expect(judge("GET /nodes/{node}/qemu/{vmid}/status/current", {}, held).verdict).toBe("allowed");
    expect(judge(start, {}, grantsOf({ "/vms": { "VM.Audit": 1 } }))).toMatchObject({
      verdict: "denied",
      missing: [{ path: "/vms/{vmid}", privileges: ["VM.PowerMgmt"] }],
      remedy: [
        "pveum role add tools-vms --privs 'VM.Audit,VM.PowerMgmt'",
        "pveum acl modify /vms --tokens 'ann@pve!mcp' --roles tools-vms",
        expect.stringContaining("pveum user permissions"),
      ],
    });
  });

  it("knows what no privilege helps against", () => {
    expect(judge("PUT /access/password", { userid: "bob@pve", password: "x" }, held)).toMatchObject({
      verdict: "denied",
      missing: [],
      remedy: [],
    });
  });

  it("takes the alternative that gives away least", () => {
    const storage = judge("GET /nodes/{node}/storage/{storage}/status", { node: "pve1", storage: "nas" }, held);
    expect(storage.remedy[0]).toBe("pveum role add tools-storage-nas --privs 'Datastore.Audit'");
  });

  it("needs an operation that exists", () => {
    expect(() => judge("GET /nowhere" as "GET /version", {}, held)).toThrow("there is no operation GET /nowhere");
  });
});

describe("the judgement of a tool", () => {
  it("counts that a guest has to be seen to be found", () => {
    const blind = grantsOf({ "/vms/100": { "VM.PowerMgmt": 1 } });
    expect(judgeTool(toolNamed("start_vm"), { vmid: 100 }, blind)).toMatchObject({
      verdict: "denied",
      missing: [{ path: "/vms/100", privileges: ["VM.Audit"] }],
    });
    expect(judgeTool(toolNamed("start_vm"), { vmid: 100, node_name: "pve1" }, blind).verdict).toBe("allowed");
  });

  it("keeps apart what the tool can do without", () => {
    const { verdict, operations } = judgeTool(toolNamed("get_vlan_config"), { node_name: "pve1" }, grantsOf({}));
    expect(verdict).toBe("allowed");
    expect(operations.map(({ operation, optional }) => [operation, optional])).toEqual([
      ["GET /nodes/{node}/network", false],
      ["GET /cluster/sdn/zones", true],
    ]);
  });

  it("looks into config", () => {
    const cpu = grantsOf({ "/vms": { "VM.Audit": 1, "VM.Config.CPU": 1 } });
    const update = toolNamed("update_vm_config");
    expect(judgeTool(update, { vmid: 100, config: { cores: 4 } }, cpu).verdict).toBe("allowed");
    expect(judgeTool(update, { vmid: 100, config: { memory: 4096 } }, cpu)).toMatchObject({
      verdict: "denied",
      missing: [{ path: "/vms/100", privileges: ["VM.Config.Memory"] }],
    });
  });

  it("exists for every tool without arguments, and never errs for a caller who may do everything", () => {
    const all = grantsOf({ "/": {} }, "root@pam");
    for (const tool of catalogue) {
      expect(judgeTool(tool, undefined, all).verdict, tool.name).toBe("allowed");
      expect(["allowed", "denied", "depends", "unknown"]).toContain(judgeTool(tool, undefined, grantsOf({})).verdict);
    }
  });
});
