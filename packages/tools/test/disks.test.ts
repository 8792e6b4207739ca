import { describe, expect, it } from "vitest";
import { failure, openLab } from "./lab.js";

const GIB = 1024 ** 3;
const onlyReads = (requests: readonly { readonly method: string }[]) =>
  requests.every((request) => request.method === "GET");

describe("list_guest_disks", () => {
  it("shows what a VM has, with sizes where the configuration says none", async () => {
    await using lab = openLab();
    await lab.run("detach_guest_disk", { vmid: 103, disk: "scsi0" });

    const { disks } = await lab.run("list_guest_disks", { vmid: 103 });

    expect(disks).toMatchObject([
      { disk: "efidisk0", kind: "efi", storage: "local-lvm" },
      { disk: "ide2", kind: "cdrom", volume: "local:iso/virtio-win-0.1.271.iso" },
      { disk: "tpmstate0", kind: "tpm", backup: true },
      { disk: "unused0", kind: "unused", size: 80 * GIB },
    ]);
  });

  it("shows what a container has, and what its backups leave out", async () => {
    await using lab = openLab();
    await lab.run("attach_container_volume", { container_id: 203, path: "/cache", storage: "local-lvm", size_gib: 2 });

    expect(await lab.run("list_guest_disks", { vmid: 203 })).toMatchObject({
      type: "lxc",
      disks: [
        { disk: "mp0", kind: "mountpoint", path: "/srv", backup: true, size: 64 * GIB },
        { disk: "mp1", path: "/cache", backup: false },
        { disk: "rootfs", kind: "rootfs", backup: true },
      ],
    });
  });

  it("names the storage it could not read", async () => {
    await using lab = openLab();
    lab.sim.faults.add({
      kind: "status",
      status: 500,
      reason: "storage 'local-lvm' is not online",
      match: { path: /storage\/local-lvm\/content/ },
    });

    expect(await lab.run("list_guest_disks", { vmid: 103 })).toMatchObject({
      disks: expect.arrayContaining([expect.objectContaining({ disk: "scsi0", size: 80 * GIB })]),
      notes: [expect.stringContaining("local-lvm")],
    });
  });
});

describe("resize_guest_disk", () => {
  it("grows the disk of a container too", async () => {
    await using lab = openLab();

    expect(await lab.run("resize_guest_disk", { vmid: 200, disk: "rootfs", size: "6G" })).toMatchObject({
      before_size: 4 * GIB,
      after_size: 6 * GIB,
    });
  });

  it("never shrinks a disk, and says so before anything is sent", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("resize_guest_disk", { vmid: 100, disk: "scsi0", size: "8G" }));

    expect(error).toMatchObject({ code: "TOOL_PRECONDITION", message: expect.stringContaining("cannot shrink") });
    expect(onlyReads(lab.sim.requests())).toBe(true);
  });

  it("names the disks there are when one is missing, and refuses what is no size", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("resize_guest_disk", { vmid: 100, disk: "scsi7", size: "+1G" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
      remedy: expect.stringContaining("scsi0 (local-lvm:vm-100-disk-0)"),
    });
    expect(await failure(lab.run("resize_guest_disk", { vmid: 100, disk: "scsi0", size: "big" }))).toMatchObject({
      code: "TOOL_ARGUMENT",
    });
  });

  it("notices that somebody changed the guest meanwhile", async () => {
    await using lab = openLab({
      async meanwhile({ method, path }, other) {
        if (method === "PUT" && path.endsWith("/resize"))
          await other.call("PUT /nodes/{node}/lxc/{vmid}/config", { node: "pve1", vmid: 200, cores: 3 });
      },
    });

    expect(await failure(lab.run("resize_guest_disk", { vmid: 200, disk: "rootfs", size: "6G" }))).toMatchObject({
      code: "TOOL_REFUSED",
      kind: "conflict",
    });
  });
});

describe("move_guest_disk", () => {
  it("destroys the old volume only when told to", async () => {
    await using lab = openLab();
    const args = { vmid: 101, disk: "scsi0", storage: "local-lvm" };

    expect(await lab.run("move_guest_disk", { ...args, delete_source: true })).toMatchObject({
      from: "nas:101/vm-101-disk-0.qcow2",
      to: "local-lvm:vm-101-disk-0",
      old_volume: "deleted",
    });
    expect(lab.sim.guest(101)?.config).not.toHaveProperty("unused0");
  });

  it("moves a volume of a stopped container, and says why a running one stays", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("move_guest_disk", { vmid: 200, disk: "rootfs", storage: "nas" }))).toMatchObject({
      code: "TOOL_REFUSED",
      reason: expect.stringContaining("running container"),
    });
    expect(await lab.run("move_guest_disk", { vmid: 203, disk: "mp0", storage: "nas" })).toMatchObject({
      to: expect.stringMatching(/^nas:203\//),
      old_volume: "unused0",
    });
  });

  it("that fails half-way is an error with the task's words", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("move_guest_disk", { vmid: 102, disk: "scsi1", storage: "ssd" }))).toMatchObject({
      code: "TOOL_TASK",
      exitstatus: expect.stringContaining("storage migration failed"),
    });
    expect(lab.sim.guest(102)?.config["scsi1"]).toContain("nas:102/vm-102-disk-1.qcow2");
  });
});

describe("attaching", () => {
  it("takes a detached disk back, under the key that is asked for", async () => {
    await using lab = openLab();
    await lab.run("detach_guest_disk", { vmid: 103, disk: "scsi0" });

    const answer = await lab.run("attach_vm_disk", { vmid: 103, volume: "unused0", disk: "sata1" });

    expect(answer).toMatchObject({ task: "finished", disk: "sata1", volume: "local-lvm:vm-103-disk-2" });
    expect(lab.sim.guest(103)?.config).not.toHaveProperty("unused0");
  });

  it("copies an image in, and puts an ISO into a drive", async () => {
    await using lab = openLab();
    const image = "nas:110/base-110-disk-0.qcow2";

    expect(
      await lab.run("attach_vm_disk", { vmid: 103, storage: "local-lvm", import_from: image, disk: "virtio" }),
    ).toMatchObject({ disk: "virtio0", volume: expect.stringMatching(/^local-lvm:vm-103-/), size: 8 * GIB });
    expect(await lab.run("attach_vm_disk", { vmid: 103, volume: "local:iso/virtio-win-0.1.271.iso" })).toMatchObject({
      disk: "ide0",
    });
    expect(lab.sim.guest(103)?.config["ide0"]).toContain("media=cdrom");
  });

  it("replaces nothing, and takes no other guest's disk", async () => {
    await using lab = openLab();
    const add = (args: object) => failure(lab.run("attach_vm_disk", { vmid: 103, ...args }));

    expect(await add({ storage: "nas", size_gib: 1, disk: "scsi0" })).toMatchObject({
      code: "TOOL_PRECONDITION",
      message: expect.stringContaining("holds local-lvm:vm-103-disk-2"),
    });
    expect(await add({ volume: "local-lvm:vm-100-disk-0" })).toMatchObject({
      code: "TOOL_PRECONDITION",
      message: expect.stringContaining("belongs to guest 100"),
    });
    expect(await add({ volume: "local-lvm:vm-103-disk-2" })).toMatchObject({
      message: expect.stringContaining("attached already, as scsi0"),
    });
    expect(onlyReads(lab.sim.requests())).toBe(true);
  });

  it("wants one source, and a storage for a new disk", async () => {
    await using lab = openLab();
    const add = (args: object) => failure(lab.run("attach_vm_disk", { vmid: 103, ...args }));

    expect(await add({})).toMatchObject({ problems: { size_gib: expect.stringContaining("exactly one") } });
    expect(await add({ size_gib: 1, volume: "unused0" })).toMatchObject({ code: "TOOL_ARGUMENT" });
    expect(await add({ size_gib: 1 })).toMatchObject({ problems: { storage: expect.stringContaining("missing") } });
    expect(await add({ size_gib: 1, storage: "nas", disk: "floppy" })).toMatchObject({
      problems: { disk: expect.stringContaining("scsi") },
    });
  });
});

describe("a disk that goes", () => {
  it("is destroyed only once it is detached", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("delete_unused_disk", { vmid: 103, disk: "scsi0" }))).toMatchObject({
      code: "TOOL_PRECONDITION",
      remedy: expect.stringContaining("detach_guest_disk"),
    });
    expect(await failure(lab.run("detach_guest_disk", { vmid: 203, disk: "rootfs" }))).toMatchObject({
      code: "TOOL_PRECONDITION",
    });
    expect(onlyReads(lab.sim.requests())).toBe(true);
  });

  it("may belong to a container", async () => {
    await using lab = openLab();

    expect(await lab.run("detach_guest_disk", { vmid: 203, disk: "mp0" })).toMatchObject({ kept_as: "unused0" });
    expect(await lab.run("delete_unused_disk", { vmid: 203, disk: "unused0" })).toMatchObject({
      lost: { volume: "local-lvm:vm-203-disk-1", size: 64 * GIB },
    });
    expect(await lab.run("get_storage_content", { storage: "local-lvm", vmid: 203 })).toMatchObject({ total: 1 });
  });
});
