import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

describe("all guests of a node", () => {
  test("stop together, each in a task of its own", async () => {
    const { sim, get, post, done } = call();
    const ended = await done(await post("/nodes/pve1/stopall", { vms: "100,200", timeout: 30 }));
    expect(ended.exitstatus).toBe("OK");
    expect(ended.log).toContain("Stopping VM 100 (timeout = 30 seconds)");
    expect([sim.guest(100)?.status, sim.guest(200)?.status, sim.guest(102)?.status]).toEqual([
      "stopped",
      "stopped",
      "running",
    ]);
    const types = items(await get("/nodes/pve1/tasks?limit=5")).map((task) => task["type"]);
    expect(types).toEqual(expect.arrayContaining(["qmshutdown", "vzshutdown", "stopall"]));
  });

  test("start together; one that fails is named in the log and does not fail the rest", async () => {
    const { sim, post, done } = call();
    await done(await post("/nodes/pve1/stopall", { vms: "100" }));
    const ended = await done(await post("/nodes/pve1/startall", { vms: "100,104", force: 1 }));
    expect(ended.exitstatus).toBe("OK");
    expect(ended.log.some((line) => /^Starting VM 104 failed: volume .* does not exist$/.test(line))).toBe(true);
    expect(sim.guest(100)?.status).toBe("running");
  });

  test("VMs are suspended to disk, containers skipped with a warning", async () => {
    const { sim, post, done } = call();
    const ended = await done(await post("/nodes/pve1/suspendall", { vms: "100,200" }));
    expect(ended.exitstatus).toBe("WARNINGS: 1");
    expect(sim.guest(100)).toMatchObject({ status: "stopped", lock: "suspended" });
    expect(sim.guest(200)?.status).toBe("running");
  });

  test("move to another node", async () => {
    const { sim, post, done } = call();
    const body = { target: "pve2", "max-workers": 1, vms: "100", "with-local-disks": 1 };
    const ended = await done(await post("/nodes/pve1/migrateall", body));
    expect([ended.exitstatus, ended.log.at(-2)]).toEqual(["OK", "All jobs finished, used 1 workers in total."]);
    expect(sim.guest(100)?.node).toBe("pve2");
  });

  test("are not everybody's to move about", async () => {
    const { post, as } = call();
    const operator = await as("operatorToken");
    expect((await operator.post("/nodes/pve1/startall")).reason).toBe("Permission check failed (/, VM.PowerMgmt)");
    expect((await operator.post("/nodes/pve1/stopall", { vms: "103" })).reason).toBe(
      "Permission check failed (/vms/103, VM.PowerMgmt)",
    );
    expect((await operator.post("/nodes/pve1/suspendall")).reason).toBe(
      "Permission check failed (/, VM.PowerMgmt && VM.Config.Disk)",
    );
    expect((await post("/nodes/pve1/migrateall", { target: "pve1" })).errors).toEqual({
      target: "target is local node.",
    });
    expect((await post("/nodes/pve1/migrateall", { target: "pve2" })).reason).toBe(
      "either 'max-workers' parameter or max_workers in datacenter.cfg must be set!",
    );
  });
});

describe("turning a node off and on", () => {
  test("a reboot stops its guests, takes it away for a while and starts what starts on boot", async () => {
    const { sim, get, put, post } = call();
    await put("/nodes/pve2/config", { wakeonlan: "BC:24:11:FF:00:02" });
    expect((await post("/nodes/pve2/status", { command: "reboot" })).data).toBeNull();
    await sim.clock.advance(60_000);
    expect((await get("/nodes/pve2/status")).status).toBe(595);
    await sim.clock.advance(120_000);
    const uptime = Number(object(await get("/nodes/pve2/status"))["uptime"]);
    expect(uptime).toBeGreaterThan(0);
    expect(uptime).toBeLessThan(400);
    const types = items(await get("/nodes/pve2/tasks?source=all")).map((task) => [task["type"], task["user"]]);
    expect(types).toContainEqual(["startall", "root@pam"]);
  });

  test("a node that was shut down wakes on its card's address", async () => {
    const { sim, get, put, post } = call();
    await put("/nodes/pve2/config", { wakeonlan: "BC:24:11:FF:00:02" });
    await post("/nodes/pve2/status", { command: "shutdown" });
    await sim.clock.advance(600_000);
    expect((await get("/nodes/pve2/status")).status).toBe(595);
    expect((await post("/nodes/pve2/wakeonlan")).data).toBe("BC:24:11:FF:00:02");
    await sim.clock.advance(120_000);
    expect((await get("/nodes/pve2/status")).status).toBe(200);
  });

  test("waking needs an address and another node, power needs the privilege", async () => {
    const { post, as } = call();
    expect((await post("/nodes/pve1/wakeonlan")).reason).toBe("'pve1' is local node, cannot wake my self!");
    expect((await post("/nodes/pve3/wakeonlan")).reason).toBe("No wake on LAN MAC address defined for 'pve3'!");
    expect((await post("/nodes/nosuch/wakeonlan")).reason).toBe("no such cluster node 'nosuch'");
    expect((await (await as("auditorToken")).post("/nodes/pve1/status", { command: "reboot" })).status).toBe(403);
  });
});
