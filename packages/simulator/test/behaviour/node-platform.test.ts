import { generate } from "selfsigned";
import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

describe("packages", () => {
  test("updates show when the lists have been refreshed", async () => {
    const { get, post, done } = call();
    const names = async (): Promise<unknown[]> =>
      items(await get("/nodes/pve1/apt/update")).map((each) => each["Package"]);
    expect(await names()).toEqual(["libpve-storage-perl", "tzdata"]);
    const ended = await done(await post("/nodes/pve1/apt/update"));
    expect([ended.upid.split(":")[5], ended.log[0]]).toEqual(["aptupdate", "starting apt-get update"]);
    expect(await names()).toContain("qemu-server");
    expect(items(await get("/nodes/pve1/apt"))).toHaveLength(4);
  });

  test("versions name the running kernel and the manager; a changelog names its package", async () => {
    const { get } = call();
    const versions = items(await get("/nodes/pve1/apt/versions"));
    expect(versions.find((each) => each["Package"] === "proxmox-ve")?.["RunningKernel"]).toBe("6.17.2-1-pve");
    expect((await get("/nodes/pve1/apt/changelog?name=tzdata")).data).toMatch(/^tzdata \(2026b/);
    expect((await get("/nodes/pve1/apt/changelog?name=nosuch")).data).toBe(
      "E: Unable to locate package nosuch\nE: No packages found\nRC: 100",
    );
  });

  test("repositories are switched and added, with the digest of what was read", async () => {
    const { get, post, put } = call();
    const before = object(await get("/nodes/pve1/apt/repositories"));
    const standard = (answer: Record<string, unknown>): unknown[] =>
      (answer["standard-repos"] as Record<string, unknown>[]).map((each) => [each["handle"], each["status"]]);
    expect(standard(before)).toEqual([
      ["enterprise", null],
      ["no-subscription", 1],
      ["test", null],
    ]);
    const path = "/etc/apt/sources.list.d/proxmox.sources";
    await post("/nodes/pve1/apt/repositories", { path, index: 0, enabled: 0, digest: String(before["digest"]) });
    await put("/nodes/pve1/apt/repositories", { handle: "enterprise" });
    expect(standard(object(await get("/nodes/pve1/apt/repositories")))).toEqual([
      ["enterprise", 1],
      ["no-subscription", 0],
      ["test", null],
    ]);
    const stale = await post("/nodes/pve1/apt/repositories", {
      path,
      index: 0,
      enabled: 1,
      digest: String(before["digest"]),
    });
    expect(stale.reason).toBe("detected modified configuration - file changed by other user? Try again.");
    expect((await put("/nodes/pve1/apt/repositories", { handle: "nosuch" })).status).toBe(500);
  });

  test("without a repository nothing new is found", async () => {
    const { get, post, done, as } = call();
    await post("/nodes/pve1/apt/repositories", {
      path: "/etc/apt/sources.list.d/proxmox.sources",
      index: 0,
      enabled: 0,
    });
    await done(await post("/nodes/pve1/apt/update", { quiet: 1 }));
    const names = items(await get("/nodes/pve1/apt/update")).map((each) => each["Package"]);
    expect(names).not.toContain("qemu-server");
    expect((await (await as("auditorToken")).get("/nodes/pve1/apt/update")).status).toBe(403);
  });
});

describe("certificates", () => {
  test("the node's own is real and names the node", async () => {
    const { get } = call();
    const [authority, own] = items(await get("/nodes/pve1/certificates/info"));
    expect(authority?.["filename"]).toBe("pve-root-ca.pem");
    expect(own).toMatchObject({
      filename: "pve-ssl.pem",
      fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    });
    expect(own?.["subject"]).toBe("/OU=PVE Cluster Node/O=Proxmox Virtual Environment/CN=pve1.lab.example");
    expect(own?.["san"]).toContain("pve1");
    expect([
      items(await get("/nodes/pve1/certificates")).length,
      items(await get("/nodes/pve1/certificates/acme")).length,
    ]).toEqual([3, 1]);
  });

  test("a custom one is taken with its key, replaced by force only, and removed", async () => {
    const { get, post, del } = call();
    const { cert, private: key } = await generate([{ name: "commonName", value: "shop.example" }], {
      keyType: "ec",
      algorithm: "sha256",
    });
    const other = await generate([{ name: "commonName", value: "other.example" }], {
      keyType: "ec",
      algorithm: "sha256",
    });
    const refused = await post("/nodes/pve1/certificates/custom", { certificates: cert });
    expect(refused.errors).toEqual({ key: "Attempted to upload custom certificate without (existing) key." });
    const mismatch = await post("/nodes/pve1/certificates/custom", { certificates: cert, key: other.private });
    expect(mismatch.reason).toBe("Setting certificate files failed - key does not match the certificate (chain)");
    const taken = await post("/nodes/pve1/certificates/custom", { certificates: cert, key });
    expect(object(taken)).toMatchObject({ filename: "pveproxy-ssl.pem", subject: "/CN=shop.example" });
    expect((await post("/nodes/pve1/certificates/custom", { certificates: cert, key })).reason).toBe(
      "Custom certificate file exists but force flag is not set.",
    );
    expect(items(await get("/nodes/pve1/certificates/info"))).toHaveLength(3);
    await del("/nodes/pve1/certificates/custom");
    expect(items(await get("/nodes/pve1/certificates/info"))).toHaveLength(2);
    expect((await (await call().as("auditorToken")).del("/nodes/pve1/certificates/custom")).status).toBe(403);
  });

  test("an order needs domains and an account", async () => {
    const { post, put, del, done } = call();
    expect((await post("/nodes/pve1/certificates/acme/certificate")).reason).toBe(
      "ACME domain list in node configuration is missing!",
    );
    await put("/nodes/pve1/config", { acme: "domains=pve1.lab.example" });
    expect((await done(await post("/nodes/pve1/certificates/acme/certificate"))).exitstatus).toBe(
      "ACME account config file 'default' does not exist.",
    );
    expect((await put("/nodes/pve1/certificates/acme/certificate")).reason).toBe(
      "No current (custom) certificate found, please order a new certificate!",
    );
    expect((await done(await del("/nodes/pve1/certificates/acme/certificate"))).exitstatus).toBe(
      "ACME account config file 'default' does not exist.",
    );
  });
});

describe("ordering a certificate", () => {
  test("with an account ends in a certificate for the domains, renewed by force and revoked", async () => {
    const { get, post, put, del, done } = await call().as("root");
    const account = { name: "default", contact: "root@lab.example", tos_url: "https://ca.example/tos" };
    await done(await post("/cluster/acme/account", account));
    await put("/nodes/pve1/config", { acme: "domains=pve1.lab.example" });
    const ordered = await done(await post("/nodes/pve1/certificates/acme/certificate"));
    expect([ordered.upid.split(":")[5], ordered.exitstatus]).toEqual(["acmenewcert", "OK"]);
    const [, , custom] = items(await get("/nodes/pve1/certificates/info"));
    expect(custom).toMatchObject({ filename: "pveproxy-ssl.pem", san: ["pve1.lab.example"] });
    expect((await post("/nodes/pve1/certificates/acme/certificate")).errors).toEqual({
      force: "Custom certificate exists but 'force' is not set.",
    });
    expect((await put("/nodes/pve1/certificates/acme/certificate")).errors).toEqual({
      force: "Certificate does not expire within the next 30 days, and 'force' is not set.",
    });
    expect((await done(await put("/nodes/pve1/certificates/acme/certificate", { force: 1 }))).exitstatus).toBe("OK");
    expect((await done(await del("/nodes/pve1/certificates/acme/certificate"))).exitstatus).toBe("OK");
    expect(items(await get("/nodes/pve1/certificates/info"))).toHaveLength(2);
  });
});

describe("hardware and capabilities", () => {
  test("PCI devices by class, with names when asked for", async () => {
    const { get, as } = call();
    const shown = items(await get("/nodes/pve1/hardware/pci"));
    expect(shown.map((each) => each["id"])).not.toContain("0000:00:00.0");
    expect(shown[0]).toMatchObject({ vendor_name: expect.any(String), iommugroup: 14 });
    expect(items(await get("/nodes/pve1/hardware/pci?pci-class-blacklist=&verbose=0"))[0]).toEqual({
      id: "0000:00:00.0",
      class: "0x060000",
      vendor: "0x1022",
      device: "0x1480",
      iommugroup: 0,
    });
    expect((await get("/nodes/pve1/hardware/pci/0000:81:00.0/mdev")).data).toEqual([]);
    expect((await get("/nodes/pve1/hardware/pci/nosuch/mdev")).reason).toBe("pci mapping 'nosuch' not found");
    expect((await get("/nodes/pve1/hardware/pci/0000:81:00.0")).data).toEqual([{ method: "mdev" }]);
    expect([
      items(await get("/nodes/pve1/hardware")).length,
      items(await get("/nodes/pve1/hardware/usb")).length,
    ]).toEqual([2, 2]);
    const operator = await as("operatorToken");
    expect((await operator.get("/nodes/pve1/hardware/pci")).status).toBe(403);
    expect((await operator.get("/nodes/pve1/hardware/usb")).status).toBe(403);
  });

  test("machines and CPU types by architecture", async () => {
    const { get } = call();
    const cpus = items(await get("/nodes/pve1/capabilities/qemu/cpu")).map((each) => each["name"]);
    expect(cpus).toEqual(expect.arrayContaining(["host", "x86-64-v3", "EPYC-Genoa"]));
    expect(items(await get("/nodes/pve1/capabilities/qemu/cpu?arch=aarch64"))).toContainEqual({
      name: "neoverse-n1",
      vendor: "ARM",
      custom: 0,
    });
    expect(items(await get("/nodes/pve1/capabilities/qemu/machines"))[1]).toMatchObject({
      id: "pc-q35-10.1+pve0",
      type: "q35",
    });
    expect((await get("/nodes/pve1/capabilities/qemu/cpu-flags?arch=aarch64")).data).toEqual([]);
    expect(items(await get("/nodes/pve1/capabilities/qemu/cpu-flags"))[1]).toMatchObject({
      name: "aes",
      "supported-on": ["pve1", "pve2", "pve3"],
    });
    expect((await get("/nodes/pve1/capabilities/qemu/migration")).data).toEqual({ "has-dbus-vmstate": true });
    expect([
      items(await get("/nodes/pve1/capabilities")).length,
      items(await get("/nodes/pve1/capabilities/qemu")).length,
    ]).toEqual([1, 4]);
    expect((await get("/nodes/pve1/capabilities/qemu/machines?arch=mips")).status).toBe(400);
  });

  test("CPU models of one's own are listed beside the others", async () => {
    const { get, post, put, del } = call();
    await post("/cluster/qemu/custom-cpu-models", { cputype: "mymodel", "reported-model": "kvm64", hidden: 1 });
    expect(items(await get("/nodes/pve1/capabilities/qemu/cpu"))).toContainEqual({
      name: "custom-mymodel",
      vendor: "default",
      custom: 1,
    });
    expect(object(await get("/cluster/qemu/custom-cpu-models/custom-mymodel"))).toMatchObject({
      "reported-model": "kvm64",
      hidden: 1,
    });
    await put("/cluster/qemu/custom-cpu-models/mymodel", { flags: "+aes", delete: "hidden" });
    const [model] = items(await get("/cluster/qemu/custom-cpu-models"));
    expect([model?.["flags"], model?.["hidden"], model?.["cputype"]]).toEqual(["+aes", undefined, "custom-mymodel"]);
    expect(
      (await post("/cluster/qemu/custom-cpu-models", { cputype: "mymodel", "reported-model": "kvm64" })).reason,
    ).toBe("custom CPU model 'mymodel' already exists");
    expect((await put("/cluster/qemu/custom-cpu-models/mymodel", { delete: "reported-model" })).reason).toBe(
      "cannot delete 'reported-model'",
    );
    await del("/cluster/qemu/custom-cpu-models/mymodel");
    expect((await get("/cluster/qemu/custom-cpu-models/mymodel")).reason).toBe("Custom cputype 'mymodel' not found");
    expect((await del("/cluster/qemu/custom-cpu-models/mymodel")).reason).toBe(
      "custom CPU model 'mymodel' does not exist",
    );
    expect(items(await get("/cluster/qemu"))).toHaveLength(2);
    expect(items(await get("/cluster/qemu/cpu-flags")).length).toBeGreaterThan(5);
  });
});

describe("templates", () => {
  test("are offered and downloaded once", async () => {
    const { get, post, done } = call();
    const template = "ubuntu-24.04-standard_24.04-2_amd64.tar.zst";
    expect(items(await get("/nodes/pve1/aplinfo")).map((each) => each["template"])).toContain(template);
    await done(await post("/nodes/pve1/aplinfo", { storage: "local", template }));
    const content = items(await get("/nodes/pve1/storage/local/content?content=vztmpl"));
    expect(content.map((each) => each["volid"])).toContain(`local:vztmpl/${template}`);
    const again = await done(await post("/nodes/pve1/aplinfo", { storage: "local", template }));
    expect(again.log).toContain("OK, got correct file already, no need to download");
  });

  test("unknown ones, and storages that take none, are refused", async () => {
    const { post } = call();
    expect((await post("/nodes/pve1/aplinfo", { storage: "local", template: "x" })).errors).toEqual({
      template: "no such template",
    });
    const template = "alpine-3.23-default_20260116_amd64.tar.xz";
    expect((await post("/nodes/pve1/aplinfo", { storage: "nas", template })).reason).toBe(
      "storage 'nas' does not support templates",
    );
  });
});
