import { describe, expect, it } from "vitest";
import { failure, type LabOptions, openLab } from "./lab.js";

/** Somebody else takes every VMID just before a virtual machine is made with it, as often as told. */
function contest(times: number): LabOptions {
  let left = times;
  return {
    async meanwhile({ method, path, form }, other) {
      if (method !== "POST" || !path.endsWith("/qemu") || left === 0) return;
      left -= 1;
      await other.call("POST /nodes/{node}/qemu", { node: "pve2", vmid: Number(form.get("vmid")) });
    },
  };
}

describe("creating", () => {
  it("takes the next free VMID and says which", async () => {
    await using lab = openLab();

    const answer = await lab.run("create_vm", { node_name: "pve3", name: "mail01" });

    expect(answer).toMatchObject({ vmid: 105, node: "pve3", task: "finished", exitstatus: "OK" });
    expect(lab.sim.guest(105)?.name).toBe("mail01");
  });

  it("takes another number when somebody was faster", async () => {
    await using lab = openLab(contest(2));

    const answer = await lab.run("create_vm", { node_name: "pve1", name: "mail01" });

    expect(answer).toMatchObject({ vmid: 108 });
    expect(lab.sim.guest(108)).toMatchObject({ name: "mail01", node: "pve1" });
  });

  it("gives up after five numbers", async () => {
    await using lab = openLab(contest(9));

    expect(await failure(lab.run("create_vm", { node_name: "pve1" }))).toMatchObject({
      code: "TOOL_REFUSED",
      kind: "exists",
    });
    expect(lab.sim.requests().filter((request) => request.status === 500)).toHaveLength(5);
  });

  it("never takes another number than the one that was asked for", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("create_vm", { node_name: "pve1", vmid: 100 }))).toMatchObject({
      code: "TOOL_REFUSED",
      kind: "exists",
    });
    expect(lab.sim.requests().map((request) => request.method)).toEqual(["POST"]);
  });

  it("never overwrites a guest that exists", async () => {
    await using lab = openLab();
    const archive = "nas:backup/vzdump-qemu-100-2026_05_31-02_00_00.vma.zst";

    expect(
      await failure(lab.run("create_vm_advanced", { node_name: "pve1", vmid: 100, config: { archive, force: true } })),
    ).toMatchObject({
      code: "TOOL_ARGUMENT",
      problems: { "config.force": expect.any(String) },
    });
    expect(lab.sim.requests()).toEqual([]);
  });

  it("takes the VMID that config holds, and none that is free instead", async () => {
    await using lab = openLab();

    expect(await lab.run("create_vm_advanced", { node_name: "pve1", config: { vmid: 777 } })).toMatchObject({
      vmid: 777,
    });
  });

  it("does not guess between two templates, and names them", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("create_container", { node_name: "pve1", storage: "local-lvm" }));

    expect(error).toMatchObject({ code: "TOOL_PRECONDITION", remedy: expect.stringMatching(/alpine.*debian/) });
  });

  it("says which template it took", async () => {
    await using lab = openLab();

    const answer = await lab.run("create_container", { node_name: "pve1", storage: "local-lvm", ostype: "alpine" });

    expect(answer.notes).toEqual(["Made from local:vztmpl/alpine-3.22-default_20250617_amd64.tar.xz."]);
  });

  it("copies to another node when told to", async () => {
    await using lab = openLab();

    const answer = await lab.run("clone_vm", {
      source_vmid: 110,
      new_vmid: 300,
      new_name: "web03",
      target_node: "pve2",
      full: true,
    });

    expect(answer).toMatchObject({ vmid: 300, node: "pve2" });
    expect(lab.sim.guest(300)).toMatchObject({ node: "pve2", name: "web03" });
  });
});

describe("deleting", () => {
  it("lists what went with the guest", async () => {
    await using lab = openLab();

    const answer = await lab.run("delete_container", { container_id: 203 });

    expect(answer["lost"]).toEqual({
      name: "archive",
      disks: expect.arrayContaining([
        { key: "rootfs", volume: "local-lvm:vm-203-disk-0", size: "4G" },
        { key: "mp0", volume: "local-lvm:vm-203-disk-1", size: "64G" },
      ]),
      snapshots: [],
    });
  });

  it("counts snapshots among the losses, and CD images not", async () => {
    await using lab = openLab();

    const { lost } = await lab.run("delete_vm", { vmid: 100, force: true });

    expect(lost).toMatchObject({ disks: [{ key: "scsi0" }], snapshots: ["fresh-install", "before-upgrade"] });
  });

  it("refuses a protected guest before it touches it, even with force", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("delete_vm", { vmid: 102, force: true }));

    expect(error).toMatchObject({
      code: "TOOL_PRECONDITION",
      message: "guest 102 is protected",
      remedy: expect.stringContaining("update_vm_config"),
    });
    expect(lab.sim.guest(102)?.status).toBe("running");
    expect(lab.sim.requests().every((request) => request.method === "GET")).toBe(true);
  });

  it("refuses a running guest, and stops it first when told to", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("delete_vm", { vmid: 101 }))).toMatchObject({
      message: expect.stringContaining("running"),
    });
    expect(lab.sim.guest(101)?.status).toBe("running");

    await lab.run("delete_vm", { vmid: 101, force: true });
    expect(lab.sim.guest(101)).toBeUndefined();
  });
});

describe("migrating", () => {
  const cases: [title: string, args: Readonly<Record<string, unknown>>, message: RegExp, remedy?: RegExp][] = [
    ["to the node where it is", { vmid: 101, target_node: "pve2" }, /is on pve2 already/],
    [
      "a running guest without online",
      { vmid: 101, target_node: "pve3" },
      /running, and online was not given/,
      /^Give online true, or shut it down first\.$/,
    ],
    [
      "local disks of a running guest unless told to",
      { vmid: 106, target_node: "pve1", online: true },
      /local-lvm:vm-106-disk-0.*with-local-disks/,
      /^Give with-local-disks true/,
    ],
    [
      "a guest with an image of its node in a drive",
      { vmid: 103, target_node: "pve1" },
      /CD image of its node/,
      /update_vm_config \{"ide2":"none,media=cdrom"\}\.$/,
    ],
    [
      "to a node that does not exist",
      { vmid: 111, target_node: "pve9", online: true },
      /pve9/,
      /^It may go to pve1, pve2\.$/,
    ],
  ];

  it.each(cases)("does not move %s", async (_title, args, message, remedy) => {
    await using lab = openLab();

    const error = await failure(lab.run("migrate_vm", args));

    expect(error).toMatchObject({
      message: expect.stringMatching(message),
      ...(remedy !== undefined && { remedy: expect.stringMatching(remedy) }),
    });
    expect(lab.sim.requests().every((request) => request.method === "GET")).toBe(true);
  });

  it("says where the guest went", async () => {
    await using lab = openLab();

    expect(await lab.run("migrate_vm", { vmid: 101, target_node: "pve1", online: true })).toMatchObject({
      from: "pve2",
      to: "pve1",
      exitstatus: "OK",
    });
  });
});

describe("a guest that PVE does not do this to as it is", () => {
  const refusals: [name: string, args: Readonly<Record<string, unknown>>, remedy: RegExp][] = [
    ["delete_vm", { vmid: 101 }, /shutdown_vm.*force/],
    ["start_vm", { vmid: 101 }, /runs already/],
    ["start_vm", { vmid: 104 }, /update_vm_config.*"none,media=cdrom"/],
    ["start_container", { container_id: 202 }, /one was cut off.*pct unlock/],
    ["delete_vm_snapshot", { vmid: 100, snap_name: "nix" }, /list_vm_snapshots/],
    ["create_vm", { node_name: "pve1", scsi0: "local-lvm:32G" }, /without a unit: local-lvm:32/],
    ["create_vm_backup", { vmid: 100, storage: "local-lvm" }, /get_storage shows/],
    ["create_replication_job", { vmid: 102, target_node: "pve2" }, /zfspool/],
  ];

  it.each(refusals)("is answered with what helps: %s %o", async (name, args, remedy) => {
    await using lab = openLab();

    expect(await failure(lab.run(name, args))).toMatchObject({ remedy: expect.stringMatching(remedy) });
  });

  it("is not answered with a log to read that is there already", async () => {
    await using lab = openLab();
    lab.sim.faults.add({ kind: "task-fails", exitstatus: "no such luck", match: { path: /status\/start/ } });

    expect(await failure(lab.run("start_vm", { vmid: 103 }))).toMatchObject({
      code: "TOOL_TASK",
      log: expect.arrayContaining([expect.stringContaining("no such luck")]),
      remedy: undefined,
    });
  });
});

describe("a new virtual machine", () => {
  it("says what it lacks, and nothing where it lacks nothing", async () => {
    await using lab = openLab();
    const made = async (more: object) => (await lab.run("create_vm", { node_name: "pve1", ...more })).notes;

    expect(await made({})).toEqual([expect.stringContaining("attach_vm_disk"), expect.stringContaining("net0")]);
    expect(await made({ scsi0: "local-lvm:8", net0: "virtio,bridge=vmbr0" })).toBeUndefined();
  });
});
