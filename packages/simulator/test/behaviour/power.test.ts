import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

describe("power of VMs", () => {
  test("a start takes a moment, and then the VM runs with uptime counting", async () => {
    const pve = call();
    const started = await pve.post("/nodes/pve2/qemu/103/status/start");
    expect(started.data).toMatch(/^UPID:pve2:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:qmstart:103:root@pam!full:$/);
    expect(pve.sim.guest(103)?.status).toBe("stopped");
    expect((await pve.done(started)).exitstatus).toBe("OK");
    await pve.sim.clock.advance(10_000);
    const status = object(await pve.get("/nodes/pve2/qemu/103/status/current"));
    expect(status).toMatchObject({ status: "running", qmpstatus: "running", cpus: 4, agent: 1, ha: { managed: 0 } });
    expect(status["uptime"]).toBeGreaterThanOrEqual(10);
  });

  test("starting a running VM is accepted and fails in the task", async () => {
    const pve = call();
    const ended = await pve.done(await pve.post("/nodes/pve1/qemu/100/status/start"));
    expect(ended.exitstatus).toBe("VM 100 already running");
    expect(ended.log).toEqual(["TASK ERROR: VM 100 already running"]);
  });

  test("of two starts at once the second fails", async () => {
    const pve = call();
    const path = "/nodes/pve2/qemu/103/status/start";
    const [first, second] = [await pve.post(path), await pve.post(path)];
    expect((await pve.done(first)).exitstatus).toBe("OK");
    expect((await pve.done(second)).exitstatus).toBe("VM 103 already running");
  });

  test("VM 104 does not start because its ISO image is gone", async () => {
    const pve = call();
    const ended = await pve.done(await pve.post("/nodes/pve1/qemu/104/status/start"));
    expect(ended.exitstatus).toBe("volume 'local:iso/ubuntu-24.04.1-live-server-amd64.iso' does not exist");
    expect(pve.sim.guest(104)?.status).toBe("stopped");
  });

  test("with the CD drive emptied, VM 104 starts", async () => {
    const pve = call();
    expect((await pve.put("/nodes/pve1/qemu/104/config", { ide2: "none,media=cdrom" })).status).toBe(200);
    expect((await pve.done(await pve.post("/nodes/pve1/qemu/104/status/start"))).exitstatus).toBe("OK");
  });

  test("a bridge the node does not have fails the start in QEMU", async () => {
    const pve = call();
    await pve.put("/nodes/pve2/qemu/103/config", { net0: "virtio,bridge=vmbr9" });
    const ended = await pve.done(await pve.post("/nodes/pve2/qemu/103/status/start"));
    expect(ended.exitstatus).toBe("start failed: QEMU exited with code 1");
    expect(ended.log[0]).toBe("bridge 'vmbr9' does not exist");
  });

  test("templates do not start", async () => {
    const pve = call();
    const ended = await pve.done(await pve.post("/nodes/pve1/qemu/110/status/start"));
    expect(ended.exitstatus).toBe("you can't start a vm if it's a template");
  });

  test("a VM that is not there, or elsewhere, fails in the task too", async () => {
    const pve = call();
    for (const [node, vmid] of [
      ["pve1", 999],
      ["pve1", 101],
    ] as const) {
      const ended = await pve.done(await pve.post(`/nodes/${node}/qemu/${vmid}/status/start`));
      expect(ended.exitstatus).toBe(`Configuration file 'nodes/${node}/qemu-server/${vmid}.conf' does not exist`);
    }
  });

  test("stopping a stopped VM is fine", async () => {
    const pve = call();
    expect((await pve.done(await pve.post("/nodes/pve2/qemu/103/status/stop"))).exitstatus).toBe("OK");
  });

  test("reset, suspend, resume and reboot of a stopped VM are refused at once", async () => {
    const pve = call();
    for (const action of ["reset", "suspend", "resume", "reboot"]) {
      const answer = await pve.post(`/nodes/pve2/qemu/103/status/${action}`);
      expect([answer.status, answer.reason]).toEqual([500, "VM 103 not running"]);
    }
  });

  test("a guest that ignores the request makes shutdown time out, and with forceStop it is terminated", async () => {
    const pve = call();
    const politely = await pve.done(await pve.post("/nodes/pve3/qemu/106/status/shutdown", { timeout: 30 }));
    expect(politely.exitstatus).toBe("VM quit/powerdown failed - got timeout");
    expect(pve.sim.guest(106)?.status).toBe("running");
    const forced = await pve.done(await pve.post("/nodes/pve3/qemu/106/status/shutdown", { timeout: 5, forceStop: 1 }));
    expect(forced.exitstatus).toBe("OK");
    expect(forced.log).toContain("VM still running - terminating now with SIGTERM");
    expect(pve.sim.guest(106)?.status).toBe("stopped");
  });

  test("a paused VM counts as running, and cannot be shut down", async () => {
    const pve = call();
    await pve.done(await pve.post("/nodes/pve1/qemu/100/status/suspend"));
    const status = object(await pve.get("/nodes/pve1/qemu/100/status/current"));
    expect([status["status"], status["qmpstatus"]]).toEqual(["running", "paused"]);
    const refused = await pve.post("/nodes/pve1/qemu/100/status/shutdown");
    expect([refused.status, refused.reason]).toEqual([500, "VM is paused - cannot shutdown"]);
    await pve.done(await pve.post("/nodes/pve1/qemu/100/status/resume"));
    expect(object(await pve.get("/nodes/pve1/qemu/100/status/current"))["qmpstatus"]).toBe("running");
  });

  test("suspending to disk stops the VM under a lock, and starting resumes it", async () => {
    const pve = call();
    await pve.done(await pve.post("/nodes/pve3/qemu/111/status/suspend", { todisk: 1 }));
    expect(pve.sim.guest(111)).toMatchObject({ status: "stopped", lock: "suspended" });
    const state = pve.sim.guest(111)?.config["vmstate"];
    expect(state).toMatch(/^nas:111\/vm-111-state-suspend-2026-06-01\.raw$/);
    const resumed = await pve.done(await pve.post("/nodes/pve3/qemu/111/status/start"));
    expect(resumed.log).toContain("Resuming suspended VM");
    expect(pve.sim.guest(111)).toMatchObject({ status: "running" });
    expect(pve.sim.guest(111)).not.toHaveProperty("lock");
  });

  test("only root itself may skip a lock, not even its token", async () => {
    const pve = call();
    const refused = await pve.post("/nodes/pve1/qemu/104/status/start", { skiplock: 1 });
    expect([refused.status, refused.errors]).toEqual([400, { skiplock: "Only root may use this option." }]);
  });
});

describe("power of containers", () => {
  test("the wrong state is refused before a task starts", async () => {
    const pve = call();
    const reasons = [
      await pve.post("/nodes/pve1/lxc/200/status/start"),
      await pve.post("/nodes/pve3/lxc/203/status/stop"),
      await pve.post("/nodes/pve3/lxc/203/status/shutdown"),
      await pve.post("/nodes/pve3/lxc/203/status/reboot"),
    ].map((answer) => `${answer.status} ${answer.reason}`);
    expect(reasons).toEqual([
      "500 CT 200 already running",
      "500 CT 203 not running",
      "500 CT 203 not running",
      "500 VM 203 not running",
    ]);
  });

  test("a locked container fails in the task", async () => {
    const pve = call();
    const ended = await pve.done(await pve.post("/nodes/pve3/lxc/202/status/start"));
    expect(ended.exitstatus).toBe("CT is locked (backup)");
  });

  test("start, shutdown and reboot change what the list shows", async () => {
    const pve = call();
    const status = async (): Promise<unknown> =>
      items(await pve.get("/nodes/pve3/lxc")).find((ct) => ct["vmid"] === 203)?.["status"];
    expect((await pve.done(await pve.post("/nodes/pve3/lxc/203/status/start"))).exitstatus).toBe("OK");
    expect(await status()).toBe("running");
    expect((await pve.done(await pve.post("/nodes/pve3/lxc/203/status/reboot"))).exitstatus).toBe("OK");
    expect((await pve.done(await pve.post("/nodes/pve3/lxc/203/status/shutdown"))).exitstatus).toBe("OK");
    expect(await status()).toBe("stopped");
  });

  test("pressure figures are strings, CPU and memory numbers", async () => {
    const { get } = call();
    const status = object(await get("/nodes/pve1/lxc/200/status/current"));
    expect(status).toMatchObject({
      type: "lxc",
      pressurecpusome: "0.00",
      cpus: 1,
      maxmem: 536870912,
      maxswap: 536870912,
    });
  });
});
