import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

const vm = "/nodes/pve1/qemu/100/snapshot";

describe("snapshots", () => {
  test("the list ends with the current state, which says what it descends from", async () => {
    const { get } = call();
    const list = items(await get(vm));
    expect(list.map((s) => [s["name"], s["parent"]])).toEqual([
      ["fresh-install", undefined],
      ["before-upgrade", "fresh-install"],
      ["current", "before-upgrade"],
    ]);
    expect(list[0]).toMatchObject({
      vmstate: 0,
      description: "right after the installer",
      snaptime: expect.any(Number),
    });
    expect(list[2]).toMatchObject({ running: 1, description: "You are here!", digest: expect.any(String) });
  });

  test("taking one locks the VM meanwhile", async () => {
    const pve = call();
    const started = await pve.post(vm, { snapname: "s1", description: "mine" });
    await pve.sim.clock.advance(100);
    expect(pve.sim.guest(100)?.lock).toBe("snapshot");
    expect((await pve.put("/nodes/pve1/qemu/100/config", { cores: 1 })).reason).toBe("VM is locked (snapshot)");
    expect((await pve.done(started)).log[0]).toBe("snapshotting 'drive-scsi0' (local-lvm:vm-100-disk-0)");
    expect(pve.sim.guest(100)).not.toHaveProperty("lock");
    expect(items(await pve.get(vm)).map((s) => s["name"])).toEqual([
      "fresh-install",
      "before-upgrade",
      "s1",
      "current",
    ]);
  });

  test("a taken name fails in the task, a reserved one at once", async () => {
    const pve = call();
    expect((await pve.done(await pve.post(vm, { snapname: "before-upgrade" }))).exitstatus).toBe(
      "snapshot name 'before-upgrade' already used",
    );
    expect((await pve.post(vm, { snapname: "current" })).reason).toBe(
      "unable to use snapshot name 'current' (reserved name)",
    );
  });

  test("with vmstate the memory is saved, and a rollback brings the VM up again", async () => {
    const pve = call();
    await pve.done(await pve.post(vm, { snapname: "live", vmstate: 1 }));
    expect(items(await pve.get(vm)).find((s) => s["name"] === "live")?.["vmstate"]).toBe(1);
    await pve.done(await pve.post("/nodes/pve1/qemu/100/status/stop"));
    await pve.done(await pve.post(`${vm}/live/rollback`));
    expect(pve.sim.guest(100)?.status).toBe("running");
    await pve.done(await pve.del(`${vm}/live`));
    const left = items(await pve.get("/nodes/pve1/storage/local-lvm/content?vmid=100"));
    expect(left.map((v) => v["volid"])).toEqual(["local-lvm:vm-100-disk-0"]);
  });

  test("a rollback stops the VM, brings the old configuration back and keeps notes and newer disks", async () => {
    const pve = call();
    await pve.put("/nodes/pve1/qemu/100/config", { scsi1: "local-lvm:2", description: "changed" });
    expect((await pve.done(await pve.post(`${vm}/fresh-install/rollback`))).exitstatus).toBe("OK");
    expect(pve.sim.guest(100)).toMatchObject({ status: "stopped" });
    expect(pve.sim.guest(100)?.config).toMatchObject({
      memory: "2048",
      description: "changed",
      unused0: "local-lvm:vm-100-disk-1",
    });
    expect(items(await pve.get(vm)).at(-1)?.["parent"]).toBe("fresh-install");
  });

  test("deleting one hands its children to its parent", async () => {
    const pve = call();
    await pve.done(await pve.del(`${vm}/before-upgrade`));
    expect(items(await pve.get(vm)).at(-1)?.["parent"]).toBe("fresh-install");
    expect((await pve.done(await pve.del(`${vm}/before-upgrade`))).exitstatus).toBe(
      "snapshot 'before-upgrade' does not exist",
    );
  });

  test("disks that cannot be snapshotted fail in the task", async () => {
    const pve = call();
    const ended = await pve.done(await pve.post("/nodes/pve2/lxc/201/snapshot", { snapname: "s1" }));
    expect(ended.exitstatus).toBe("snapshot feature is not available");
  });

  test("the description can be changed later", async () => {
    const pve = call();
    await pve.put(`${vm}/before-upgrade/config`, { description: "other words" });
    expect(object(await pve.get(`${vm}/before-upgrade/config`))["description"]).toBe("other words");
    expect((await pve.put(`${vm}/nope/config`, { description: "x" })).reason).toBe("snapshot 'nope' does not exist");
  });

  test("containers have no vmstate, and descriptions end in a newline", async () => {
    const pve = call();
    await pve.done(await pve.post("/nodes/pve1/lxc/200/snapshot", { snapname: "s1", description: "d" }));
    const [first] = items(await pve.get("/nodes/pve1/lxc/200/snapshot"));
    expect(first).toEqual({ name: "s1", description: "d\n", snaptime: expect.any(Number) });
    expect((await pve.post("/nodes/pve1/lxc/200/snapshot", { snapname: "vzdump" })).reason).toBe(
      "unable to use snapshot name 'vzdump' (reserved name)",
    );
  });
});
