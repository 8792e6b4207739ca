import { describe, expect, test } from "vitest";
import { call, items, memberIds } from "./caller.js";

describe("creating VMs", () => {
  test("a VM gets its disks, an address, a UUID and a boot order", async () => {
    const pve = call();
    const created = await pve.post("/nodes/pve1/qemu", {
      vmid: 300,
      name: "fresh",
      memory: 2048,
      cores: 2,
      scsi0: "local-lvm:8",
      ide2: "local:iso/debian-13.1.0-amd64-netinst.iso,media=cdrom",
      net0: "virtio,bridge=vmbr0",
      pool: "dev",
      tags: "b,a",
    });
    expect(pve.sim.guest(300)?.lock).toBe("create");
    const ended = await pve.done(created);
    expect(ended.exitstatus).toBe("OK");
    expect(ended.log).toContain("scsi0: successfully created disk 'local-lvm:vm-300-disk-0,size=8G'");
    expect(pve.sim.guest(300)).not.toHaveProperty("lock");
    expect(pve.sim.guest(300)?.config).toMatchObject({
      name: "fresh",
      memory: "2048",
      cores: 2,
      tags: "a;b",
      scsi0: "local-lvm:vm-300-disk-0,size=8G",
      ide2: "local:iso/debian-13.1.0-amd64-netinst.iso,media=cdrom,size=783M",
      net0: expect.stringMatching(/^virtio=BC:24:11:[0-9A-F:]{8},bridge=vmbr0$/),
      boot: "order=scsi0;ide2;net0",
      smbios1: expect.stringMatching(/^uuid=[0-9a-f-]{36}$/),
      meta: expect.stringMatching(/^creation-qemu=[\d.]+,ctime=\d+$/),
    });
    expect(memberIds(await pve.get("/pools?poolid=dev"))).toContain("qemu/300");
  });

  test("EFI, TPM and cloud-init drives get their own sizes and names", async () => {
    const pve = call();
    const ended = await pve.done(
      await pve.post("/nodes/pve1/qemu", {
        vmid: 300,
        bios: "ovmf",
        efidisk0: "nas:1,efitype=4m,pre-enrolled-keys=1",
        tpmstate0: "nas:1,version=v2.0",
        ide2: "nas:cloudinit",
        ciuser: "debian",
        cipassword: "secret12",
      }),
    );
    expect(ended.exitstatus).toBe("OK");
    expect(pve.sim.guest(300)?.config).toMatchObject({
      efidisk0: "nas:300/vm-300-disk-0.raw,efitype=4m,pre-enrolled-keys=1,size=528K",
      tpmstate0: "nas:300/vm-300-disk-1.raw,size=4M,version=v2.0",
      ide2: "nas:300/vm-300-cloudinit.qcow2,media=cdrom",
    });
    const { data } = await pve.get("/nodes/pve1/qemu/300/config");
    expect((data as Record<string, unknown>)["cipassword"]).toBe("**********");
  });

  test("start=1 starts it in the same task, and a failed start is a warning", async () => {
    const pve = call();
    const fine = await pve.done(
      await pve.post("/nodes/pve1/qemu", { vmid: 300, net0: "virtio,bridge=vmbr0", start: 1 }),
    );
    expect([fine.exitstatus, pve.sim.guest(300)?.status]).toEqual(["OK", "running"]);
    const odd = await pve.done(
      await pve.post("/nodes/pve1/qemu", { vmid: 301, net0: "virtio,bridge=vmbr9", start: 1 }),
    );
    expect([odd.exitstatus, pve.sim.guest(301)?.status]).toEqual(["WARNINGS: 1", "stopped"]);
  });

  test("a taken number, an unknown storage and a storage for other things are refused at once", async () => {
    const pve = call();
    expect((await pve.post("/nodes/pve1/qemu", { vmid: 100 })).reason).toBe(
      "unable to create VM 100 - VM 100 already exists on node 'pve1'",
    );
    expect((await pve.post("/nodes/pve1/qemu", { vmid: 200 })).reason).toBe(
      "unable to create VM 200 - CT 200 already exists on node 'pve1'",
    );
    expect((await pve.post("/nodes/pve1/qemu", { vmid: 300, scsi0: "nosuch:4" })).reason).toBe(
      "storage 'nosuch' does not exist",
    );
    const local = await pve.post("/nodes/pve1/qemu", { vmid: 300, scsi0: "local:4" });
    expect([local.status, local.errors]).toEqual([400, { storage: "storage 'local' does not support vm images" }]);
    expect(pve.sim.guest(300)).toBeUndefined();
  });

  test("what goes wrong in the task takes the half-made VM away again", async () => {
    const pve = call();
    const ended = await pve.done(
      await pve.post("/nodes/pve1/qemu", { vmid: 300, scsi0: "local-lvm:8", virtio0: "nas:300/vm-300-disk-9.qcow2" }),
    );
    expect(ended.exitstatus).toBe("unable to create VM 300 - volume 'nas:300/vm-300-disk-9.qcow2' does not exist");
    expect(pve.sim.guest(300)).toBeUndefined();
    expect(items(await pve.get("/nodes/pve1/storage/local-lvm/content?vmid=300"))).toEqual([]);
  });

  test("a full volume group and a disabled storage fail in the task", async () => {
    const pve = call();
    const full = await pve.done(await pve.post("/nodes/pve1/qemu", { vmid: 300, scsi0: "ssd:9" }));
    expect(full.exitstatus).toContain('Volume group "ssd" has insufficient free space (2048 extents): 2304 required.');
    const format = await pve.done(await pve.post("/nodes/pve1/qemu", { vmid: 300, scsi0: "local-lvm:1,format=qcow2" }));
    expect(format.exitstatus).toBe("unable to create VM 300 - unsupported format 'qcow2'");
    const disabled = await pve.done(await pve.post("/nodes/pve1/qemu", { vmid: 300, scsi0: "old-nas:1" }));
    expect(disabled.exitstatus).toBe("unable to create VM 300 - storage 'old-nas' is disabled");
  });
});

describe("destroying VMs", () => {
  test("VM and disks are gone afterwards, and nobody finds its configuration", async () => {
    const pve = call();
    const ended = await pve.done(await pve.del("/nodes/pve1/qemu/104?purge=1"));
    expect(ended.log).toContain("purging VM 104 from related configurations..");
    expect(items(await pve.get("/nodes/pve1/storage/local-lvm/content?vmid=104"))).toEqual([]);
    const gone = await pve.get("/nodes/pve1/qemu/104/config");
    expect([gone.status, gone.reason]).toEqual([
      500,
      "Configuration file 'nodes/pve1/qemu-server/104.conf' does not exist",
    ]);
  });

  test("running and protected VMs stay", async () => {
    const pve = call();
    expect((await pve.del("/nodes/pve1/qemu/100")).reason).toBe("VM 100 is running - destroy failed");
    expect((await pve.del("/nodes/pve1/qemu/102")).reason).toBe("can't remove VM 102 - protection mode enabled");
  });

  test("a template stays as long as a linked clone hangs on its disk", async () => {
    const pve = call();
    const ended = await pve.done(await pve.del("/nodes/pve1/qemu/110"));
    expect(ended.exitstatus).toBe("base volume 'nas:110/base-110-disk-0.qcow2' is still in use by linked cloned");
    expect(pve.sim.guest(110)).toBeDefined();
  });

  test("unreferenced disks go only on request", async () => {
    const pve = call();
    const path = "/nodes/pve1/storage/nas/content";
    await pve.post(path, { vmid: 104, filename: "vm-104-disk-7.raw", size: "1G" });
    await pve.done(await pve.del("/nodes/pve1/qemu/104"));
    expect(items(await pve.get(`${path}?vmid=104`))).toHaveLength(1);
    const other = call();
    await other.post(path, { vmid: 104, filename: "vm-104-disk-7.raw", size: "1G" });
    await other.done(await other.del("/nodes/pve1/qemu/104?destroy-unreferenced-disks=1"));
    expect(items(await other.get(`${path}?vmid=104`))).toEqual([]);
  });
});
