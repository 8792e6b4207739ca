import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

describe("storages", () => {
  test("a node lists them with figures; disabled and foreign ones have none", async () => {
    const { get } = call();
    const list = items(await get("/nodes/pve2/storage"));
    const named = (name: string): Record<string, unknown> | undefined => list.find((s) => s["storage"] === name);
    expect(named("local")).toMatchObject({ type: "dir", enabled: 1, active: 1, shared: 0 });
    const { total, used, avail } = named("local") as Record<string, number>;
    expect((used ?? 0) + (avail ?? 0)).toBe(total);
    for (const name of ["ssd", "old-nas"]) {
      expect(named(name)).toMatchObject({ enabled: 0, active: 0, total: 0, used: 0, avail: 0 });
    }
  });

  test("filters narrow the list, an unknown name is refused", async () => {
    const { get } = call();
    const names = async (query: string): Promise<unknown[]> =>
      items(await get(`/nodes/pve1/storage?${query}`)).map((s) => s["storage"]);
    expect(await names("content=backup&enabled=1")).toEqual(["local", "nas"]);
    expect(await names("target=pve3&enabled=1")).toEqual(["nas"]);
    expect((await get("/nodes/pve1/storage?storage=nosuch")).errors).toEqual({ storage: "No such storage." });
  });

  test("the definitions carry one digest for the whole file", async () => {
    const { get } = call();
    const list = items(await get("/storage"));
    expect(new Set(list.map((s) => s["digest"])).size).toBe(1);
    expect(list.find((s) => s["storage"] === "old-nas")).toMatchObject({
      disable: 1,
      shared: 1,
      content: "images,backup",
    });
    expect((await get("/storage/nosuch")).reason).toBe("storage 'nosuch' does not exist");
  });

  test("the content can be filtered by kind and owner", async () => {
    const { get } = call();
    const volids = async (query: string): Promise<unknown[]> =>
      items(await get(`/nodes/pve1/storage/${query}`)).map((v) => v["volid"]);
    expect(await volids("local/content?content=iso")).toEqual([
      "local:iso/debian-13.1.0-amd64-netinst.iso",
      "local:iso/virtio-win-0.1.271.iso",
    ]);
    expect(await volids("nas/content?vmid=102&content=images")).toEqual([
      "nas:102/vm-102-disk-0.qcow2",
      "nas:102/vm-102-disk-1.qcow2",
    ]);
    expect((await get("/nodes/pve1/storage/old-nas/content")).reason).toBe("storage 'old-nas' is disabled");
    expect((await get("/nodes/pve2/storage/ssd/content")).reason).toBe("storage 'ssd' is not available on node 'pve2'");
  });

  test("backups carry their kind, notes and protection", async () => {
    const { get } = call();
    const [backup] = items(await get("/nodes/pve1/storage/nas/content?content=backup&vmid=102"));
    expect(backup).toMatchObject({
      subtype: "qemu",
      format: "vma.zst",
      protected: 1,
      notes: "before the move to PostgreSQL 17",
    });
  });

  test("only backups say whether they are protected", async () => {
    const { get } = call();
    const disk = object(await get("/nodes/pve1/storage/nas/content/nas:102%2Fvm-102-disk-0.qcow2"));
    expect(disk["format"]).toBe("qcow2");
    expect(disk).not.toHaveProperty("protected");
  });

  test("a protected backup is not deleted until it is released", async () => {
    const pve = call();
    const [backup] = items(await pve.get("/nodes/pve1/storage/nas/content?content=backup&vmid=102"));
    const path = `/nodes/pve1/storage/nas/content/${encodeURIComponent(String(backup?.["volid"]))}`;
    const refused = await pve.done(await pve.del(path));
    expect(refused.exitstatus).toMatch(/^cannot remove protected volume 'backup\/vzdump-qemu-102-.*' on 'nas'$/);
    expect(refused.upid).toContain(":imgdel:102@nas:");
    await pve.put(path, { protected: 0, notes: "released" });
    expect(object(await pve.get(path))).toMatchObject({ protected: 0, notes: "released" });
    expect((await pve.done(await pve.del(path))).exitstatus).toBe("OK");
    expect(items(await pve.get("/nodes/pve1/storage/nas/content?content=backup&vmid=102"))).toHaveLength(2);
  });

  test("notes are for backups", async () => {
    const pve = call();
    const path = `/nodes/pve1/storage/local/content/${encodeURIComponent("local:iso/virtio-win-0.1.271.iso")}`;
    expect((await pve.put(path, { notes: "x" })).reason).toBe("only backups can have notes");
  });

  test("a base volume stays while a linked clone uses it", async () => {
    const pve = call();
    const path = `/nodes/pve1/storage/nas/content/${encodeURIComponent("nas:110/base-110-disk-0.qcow2")}`;
    expect((await pve.done(await pve.del(path))).exitstatus).toBe(
      "base volume '110/base-110-disk-0.qcow2' is still in use (use by '110/base-110-disk-0.qcow2/111/vm-111-disk-0.qcow2')",
    );
  });

  test("allocating answers the volume id, and a taken or odd name is refused", async () => {
    const pve = call();
    const path = "/nodes/pve1/storage/nas/content";
    const body = { vmid: 300, filename: "vm-300-disk-0.qcow2", size: "1G", format: "qcow2" };
    expect((await pve.post(path, body)).data).toBe("nas:300/vm-300-disk-0.qcow2");
    expect((await pve.post(path, body)).reason).toBe(
      "disk image '/mnt/pve/nas/images/300/vm-300-disk-0.qcow2' already exists",
    );
    expect((await pve.post(path, { ...body, filename: "bogus" })).reason).toBe(
      "unable to parse volume filename 'bogus'",
    );
  });

  test("an unknown volume has no format", async () => {
    const { get } = call();
    const path = `/nodes/pve1/storage/local/content/${encodeURIComponent("local:iso/nosuch.iso")}`;
    expect((await get(path)).reason).toBe("volume_size_info on 'local:iso/nosuch.iso' failed - no format");
  });
});

describe("files from outside", () => {
  const path = "/nodes/pve1/storage/local/download-url";

  test("a download ends as a volume, and never overwrites one", async () => {
    const pve = call();
    const body = { content: "iso", filename: "new one.iso", url: "https://mirror.example/new.iso" };
    const ended = await pve.done(await pve.post(path, body));
    expect(ended.upid).toContain(":download:new_one.iso:");
    expect(ended.log.at(-2)).toBe(
      "download of 'https://mirror.example/new.iso' to '/var/lib/vz/template/iso/new_one.iso' finished",
    );
    const again = await pve.done(await pve.post(path, body));
    expect(again.exitstatus).toBe("refusing to override existing file '/var/lib/vz/template/iso/new_one.iso'");
  });

  test("hosts under .invalid cannot be reached", async () => {
    const pve = call();
    const body = { content: "iso", filename: "x.iso", url: "https://nowhere.invalid/x.iso" };
    expect((await pve.done(await pve.post(path, body))).exitstatus).toBe("download failed: exit code 4");
  });

  test("names and storages must fit the content", async () => {
    const pve = call();
    const body = { content: "iso", filename: "x.txt", url: "https://mirror.example/x" };
    expect((await pve.post(path, body)).errors).toEqual({ filename: "wrong file extension" });
    expect((await pve.post("/nodes/pve1/storage/nas/download-url", { ...body, filename: "x.iso" })).reason).toBe(
      "storage 'nas' does not support 'iso' content",
    );
  });

  test("an uploaded file overwrites, and a wrong checksum keeps it out", async () => {
    const { sim, get, done } = call();
    const send = async (checksum: string): Promise<string> => {
      const form = new FormData();
      form.set("content", "iso");
      form.set("checksum-algorithm", "sha256");
      form.set("checksum", checksum);
      form.set("filename", new Blob(["hello"]), "up.iso");
      const headers = { authorization: `PVEAPIToken=${sim.credentials.token}` };
      const url = `${sim.baseUrl}/api2/json/nodes/pve1/storage/local/upload`;
      const response = await sim.fetch(url, { method: "POST", headers, body: form });
      const { data } = (await response.json()) as { data: string };
      return (await done({ status: response.status, reason: response.statusText, data, errors: undefined })).exitstatus;
    };
    const right = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    expect(await send("0".repeat(64))).toBe(`checksum mismatch: got '${right}' != expect '${"0".repeat(64)}'`);
    expect(await send(right)).toBe("OK");
    const found = items(await get("/nodes/pve1/storage/local/content?content=iso")).find((v) => v["size"] === 5);
    expect(found?.["volid"]).toBe("local:iso/up.iso");
  });
});
