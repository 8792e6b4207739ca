import { createClient } from "@pve/client";
import { createSimulator, type Simulator } from "@pve/simulator";
import { describe, expect, it } from "vitest";
import { policyFrom, policySection } from "../src/policy/policy-section.js";
import { connect, type SessionOptions } from "./session.js";

type Args = Readonly<Record<string, unknown>>;
type Call = readonly [name: string, args: Args];

const policy = (section: object) => policyFrom(policySection.parse(section), "policy");
const protecting = policy({ protect: [{ name: "production", vmid: 100 }] });
const operation = (name: string, args: Args = {}): Call => ["call", { name, arguments: args }];
const task = (type: string, id: string) => `UPID:pve1:0000C530:001C9A7A:65A0B3F0:${type}:${id}:root@pam:`;

const rootOf = ({ baseUrl, fetch: transport, clock, credentials }: Simulator) =>
  createClient({ baseUrl, transport, sleep: clock.sleep, now: clock.now, auth: { token: credentials.token } });

/** A cluster with backup jobs and an HA rule, seen by somebody who is asked nothing: only rules stand in the way. */
async function tried([name, args]: Call, more: SessionOptions = {}) {
  const pve = more.pve ?? createSimulator({ seed: "three-nodes" });
  const root = rootOf(pve);
  const job = { schedule: "02:00", storage: "nas" };
  await root.call("POST /cluster/backup", { ...job, id: "everything", all: true, exclude: ["104"] });
  await root.call("POST /cluster/backup", { ...job, id: "others", all: true, exclude: ["100"] });
  await root.call("POST /cluster/backup", { ...job, id: "one", vmid: ["103"] });
  await root.call("POST /cluster/ha/resources", { sid: "vm:100" });
  await root.call("POST /cluster/ha/resources", { sid: "vm:103" });
  for (const vmid of [100, 103])
    await root.call("POST /cluster/ha/rules", {
      rule: `place-${vmid}`,
      type: "node-affinity",
      resources: [`vm:${vmid}`],
      nodes: ["pve1"],
    });
  const before = pve.requests().length;
  await using session = await connect({ allowed: "destroy", policy: protecting, person: "nobody", pve, ...more });
  const { text } = await session.callTool(name, args);
  const sent = pve
    .requests()
    .slice(before)
    .filter(({ method }) => method !== "GET");
  return { text, sent: sent.map(({ method, path }) => `${method} ${path}`) };
}

const nobodyAsked = { approval: { mode: "off" } } as const;
const about = (section: object) => ({ policy: policy({ rules: [{ name: "no", effect: "deny", ...section }] }) });

describe("a protected guest is safe from what does not name it:", () => {
  const ways: readonly Call[] = [
    ["cancel_task", { task_id: task("qmrestore", "100") }],
    operation("DELETE /nodes/{node}/tasks/{upid}", { node: "pve1", upid: task("imgdel", "100@local-lvm") }),
    operation("DELETE /nodes/{node}/tasks/{upid}", { node: "pve1", upid: task("qmmove", "103-scsi1>100-scsi0") }),
    operation("DELETE /nodes/{node}/tasks/{upid}", { node: "pve1", upid: task("vzdump", "") }),
    operation("DELETE /nodes/{node}/tasks/{upid}", { node: "pve2", upid: task("bulk-migrate", "") }),
    operation("POST /cluster/backup", { all: true, schedule: "02:00", storage: "nas" }),
    operation("POST /cluster/backup", { pool: "prod", schedule: "02:00", storage: "nas" }),
    operation("POST /cluster/backup", { exclude: "103", schedule: "02:00", storage: "nas" }),
    operation("POST /cluster/backup", { all: 1, node: "pve1", schedule: "02:00", storage: "nas" }),
    operation("DELETE /cluster/backup/{id}", { id: "everything" }),
    operation("PUT /cluster/backup/{id}", { id: "everything", enabled: false }),
    operation("PUT /cluster/backup/{id}", { id: "everything", exclude: "100,104" }),
    operation("PUT /cluster/backup/{id}", { id: "others", delete: "exclude" }),
    operation("PUT /cluster/backup/{id}", { id: "one", pool: "prod" }),
    ["create_backup_job", { schedule: "02:00", storage: "nas", all: true }],
    ["update_backup_job", { id: "everything", enabled: false }],
    ["run_backup_job", { id: "everything" }],
    operation("POST /nodes/{node}/vzdump", { node: "pve1", all: 1, storage: "nas" }),
    operation("POST /nodes/{node}/vzdump", { node: "localhost", all: 1, storage: "nas" }),
    operation("POST /nodes/{node}/vzdump", { node: "pve1", stop: 1 }),
    operation("POST /nodes/{node}/status", { node: "localhost", command: "reboot" }),
    operation("POST /nodes/{node}/stopall", { node: "localhost" }),
    operation("DELETE /cluster/ha/rules/{rule}", { rule: "place-100" }),
    operation("PUT /cluster/ha/rules/{rule}", { rule: "place-100", type: "node-affinity", nodes: ["pve3"] }),
    operation("PUT /cluster/ha/rules/{rule}", { rule: "place-103", type: "node-affinity", resources: ["vm:100"] }),
    operation("POST /cluster/ha/status/disarm-ha", { "resource-mode": "freeze" }),
    operation("PUT /access/acl", { path: "/vms//100", roles: "PVEVMAdmin", users: "auditor@pve" }),
    operation("PUT /access/acl", { path: "/vms", roles: "PVEVMAdmin", users: "auditor@pve" }),
    operation("PUT /access/acl", { path: "/pool/prod", roles: "PVEVMAdmin", users: "auditor@pve" }),
    operation("DELETE /storage/{storage}", { storage: "local-lvm" }),
    operation("PUT /storage/{storage}", { storage: "local-lvm", disable: true }),
    operation("PUT /storage/{storage}", { storage: "local-lvm", nodes: ["pve3"] }),
    operation("DELETE /nodes/{node}/disks/lvmthin/{name}", { node: "pve1", name: "data", "volume-group": "pve" }),
    operation("DELETE /cluster/config/nodes/{node}", { node: "pve1" }),
    operation("DELETE /nodes/{node}/storage/{storage}/content/{volume}", {
      ...{ node: "pve1", storage: "local", volume: "100/disk.raw" },
    }),
    operation("POST /nodes/{node}/qemu/{vmid}/config", {
      ...{ node: "pve2", vmid: 103, scsi7: "/dev/mapper/pve-vm--100--disk--0" },
    }),
  ];

  it.each(ways)("%s %j", async (...call) => {
    const { sent, text } = await tried(call, nobodyAsked);
    expect(text).toMatch(/protection "production" \(policy\.protect\.0\) forbids it|it needs approval/);
    expect(sent).toEqual([]);
  });

  const harmless: readonly Call[] = [
    operation("DELETE /nodes/{node}/tasks/{upid}", { node: "pve1", upid: task("download", "100.iso") }),
    operation("POST /cluster/backup", { all: true, exclude: "100", schedule: "02:00", storage: "nas" }),
    operation("POST /cluster/backup", { all: true, node: "pve3", schedule: "02:00", storage: "nas" }),
    operation("PUT /cluster/backup/{id}", { id: "others", enabled: false }),
    operation("PUT /cluster/backup/{id}", { id: "one", vmid: "104" }),
    operation("DELETE /cluster/backup/{id}", { id: "one" }),
    operation("DELETE /cluster/ha/rules/{rule}", { rule: "place-103" }),
    operation("PUT /access/acl", { path: "/vms/103", roles: "PVEVMUser", users: "auditor@pve" }),
    operation("PUT /storage/{storage}", { storage: "nas", "max-protected-backups": 5 }),
  ];

  it.each(harmless)("and none of the business of %s %j", async (...call) => {
    const { sent, text } = await tried(call, nobodyAsked);
    expect(sent, text).toHaveLength(1);
  });
});

describe("a rule", () => {
  it("by VMID, tag, pool and node knows the guest behind a task", async () => {
    const log: Call = ["get_task_log", { task_id: task("qmstart", "100") }];
    for (const rule of [{ vmid: 100 }, { tag: "web" }, { pool: "prod" }, { node: "pve1" }]) {
      const { text } = await tried(log, about(rule));
      expect(text, JSON.stringify(rule)).toContain('rule "no" (policy.rules.0) forbids it');
    }
    const { text } = await tried(log, about({ vmid: 103 }));
    expect(text).not.toContain("forbids");
  });

  it("by node is about jobs that back up its guests, and about whichever node answers", async () => {
    const calls: readonly Call[] = [
      operation("POST /cluster/backup", { all: true, schedule: "02:00", storage: "nas" }),
      operation("POST /nodes/{node}/apt/update", { node: "localhost" }),
    ];
    for (const call of calls) {
      expect(await tried(call, about({ node: "pve3" }))).toMatchObject({
        text: expect.stringContaining('rule "no" (policy.rules.0) forbids it'),
        sent: [],
      });
    }
  });
});

describe("what the token cannot see", () => {
  /** A token that may switch nodes off, and sees guests only as far as it is given. */
  async function keeper(pve: Simulator, path?: string): Promise<string> {
    const root = rootOf(pve);
    await root.call("POST /access/users", { userid: "keeper@pve" });
    await root.call("POST /access/roles", { roleid: "Keeper", privs: ["Sys.PowerMgmt", "Sys.Audit"] });
    await root.call("PUT /access/acl", { path: "/nodes", roles: ["Keeper"], users: ["keeper@pve"] });
    if (path !== undefined) await root.call("PUT /access/acl", { path, roles: ["PVEAuditor"], users: ["keeper@pve"] });
    const made = await root.call("POST /access/users/{userid}/token/{tokenid}", {
      ...{ userid: "keeper@pve", tokenid: "mcp", privsep: false },
    });
    return `keeper@pve!mcp=${made.value}`;
  }
  const reboot = operation("POST /nodes/{node}/status", { node: "pve3", command: "reboot" });

  it("may be on the node: it is not rebooted while a guest is protected", async () => {
    for (const path of [undefined, "/vms/103"]) {
      const pve = createSimulator({ seed: "three-nodes" });
      const token = await keeper(pve, path);
      expect(await tried(reboot, { ...nobodyAsked, pve, token: () => token })).toMatchObject({ sent: [] });
    }
  });

  it("is nothing where it sees every guest", async () => {
    const pve = createSimulator({ seed: "three-nodes" });
    const token = await keeper(pve, "/vms");
    const { sent } = await tried(reboot, { ...nobodyAsked, pve, token: () => token });
    expect(sent).toEqual(["POST /nodes/pve3/status"]);
  });
});

describe("ten thousand guests", () => {
  it("are counted for whoever approves or plans, and shown as far as anybody reads", async () => {
    const asked: string[] = [];
    await using session = await connect({
      allowed: "destroy",
      seed: "large",
      person: ({ message }) => {
        asked.push(message);
        return { action: "decline" };
      },
    });
    const [name, args] = operation("POST /cluster/backup", {
      all: true,
      mode: "stop",
      schedule: "02:00",
      storage: "x1",
    });
    await session.callTool(name, args);
    expect(asked).toEqual([expect.stringMatching(/(?:\nGuest \d+ [^\n]*){30}\n… and \d+ more, 10000 guests in all/)]);
    const { text } = await session.callTool(name, {
      ...args,
      arguments: { ...(args["arguments"] as object), plan: true },
    });
    expect(text).toMatch(/It concerns 10000 guests, of which 50 are shown/);
  });
});
