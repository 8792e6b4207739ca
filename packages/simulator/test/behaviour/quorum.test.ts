import { describe, expect, test } from "vitest";
import { type Answer, type Caller, call, items } from "./caller.js";

/** One more node of the bad morning is lost, and with it the majority. */
function withoutQuorum(): Caller & { readonly comesBack: () => void } {
  const caller = call({ seed: "broken" });
  const fault = caller.sim.faults.add({ kind: "node-offline", node: "pve2" });
  return { ...caller, comesBack: fault.remove };
}

describe("a cluster without quorum", () => {
  test("says so, and only as long as it lasts", async () => {
    const { get, comesBack } = withoutQuorum();
    const seen = async (): Promise<unknown[]> => [
      items(await get("/cluster/status"))[0]?.["quorate"],
      items(await get("/cluster/ha/status/current"))[0]?.["status"],
    ];
    expect(await seen()).toEqual([0, "No quorum on node 'pve1'!"]);
    comesBack();
    expect(await seen()).toEqual([1, "OK"]);
  });

  test("does not wait for a node that has never joined", async () => {
    const root = await call({ seed: "one-node" }).as("root");
    await root.done(await root.post("/cluster/config", { clustername: "lab" }));
    expect((await root.post("/cluster/config/nodes/pve2", { link0: "10.10.10.12" })).status).toBe(200);
    expect(items(await root.get("/cluster/status"))[0]).toMatchObject({ nodes: 2, quorate: 1 });
    expect((await root.del("/cluster/config/nodes/pve2")).status).toBe(200);
  });

  test.each([
    ["POST /nodes/pve1/qemu", { vmid: 900 }, "cluster not ready - no quorum?"],
    ["POST /nodes/pve1/qemu/104/status/start", {}, "cluster not ready - no quorum?"],
    ["POST /nodes/pve1/qemu/100/clone", { newid: 900 }, "cluster not ready - no quorum?"],
    ["GET /nodes/pve1/qemu/100/migrate", {}, "cluster not ready - no quorum?"],
    ["POST /cluster/ha/resources", { sid: "vm:104" }, "cluster not ready - no quorum?"],
    ["POST /cluster/sdn/zones", { zone: "one", type: "simple" }, "cluster not ready - no quorum?"],
    [
      "PUT /nodes/pve1/qemu/100/config",
      { cores: 4 },
      "unable to open file '/etc/pve/nodes/pve1/qemu-server/100.conf.tmp.1180' - Permission denied",
    ],
    [
      "PUT /nodes/pve1/lxc/200/config",
      { cores: 4 },
      "unable to open file '/etc/pve/nodes/pve1/lxc/200.conf.tmp.1180' - Permission denied",
    ],
    ["POST /access/users", { userid: "a@pve" }, "create user failed: cfs-lock 'file-user_cfg' error: no quorum!"],
    ["PUT /access/acl", { path: "/", roles: "PVEAuditor", users: "auditor@pve" }, "ACL update failed: cfs-lock"],
    ["POST /access/users/auditor@pve/token/new", {}, "generating token failed: cfs-lock 'file-user_cfg' error"],
    ["PUT /pools", { poolid: "prod", comment: "x" }, "update pools failed: cfs-lock 'file-user_cfg' error"],
    ["DELETE /storage/nas", {}, "delete storage failed: cfs-lock 'file-storage_cfg' error: no quorum!"],
    ["DELETE /cluster/backup/nightly", {}, "cfs-lock 'file-jobs_cfg' error: no quorum!"],
    ["PUT /cluster/options", { keyboard: "de" }, "cfs-lock 'file-datacenter_cfg' error: no quorum!"],
    ["PUT /cluster/ha/resources/vm:101", { state: "disabled" }, "update resources config failed: cfs-lock 'domain-ha'"],
    ["POST /cluster/firewall/aliases", { name: "home", cidr: "10.0.0.0/8" }, "cfs-lock 'firewall-cluster' error"],
    ["PUT /nodes/pve1/qemu/100/firewall/options", { enable: 1 }, "cfs-lock 'firewall-vm-100' error: no quorum!"],
  ] as [string, Record<string, string | number>, string][])("refuses %s", async (request, body, text) => {
    const caller = withoutQuorum();
    const [method = "", path = ""] = request.split(" ");
    const verbs: Record<string, () => Promise<Answer>> = {
      GET: () => caller.get(`${path}?target=pve3`),
      POST: () => caller.post(path, body),
      PUT: () => caller.put(path, body),
      DELETE: () => caller.del(path),
    };
    const ask = async (): Promise<unknown[]> => {
      const answer = await verbs[method]?.();
      return [answer?.status, answer?.reason];
    };
    const began = caller.sim.clock.now();
    expect(await ask()).toEqual([500, expect.stringContaining(text)]);
    // Whoever wants a lock waits for it, and in vain.
    expect(caller.sim.clock.now() - began >= 10_000).toBe(text.includes("cfs-lock"));
    caller.comesBack();
    expect((await ask())[0]).toBe(200);
  });

  test("ends the workers that write a guest's configuration, and no others", async () => {
    const { post, del, done, sim, comesBack } = withoutQuorum();
    const permission = "unable to open file '/etc/pve/nodes/pve1/qemu-server/100.conf.tmp.1180' - Permission denied";
    const machine = "/nodes/pve1/qemu/100";
    expect((await done(await post(`${machine}/snapshot`, { snapname: "now" }))).exitstatus).toBe(permission);
    expect((await done(await post(`${machine}/config`, { cores: 4 }))).exitstatus).toBe(permission);
    const backup = await done(await post("/nodes/pve1/vzdump", { vmid: 100, storage: "local" }));
    expect(backup.exitstatus).toBe("job errors");
    expect(backup.log).toContain(`ERROR: Backup of VM 100 failed - ${permission}`);
    expect((await done(await post(`${machine}/status/stop`))).exitstatus).toBe("OK");
    expect((await done(await del(machine))).exitstatus).toBe(permission);
    expect(sim.guest(100)).toMatchObject({ status: "stopped", snapshots: ["fresh-install", "before-upgrade"] });
    comesBack();
    expect((await done(await post(`${machine}/snapshot`, { snapname: "now" }))).exitstatus).toBe("OK");
  });
});
