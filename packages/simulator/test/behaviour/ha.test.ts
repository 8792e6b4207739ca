import { describe, expect, test } from "vitest";
import { type Caller, call, items, object } from "./caller.js";

async function managed(options: Record<string, string | number> = {}): Promise<Caller> {
  const caller = call();
  await caller.post("/cluster/ha/resources", { sid: "vm:101", state: "started", ...options });
  await caller.sim.clock.advance(60_000);
  return caller;
}

const current = async ({ get }: Caller): Promise<Record<string, unknown>[]> =>
  items(await get("/cluster/ha/status/current"));

describe("high availability resources", () => {
  test("a resource is added by VMID, changed and removed", async () => {
    const { get, post, put, del } = call();
    expect((await post("/cluster/ha/resources", { sid: "200", comment: "c" })).status).toBe(200);
    const read = object(await get("/cluster/ha/resources/ct:200"));
    expect(read).toMatchObject({ sid: "ct:200", type: "ct", comment: "c" });
    await put("/cluster/ha/resources/200", { max_restart: 2, digest: String(read["digest"]), delete: "comment" });
    expect(items(await get("/cluster/ha/resources?type=ct"))).toMatchObject([{ sid: "ct:200", max_restart: 2 }]);
    expect(items(await get("/cluster/ha/resources?type=vm"))).toEqual([]);
    const stale = await put("/cluster/ha/resources/200", { max_restart: 3, digest: String(read["digest"]) });
    expect(stale.reason).toMatch(/^update resources config failed: detected modified configuration/);
    expect((await del("/cluster/ha/resources/ct:200")).status).toBe(200);
    expect((await get("/cluster/ha/resources/ct:200")).reason).toBe("no such resource 'ct:200'");
  });

  test.each([
    [{ sid: "vm:999" }, "resource 'vm:999' does not exist in cluster"],
    [{ sid: "ct:100" }, "resource 'ct:100' - guest with ID 100 is not a CT"],
    [{ sid: "999" }, "unable to detect SID from VMID - VM/CT 999 does not exist"],
    [{ sid: "vm:100", type: "ct" }, "types does not match"],
    [{ sid: "vm:100", group: "g1" }, "invalid parameter 'group': ha groups have been migrated to rules"],
    [{ sid: "vm:101" }, "create resource failed: resource ID 'vm:101' already defined"],
  ])("%o is refused: %s", async (body, reason) => {
    expect((await (await managed()).post("/cluster/ha/resources", body)).reason).toBe(reason);
  });

  test("changing and removing what is not managed is refused", async () => {
    const { put, del, post } = call();
    expect((await put("/cluster/ha/resources/vm:100", { comment: "x" })).reason).toBe(
      "update resources config failed: no such resource 'vm:100'",
    );
    expect((await del("/cluster/ha/resources/vm:100")).reason).toBe("cannot delete service 'vm:100', not HA managed!");
    for (const deed of ["migrate", "relocate"]) {
      const answer = await post(`/cluster/ha/resources/vm:100/${deed}`, { node: "pve2" });
      expect(answer.reason).toBe("resource 'vm:100' is not HA managed");
    }
  });
});

describe("the managers", () => {
  test("sleep until there is a resource, then tell of every node and service", async () => {
    const caller = call();
    expect((await current(caller)).map((entry) => entry["id"])).toEqual(["quorum", "fencing"]);
    await caller.post("/cluster/ha/resources", { sid: "vm:101", comment: "c" });
    expect((await current(caller)).at(-1)).toMatchObject({ sid: "vm:101", state: "queued" });
    await caller.sim.clock.advance(10_000);
    const entries = await current(caller);
    expect(entries.map((entry) => entry["type"])).toEqual([
      "quorum",
      "master",
      "fencing",
      "lrm",
      "lrm",
      "lrm",
      "service",
    ]);
    expect(entries[2]).toMatchObject({ "armed-state": "armed" });
    expect(entries.at(-1)).toMatchObject({ state: "started", crm_state: "started", max_restart: 1, comment: "c" });
    const { manager_status, lrm_status } = object(await caller.get("/cluster/ha/status/manager_status"));
    expect(manager_status).toMatchObject({ master_node: "pve1", service_status: { "vm:101": { state: "started" } } });
    expect(Object.keys(lrm_status as object)).toEqual(["pve1", "pve2", "pve3"]);
  });

  test("a start that fails for good puts the service into error, until it is disabled", async () => {
    const caller = call();
    const { post, put, sim } = caller;
    await post("/cluster/ha/resources", { sid: "vm:104" });
    await sim.clock.advance(120_000);
    expect((await current(caller)).at(-1)).toMatchObject({ state: "error" });
    expect((await put("/cluster/ha/resources/vm:104", { comment: "x" })).reason).toBe(
      "service 'vm:104' in error state, must be disabled and fixed first",
    );
    expect((await put("/cluster/ha/resources/vm:104", { state: "disabled" })).status).toBe(200);
    expect((await current(caller)).at(-1)).toMatchObject({ state: "disabled" });
  });

  test("disarming and arming take a round or two", async () => {
    const caller = await managed();
    const armed = async (): Promise<unknown> =>
      (await current(caller)).find((entry) => entry["id"] === "fencing")?.["armed-state"];
    expect((await caller.post("/cluster/ha/status/disarm-ha", {})).status).toBe(400);
    await caller.post("/cluster/ha/status/disarm-ha", { "resource-mode": "freeze" });
    expect(await armed()).toBe("armed");
    await caller.sim.clock.advance(10_000);
    expect(await armed()).toBe("disarming");
    await caller.sim.clock.advance(10_000);
    expect(await armed()).toBe("disarmed");
    expect((await current(caller)).at(-1)).toMatchObject({ state: "freeze" });
    expect((await caller.post("/cluster/ha/status/arm-ha")).status).toBe(200);
    expect(await armed()).toBe("armed");
    expect((await (await caller.as("auditorToken")).post("/cluster/ha/status/arm-ha")).status).toBe(403);
  });

  test("indices answer, groups have become rules", async () => {
    const { get, post, put, del } = call();
    expect(items(await get("/cluster/ha"))).toContainEqual({ id: "rules" });
    expect(items(await get("/cluster/ha/status"))).toContainEqual({ name: "current" });
    const answers = [
      await get("/cluster/ha/groups"),
      await post("/cluster/ha/groups", { group: "g1", nodes: "pve1" }),
      await get("/cluster/ha/groups/g1"),
      await put("/cluster/ha/groups/g1", { nodes: "pve1" }),
      await del("/cluster/ha/groups/g1"),
    ];
    expect(answers.map((answer) => answer.reason)).toEqual(
      ["index groups", "create group", "read group", "update group", "delete group"].map(
        (deed) => `cannot ${deed}: ha groups have been migrated to rules`,
      ),
    );
    const operator = await call().as("operatorToken");
    expect((await get("/cluster/ha/status?x=1")).status).toBe(400);
    for (const path of ["", "/status/current", "/status/manager_status", "/resources", "/rules"]) {
      expect((await operator.get(`/cluster/ha${path}`)).status).toBe(403);
    }
  });
});

describe("guests under high availability", () => {
  test("stop and start are requests that the manager carries out", async () => {
    const caller = await managed();
    const node = caller.sim.guest(101)?.node;
    const path = `/nodes/${node}/qemu/101/status`;
    expect(object(await caller.get(`${path}/current`))["ha"]).toEqual({ managed: 1, state: "started" });
    const stopped = await caller.done(await caller.post(`${path}/shutdown`));
    expect(stopped.upid).toContain(":hastop:101:");
    expect(stopped.log).toEqual(["Requesting HA stop for VM 101", "TASK OK"]);
    expect(caller.sim.guest(101)?.status).toBe("running");
    await caller.sim.clock.advance(60_000);
    expect(caller.sim.guest(101)?.status).toBe("stopped");
    expect(object(await caller.get("/cluster/ha/resources/vm:101"))["state"]).toBe("stopped");
    const started = await caller.done(await caller.post(`${path}/start`));
    expect(started.log).toEqual(["Requesting HA start for VM 101", "TASK OK"]);
    await caller.sim.clock.advance(60_000);
    expect(caller.sim.guest(101)?.status).toBe("running");
  });

  test("an ignored resource leaves its guest alone", async () => {
    const caller = await managed({ state: "ignored" });
    const node = caller.sim.guest(101)?.node;
    const ended = await caller.done(await caller.post(`/nodes/${node}/qemu/101/status/stop`));
    expect(ended.upid).toContain(":qmstop:101:");
  });

  test("a resource moves, with those that must stay with it, unless somebody must not meet it", async () => {
    const { sim, post } = await managed({ state: "stopped" });
    const target = sim.guest(101)?.node === "pve3" ? "pve1" : "pve3";
    const moved = await post("/cluster/ha/resources/101/migrate", { node: target });
    expect(moved.data).toEqual({ sid: "vm:101", "requested-node": target });
    await sim.clock.advance(600_000);
    expect(sim.guest(101)?.node).toBe(target);
    await post("/cluster/ha/resources", { sid: "vm:100", state: "ignored" });
    const apart = { rule: "apart", type: "resource-affinity", resources: "vm:100,vm:101", affinity: "negative" };
    expect((await post("/cluster/ha/rules", apart)).status).toBe(200);
    const home = sim.guest(100)?.node ?? "";
    const blocked = await post("/cluster/ha/resources/101/relocate", { node: home });
    expect(blocked.data).toMatchObject({ "blocking-resources": [{ sid: "vm:100", cause: "resource-affinity" }] });
  });

  test("a managed guest is only destroyed with purge, which takes it out of everything", async () => {
    const caller = await managed({ state: "stopped" });
    const path = `/nodes/${caller.sim.guest(101)?.node}/qemu/101`;
    await caller.post("/cluster/backup", { id: "job", schedule: "daily", vmid: "100,101" });
    expect((await caller.del(path)).reason).toBe(
      "unable to remove VM 101 - used in HA resources and purge parameter not set.",
    );
    const ended = await caller.done(await caller.del(`${path}?purge=1`));
    expect(ended.exitstatus).toBe("OK");
    expect(items(await caller.get("/cluster/ha/resources"))).toEqual([]);
    expect(object(await caller.get("/cluster/backup/job"))["vmid"]).toBe("100");
  });
});

describe("high availability rules", () => {
  const rule = { rule: "home", type: "node-affinity", resources: "vm:101", nodes: "pve2,pve1:10" };

  test("a rule reads back in PVE's form, can be changed and deleted twice", async () => {
    const { get, post, put, del } = await managed();
    expect((await post("/cluster/ha/rules", rule)).status).toBe(200);
    const read = object(await get("/cluster/ha/rules/home"));
    expect(read).toMatchObject({ rule: "home", nodes: "pve1:10,pve2", resources: "vm:101", order: 1 });
    const change = { type: "node-affinity", strict: 1, digest: String(read["digest"]) };
    expect((await put("/cluster/ha/rules/home", change)).status).toBe(200);
    expect((await put("/cluster/ha/rules/home", change)).reason).toMatch(/^update HA rules failed: detected modified/);
    expect(items(await get("/cluster/ha/rules?resource=vm:101&type=node-affinity"))).toMatchObject([{ strict: 1 }]);
    expect(items(await get("/cluster/ha/rules?type=resource-affinity"))).toEqual([]);
    expect((await del("/cluster/ha/rules/home")).status).toBe(200);
    expect((await del("/cluster/ha/rules/home")).status).toBe(200);
    expect((await get("/cluster/ha/rules/home")).reason).toBe("no such ha rule 'home'");
    expect((await put("/cluster/ha/rules/home", { type: "node-affinity" })).reason).toBe(
      "update HA rules failed: HA rule 'home' does not exist",
    );
  });

  test.each([
    [{ ...rule, resources: "vm:102" }, "cannot use unmanaged resource(s) vm:102."],
    [{ ...rule, nodes: "pve9" }, "cannot use non-existent node(s) pve9."],
    [{ rule: "r1", type: "resource-affinity", resources: "vm:101", affinity: "positive" }, "400 Rule 'r1' is invalid."],
    [{ ...rule, rule: "other" }, "400 Rule 'other' is invalid."],
    [{ ...rule, rule: "kept" }, "HA rule 'kept' already defined"],
  ])("%o is refused: %s", async (body, text) => {
    const { post } = await managed();
    await post("/cluster/ha/rules", { ...rule, rule: "kept" });
    expect((await post("/cluster/ha/rules", body)).reason).toBe(`create ha rule failed: ${text}`);
  });
});
