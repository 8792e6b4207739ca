import { describe, expect, test } from "vitest";
import { call, items } from "./caller.js";

describe("cloning", () => {
  test("a full clone copies with progress, under a lock, and gets a name and addresses of its own", async () => {
    const pve = call();
    const started = await pve.post("/nodes/pve1/qemu/104/clone", { newid: 300 });
    await pve.sim.clock.advance(1500);
    expect(pve.sim.guest(300)?.lock).toBe("clone");
    expect(pve.sim.guest(104)).not.toHaveProperty("lock");
    const ended = await pve.done(started);
    expect(ended.log.slice(0, 5)).toEqual([
      "creating a clone of VM 104 with ID 300",
      "create full clone of drive scsi0 (local-lvm:vm-104-disk-0)",
      '  Logical volume "vm-300-disk-0" created.',
      "allocated target volume 'local-lvm:vm-300-disk-0'",
      "transferred 0.0 B of 20.0 GiB (0.00%)",
    ]);
    expect(ended.log.at(-1)).toBe("TASK OK");
    const [source, clone] = [pve.sim.guest(104)?.config, pve.sim.guest(300)?.config];
    expect(clone?.["name"]).toBe("Copy-of-VM-installer");
    expect(clone?.["scsi0"]).toBe("local-lvm:vm-300-disk-0,size=20G");
    expect(clone?.["ide2"]).toBe(source?.["ide2"]);
    for (const key of ["net0", "smbios1", "vmgenid"]) {
      expect(clone?.[key]).not.toBe(source?.[key]);
    }
    expect(pve.sim.guest(300)).not.toHaveProperty("lock");
  });

  test("a clone of a template is linked unless asked otherwise", async () => {
    const pve = call();
    const linked = await pve.done(
      await pve.post("/nodes/pve1/qemu/110/clone", { newid: 300, name: "lk", pool: "prod" }),
    );
    expect(linked.log[1]).toBe("create full clone of drive ide2 (nas:110/vm-110-cloudinit.qcow2)");
    expect(linked.log).toContain("create linked clone of drive scsi0 (nas:110/base-110-disk-0.qcow2)");
    expect(pve.sim.guest(300)?.config["scsi0"]).toBe(
      "nas:110/base-110-disk-0.qcow2/300/vm-300-disk-0.qcow2,discard=on,size=8G",
    );
    expect(pve.sim.guest(300)?.config).not.toHaveProperty("template");
    const volume = items(await pve.get("/nodes/pve1/storage/nas/content?vmid=300")).find((v) =>
      String(v["volid"]).includes("disk"),
    );
    expect(volume?.["parent"]).toBe("../110/base-110-disk-0.qcow2");
    await pve.done(await pve.post("/nodes/pve1/qemu/110/clone", { newid: 301, full: 1, storage: "local-lvm" }));
    expect(pve.sim.guest(301)?.config["scsi0"]).toBe("local-lvm:vm-301-disk-0,discard=on,size=8G");
  });

  test("a clone may land on another node when everything is shared", async () => {
    const pve = call();
    const ended = await pve.done(await pve.post("/nodes/pve1/qemu/110/clone", { newid: 300, target: "pve3" }));
    expect([ended.exitstatus, pve.sim.guest(300)?.node]).toEqual(["OK", "pve3"]);
  });

  test("everything that cannot work is refused before the task", async () => {
    const pve = call();
    const reason = async (vmid: number, body: Record<string, string | number>): Promise<string> => {
      const answer = await pve.post(`/nodes/pve1/qemu/${vmid}/clone`, body);
      return `${answer.status} ${answer.errors === undefined ? answer.reason : JSON.stringify(answer.errors)}`;
    };
    expect(await reason(100, { newid: 101 })).toBe("500 unable to create VM 101: config file already exists");
    expect(await reason(999, { newid: 300 })).toBe("500 unable to find configuration file for VM 999 on node 'pve1'");
    expect(await reason(100, { newid: 300, target: "pve9" })).toBe("500 no such cluster node 'pve9'");
    expect(await reason(100, { newid: 300, target: "pve2" })).toBe(
      "500 can't clone VM to node 'pve2' (VM uses local storage)",
    );
    expect(await reason(100, { newid: 300, snapname: "nope" })).toBe("500 snapshot 'nope' does not exist");
    expect(await reason(100, { newid: 300, storage: "nope", full: 1 })).toBe("500 storage 'nope' does not exist");
    expect(await reason(100, { newid: 300, storage: "local", full: 1 })).toBe(
      `400 {"storage":"storage 'local' does not support vm images"}`,
    );
    expect(await reason(100, { newid: 300, full: 0 })).toBe(
      "500 Linked clone feature is not supported for 'local-lvm:vm-100-disk-0' (scsi0)",
    );
    expect(await reason(110, { newid: 300, storage: "nas" })).toBe(
      "500 parameter 'storage' not allowed for linked clones",
    );
    expect(await reason(110, { newid: 300, format: "raw" })).toBe(
      "500 parameter 'format' not allowed for linked clones",
    );
    expect(await reason(100, { newid: 300, pool: "nope" })).toBe(
      "403 Permission check failed (pool 'nope' does not exist)",
    );
  });

  test("a clone that runs out of room is taken away again", async () => {
    const pve = call();
    const ended = await pve.done(await pve.post("/nodes/pve1/qemu/104/clone", { newid: 300, storage: "ssd", full: 1 }));
    expect(ended.exitstatus).toMatch(/^clone failed: lvcreate /);
    expect(pve.sim.guest(300)).toBeUndefined();
  });

  test("a stopped task leaves neither guest nor volumes", async () => {
    const pve = call();
    const started = await pve.post("/nodes/pve1/qemu/104/clone", { newid: 300 });
    await pve.sim.clock.advance(1500);
    await pve.del(`/nodes/pve1/tasks/${encodeURIComponent(String(started.data))}`);
    expect((await pve.done(started)).exitstatus).toBe("received interrupt");
    expect(pve.sim.guest(300)).toBeUndefined();
    expect(items(await pve.get("/nodes/pve1/storage/local-lvm/content?vmid=300"))).toEqual([]);
  });

  test("containers are cloned too, but not while they run", async () => {
    const pve = call();
    expect((await pve.post("/nodes/pve1/lxc/200/clone", { newid: 300 })).reason).toBe(
      "Full clone of a running container is only possible from a snapshot",
    );
    expect((await pve.post("/nodes/pve3/lxc/203/clone", { newid: 200 })).reason).toBe(
      "CT 200 already exists on node 'pve1'",
    );
    const started = await pve.post("/nodes/pve3/lxc/203/clone", { newid: 300, hostname: "copy" });
    await pve.sim.clock.advance(1000);
    expect(pve.sim.guest(203)?.lock).toBe("disk");
    expect((await pve.done(started)).exitstatus).toBe("OK");
    expect(pve.sim.guest(300)?.config).toMatchObject({
      hostname: "copy",
      rootfs: "local-lvm:vm-300-disk-1,size=4G",
      mp0: "local-lvm:vm-300-disk-0,mp=/srv,backup=1,size=64G",
    });
    expect(pve.sim.guest(203)).not.toHaveProperty("lock");
  });
});

describe("templates", () => {
  test("a stopped VM without snapshots becomes one, its disks bases", async () => {
    const pve = call();
    await pve.done(await pve.post("/nodes/pve1/qemu/104/template"));
    expect(pve.sim.guest(104)?.config).toMatchObject({ template: 1, scsi0: "local-lvm:base-104-disk-0,size=20G" });
    expect((await pve.post("/nodes/pve1/qemu/104/template")).reason).toBe("you can't convert a template to a template");
  });

  test("running VMs and VMs with snapshots do not", async () => {
    const pve = call();
    expect((await pve.post("/nodes/pve2/qemu/101/template")).reason).toBe(
      "you can't convert a VM to template if VM is running",
    );
    expect((await pve.post("/nodes/pve1/qemu/100/template")).reason).toBe(
      "unable to create template, because VM contains snapshots",
    );
  });

  test("a container answers null although a task runs", async () => {
    const pve = call();
    expect((await pve.post("/nodes/pve3/lxc/203/template")).data).toBeNull();
    await pve.sim.clock.advance(5000);
    expect(pve.sim.guest(203)?.config).toMatchObject({ template: 1, rootfs: "local-lvm:base-203-disk-0,size=4G" });
  });
});
