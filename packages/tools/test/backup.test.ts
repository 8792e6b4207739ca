import { describe, expect, it } from "vitest";
import { findTool } from "../src/index.js";
import { failure, openLab } from "./lab.js";

const archive = "nas:backup/vzdump-qemu-100-2026_05_31-02_00_00.vma.zst";
const container = "nas:backup/vzdump-lxc-200-2026_05_31-02_00_00.tar.zst";

describe("backing up", () => {
  it("names the backup, and puts a given name into its notes", async () => {
    await using lab = openLab();

    const answer = await lab.run("create_vm_backup", {
      vmid: 100,
      storage: "nas",
      backup_id: "friday",
      notes: "100 {{node}}",
    });

    expect(answer).toMatchObject({
      task: "finished",
      vmid: 100,
      backup: { volid: expect.stringMatching(/^nas:backup\/vzdump-qemu-100-/), notes: "friday 100 { {node}}" },
    });
    expect(await lab.run("list_backups", { filter: "friday" })).toMatchObject({ total: 1 });
  });

  it("goes to storages that take backups only", async () => {
    await using lab = openLab();

    const error = await failure(lab.run("create_vm_backup", { vmid: 100, storage: "local-lvm" }));

    expect(error).toMatchObject({ code: expect.stringMatching(/TOOL_(REFUSED|TASK)/) });
    expect(String(error)).toContain("local-lvm");
  });

  it("does not take one kind of guest for the other", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("create_container_backup", { container_id: 100, storage: "nas" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
    });
    expect(await failure(lab.run("create_vm_backup", { vmid: 999, storage: "nas" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
    });
  });

  it("wants a storage", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("create_vm_backup", { vmid: 100 }))).toMatchObject({
      code: "TOOL_ARGUMENT",
      problems: { storage: "missing; expected a string" },
    });
  });
});

describe("restoring", () => {
  it("makes a new guest with addresses of its own", async () => {
    await using lab = openLab();

    const answer = await lab.run("restore_vm_backup", { node_name: "pve2", backup_id: archive });
    const copy = lab.sim.guest(Number(answer["vmid"]));

    expect(answer).toMatchObject({
      task: "finished",
      restored_from: archive,
      notes: [expect.stringContaining("still exists")],
    });
    expect(answer).not.toHaveProperty("overwrote");
    expect(copy).toMatchObject({ node: "pve2", name: "web01", status: "stopped" });
    expect(copy?.config["net0"]).not.toBe(lab.sim.guest(100)?.config["net0"]);
  });

  it("never overwrites a guest without being told to", async () => {
    await using lab = openLab();
    const disks = lab.sim.guest(103)?.config["scsi0"];

    const error = await failure(lab.run("restore_vm_backup", { node_name: "pve2", backup_id: archive, vmid: 103 }));

    expect(error).toMatchObject({
      code: "TOOL_PRECONDITION",
      message: expect.stringContaining("its disks would be lost"),
      remedy: expect.stringContaining("force true"),
    });
    expect(lab.sim.guest(103)?.config["scsi0"]).toBe(disks);
    expect(lab.sim.requests().every((request) => request.method === "GET")).toBe(true);
  });

  it("overwrites a stopped guest when told to, and says which", async () => {
    await using lab = openLab();

    const answer = await lab.run("restore_vm_backup", {
      node_name: "pve2",
      backup_id: archive,
      vmid: 103,
      force: true,
    });

    expect(answer).toMatchObject({ task: "finished", vmid: 103, overwrote: expect.stringContaining("103") });
    expect(lab.sim.guest(103)).toMatchObject({ name: "web01" });
  });

  it("does not take a VMID of the other kind, or of another node", async () => {
    await using lab = openLab();

    const args = { node_name: "pve1", backup_id: archive, force: true };
    expect(await failure(lab.run("restore_vm_backup", { ...args, vmid: 200 }))).toMatchObject({
      code: "TOOL_PRECONDITION",
    });
    expect(await failure(lab.run("restore_vm_backup", { ...args, vmid: 103 }))).toMatchObject({
      code: "TOOL_PRECONDITION",
    });
  });

  it("knows a container's backup from a virtual machine's", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("restore_vm_backup", { node_name: "pve1", backup_id: container }))).toMatchObject({
      code: "TOOL_ARGUMENT",
      remedy: "Use restore_container_backup.",
    });
    expect(lab.sim.requests()).toEqual([]);
  });

  it("reports a backup that is not there, and one that is none", async () => {
    await using lab = openLab();
    const gone = archive.replace("05_31", "01_31");

    expect(await failure(lab.run("restore_vm_backup", { node_name: "pve1", backup_id: gone }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
      remedy: expect.stringContaining("list_backups"),
    });
    expect(
      await failure(lab.run("restore_vm_backup", { node_name: "pve1", backup_id: "local:iso/debian.iso" })),
    ).toMatchObject({
      code: "TOOL_ARGUMENT",
      problems: { backup_id: expect.stringContaining("volid") },
    });
  });
});

describe("delete_backup", () => {
  it("refuses a protected one by name", async () => {
    await using lab = openLab();
    const { items } = await lab.run("list_backups", { filter: "PostgreSQL" });
    const [kept] = items as readonly { readonly volid: string }[];

    const error = await failure(lab.run("delete_backup", { storage: "nas", backup_id: kept?.volid }));

    expect(error).toMatchObject({ code: "TOOL_PRECONDITION", message: `backup ${kept?.volid} is protected` });
    expect(lab.sim.requests().every((request) => request.method === "GET")).toBe(true);
  });

  it("takes the name without its storage", async () => {
    await using lab = openLab();

    const [, name] = archive.split(":");
    expect(await lab.run("delete_backup", { storage: "nas", backup_id: name })).toMatchObject({
      lost: { volid: archive },
    });
  });

  it("deletes nothing that is no backup", async () => {
    await using lab = openLab();

    const args = { storage: "local-lvm", backup_id: "local-lvm:vm-100-disk-0" };
    expect(await failure(lab.run("delete_backup", args))).toMatchObject({ code: "TOOL_ARGUMENT" });
    expect(await failure(lab.run("delete_backup", { storage: "local", backup_id: archive }))).toMatchObject({
      problems: { backup_id: "lies on nas, not on local" },
    });
    expect(lab.sim.requests()).toEqual([]);
  });

  it("reports one that is not there", async () => {
    await using lab = openLab();

    const gone = archive.replace("05_31", "01_31");
    expect(await failure(lab.run("delete_backup", { storage: "nas", backup_id: gone }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
    });
  });
});

describe("upload_backup", () => {
  const file = { storage: "local", file_path: "/uploads/ct200.tar.zst" };

  it("says how a virtual machine's archive gets in, because the API does not take it", async () => {
    await using lab = openLab();

    expect(await failure(lab.run("upload_backup", { ...file, file_path: "vzdump-qemu-100.vma.zst" }))).toMatchObject({
      code: "TOOL_PRECONDITION",
      remedy: expect.stringContaining("dump/"),
    });
    expect(lab.sim.requests()).toEqual([]);
  });

  it("names the file as it is told, and reports progress", async () => {
    await using lab = openLab();
    const seen: string[] = [];

    const answer = await lab.run(
      "upload_backup",
      { ...file, backup_id: "dns01" },
      { onProgress: ({ message }) => seen.push(message) },
    );

    expect(answer).toMatchObject({ task: "finished", volid: "local:vztmpl/dns01.tar.zst" });
    expect(seen).toContain("upload");
    expect(
      await lab.run("get_storage_content", { storage: "local", content: "vztmpl", filter: "dns01" }),
    ).toMatchObject({ total: 1 });
  });

  it("is refused where the operator lets no file be read, and for other files", async () => {
    await using lab = openLab();
    const tool = findTool("upload_backup");
    if (tool === undefined) throw new Error("no such tool");
    const { execute } = await import("../src/index.js");

    expect(await failure(execute(tool, file, { client: lab.other }))).toMatchObject({
      code: "TOOL_PRECONDITION",
      remedy: expect.stringContaining("operator"),
    });
    expect(await failure(lab.run("upload_backup", { ...file, file_path: "/etc/shadow" }))).toMatchObject({
      code: "TOOL_ARGUMENT",
    });
    expect(await failure(lab.run("upload_backup", { ...file, storage: "ssd" }))).toMatchObject({
      message: expect.stringContaining("takes no templates"),
    });
    expect(await failure(lab.run("upload_backup", { ...file, storage: "tape" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
    });
    expect(lab.sim.requests().every((request) => request.method === "GET")).toBe(true);
  });
});

describe("storages", () => {
  it("are not added twice, nor without what their type needs", async () => {
    await using lab = openLab();

    expect(
      await failure(lab.run("create_storage", { storage: "nas", storage_type: "dir", config: { path: "/x" } })),
    ).toMatchObject({
      code: "TOOL_REFUSED",
      reason: expect.stringContaining("already defined"),
    });
    expect(String(await failure(lab.run("create_storage", { storage: "new", storage_type: "dir" })))).toContain("path");
    expect(await failure(lab.run("create_storage", { storage: "new", storage_type: "tape" }))).toMatchObject({
      problems: { storage_type: expect.stringContaining('"dir"') },
    });
  });

  it("show what an update changed", async () => {
    await using lab = openLab();

    expect(
      await lab.run("update_storage", { storage: "nas", config: { "prune-backups": { "keep-last": 5 } } }),
    ).toMatchObject({
      changes: [{ key: "prune-backups.keep-last", before: expect.anything(), after: expect.anything() }],
    });
  });

  it("refuse an update against an old state", async () => {
    await using lab = openLab();

    const error = await failure(
      lab.run("update_storage", { storage: "nas", config: { disable: true }, digest: "0".repeat(40) }),
    );

    expect(error).toMatchObject({ code: "TOOL_REFUSED", kind: "conflict" });
  });

  it("that do not exist are reported before anything is sent", async () => {
    await using lab = openLab();

    expect(String(await failure(lab.run("update_storage", { storage: "tape", config: { disable: true } })))).toContain(
      "tape",
    );
    expect(String(await failure(lab.run("delete_storage", { storage: "tape" })))).toContain("tape");
    expect(lab.sim.requests().every((request) => request.method === "GET")).toBe(true);
  });
});

describe("older names", () => {
  it("lead to the tool that has a new one, and are not listed", async () => {
    const { catalogue } = await import("../src/index.js");

    expect(findTool("get_backup_list")?.name).toBe("list_backups");
    expect(findTool("list_firewall_rules")?.name).toBe("get_firewall_rules");
    expect(catalogue.map((tool) => tool.name)).not.toContain("get_backup_list");
  });
});
