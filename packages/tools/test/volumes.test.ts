import { describe, expect, it } from "vitest";
import { failure, openLab } from "./lab.js";

const iso = "https://cdimage.debian.org/debian-cd/13.2.0/amd64/iso-cd/debian-13.2.0-amd64-netinst.iso";
const onlyReads = (requests: readonly { readonly method: string }[]) =>
  requests.every((request) => request.method === "GET");

describe("a download", () => {
  it("takes name, kind and algorithm from what is given, and shows its progress", async () => {
    await using lab = openLab();
    const percents: number[] = [];
    let sent = "";
    await using watched = openLab({
      async meanwhile({ path, form }) {
        if (path.endsWith("/download-url")) sent = form.toString();
      },
    });

    const answer = await watched.run(
      "download_to_storage",
      { storage: "local", url: iso, checksum: "a".repeat(64) },
      { onProgress: ({ percent }) => percent !== undefined && percents.push(percent) },
    );

    expect(answer).toMatchObject({
      task: "finished",
      volid: "local:iso/debian-13.2.0-amd64-netinst.iso",
      size: expect.any(Number),
    });
    expect(answer).not.toHaveProperty("notes");
    expect(sent).toContain("checksum-algorithm=sha256");
    expect(percents).toContain(60);
    expect(onlyReads(lab.sim.requests())).toBe(true);
  });

  it("says that nothing was checked without a checksum, and overwrites nothing", async () => {
    await using lab = openLab();

    expect(await lab.run("download_to_storage", { storage: "local", url: iso })).toMatchObject({
      notes: [expect.stringContaining("No checksum")],
    });
    expect(await failure(lab.run("download_to_storage", { storage: "local", url: iso }))).toMatchObject({
      code: "TOOL_TASK",
      exitstatus: expect.stringContaining("refusing to override"),
    });
  });

  it("wants a name that tells what the file is, a real sum, and a storage that takes it", async () => {
    await using lab = openLab();
    const get = (args: object) => failure(lab.run("download_to_storage", { storage: "local", url: iso, ...args }));

    expect(await get({ url: "https://example.org/" })).toMatchObject({ problems: { filename: expect.any(String) } });
    expect(await get({ filename: "a.exe" })).toMatchObject({
      problems: { filename: expect.stringContaining("a.exe") },
    });
    expect(await get({ checksum: "abc" })).toMatchObject({ problems: { checksum: expect.any(String) } });
    expect(await get({ storage: "nas" })).toMatchObject({
      code: "TOOL_PRECONDITION",
      message: expect.stringContaining("takes no iso"),
    });
    expect(await get({ url: "ftp://example.org/a.iso" })).toMatchObject({ code: "TOOL_ARGUMENT" });
    expect(onlyReads(lab.sim.requests())).toBe(true);
  });

  it("fails as its task does", async () => {
    await using lab = openLab();

    expect(
      await failure(lab.run("download_to_storage", { storage: "local", url: "https://nowhere.invalid/a.iso" })),
    ).toMatchObject({ code: "TOOL_TASK", exitstatus: expect.stringContaining("download failed") });
    expect(await failure(lab.run("get_url_metadata", { url: "https://nowhere.invalid/a.iso" }))).toMatchObject({
      code: "TOOL_REFUSED",
    });
  });
});

describe("templates of Proxmox", () => {
  it("are found by what is in them, and fetched by name", async () => {
    await using lab = openLab();

    expect(await lab.run("list_downloadable_templates", { filter: "alpine" })).toMatchObject({
      total: 2,
      items: [{ template: expect.stringContaining("alpine-3.22"), os: "alpine" }, expect.anything()],
    });
    expect(
      await lab.run("download_template", { storage: "local", template: "debian-13-standard_13.1-2_amd64.tar.zst" }),
    ).toMatchObject({ volid: "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst", size: 124 * 1024 ** 2 });
  });

  it("that are not offered are named, with those of that name", async () => {
    await using lab = openLab();

    expect(
      await failure(
        lab.run("download_template", { storage: "local", template: "debian-13-standard_99_amd64.tar.zst" }),
      ),
    ).toMatchObject({ code: "TOOL_ARGUMENT", remedy: expect.stringContaining("debian-13-standard_13.1-2") });
  });
});

describe("delete_volume", () => {
  it("spares what a guest uses, now or in a snapshot", async () => {
    await using lab = openLab();
    await lab.run("detach_guest_disk", { vmid: 103, disk: "scsi0" });
    const before = lab.sim.requests().length;

    expect(
      await failure(lab.run("delete_volume", { storage: "local-lvm", volume: "local-lvm:vm-100-disk-0" })),
    ).toMatchObject({
      code: "TOOL_PRECONDITION",
      message: expect.stringContaining("guest 100: scsi0, snapshot fresh-install, scsi0"),
    });
    expect(await failure(lab.run("delete_volume", { storage: "local-lvm", volume: "vm-103-disk-2" }))).toMatchObject({
      message: expect.stringContaining("unused0"),
    });
    expect(onlyReads(lab.sim.requests().slice(before))).toBe(true);
  });

  it("deletes what is left of a guest that is gone, but not of one that cannot be seen", async () => {
    await using lab = openLab();
    const route = "POST /nodes/{node}/storage/{storage}/content";
    const orphan = { node: "pve1", storage: "local-lvm", vmid: 900, filename: "vm-900-disk-0", size: "1G" };
    await lab.other.call(route, orphan);

    expect(await lab.run("delete_volume", { storage: "local-lvm", volume: "local-lvm:vm-900-disk-0" })).toMatchObject({
      lost: { vmid: 900, size: 1024 ** 3 },
    });
  });

  it("asks for the node where several have one of that name, and leaves backups to their own tool", async () => {
    await using lab = openLab();

    expect(
      await failure(lab.run("delete_volume", { storage: "local", volume: "local:iso/virtio-win-0.1.271.iso" })),
    ).toMatchObject({ problems: { node_name: expect.stringContaining("pve1 and pve2 and pve3") } });
    expect(
      await failure(
        lab.run("delete_volume", { storage: "nas", volume: "nas:backup/vzdump-qemu-100-2026_05_31-02_00_00.vma.zst" }),
      ),
    ).toMatchObject({ remedy: expect.stringContaining("delete_backup") });
    expect(await failure(lab.run("delete_volume", { storage: "local", volume: "local:iso/none.iso" }))).toMatchObject({
      code: "TOOL_NOT_FOUND",
    });
  });
});
