import { describe, expect, test } from "vitest";
import { call, items, memberIds, object } from "./caller.js";

const template = "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst";

describe("creating containers", () => {
  test("a container gets a root disk, defaults and a network device with an address", async () => {
    const pve = call();
    const started = await pve.post("/nodes/pve1/lxc", {
      vmid: 300,
      ostemplate: template,
      hostname: "fresh",
      rootfs: "local-lvm:4",
      mp0: "local-lvm:8,mp=/srv,backup=1",
      net0: "name=eth0,bridge=vmbr0,ip=dhcp",
    });
    expect(pve.sim.guest(300)?.lock).toBe("create");
    const ended = await pve.done(started);
    expect(ended.exitstatus).toBe("OK");
    expect(ended.log).toContain("Detected container architecture: amd64");
    expect(object(await pve.get("/nodes/pve1/lxc/300/config"))).toMatchObject({
      arch: "amd64",
      hostname: "fresh",
      memory: 512,
      swap: 512,
      ostype: "debian",
      unprivileged: 1,
      rootfs: "local-lvm:vm-300-disk-1,size=4G",
      mp0: "local-lvm:vm-300-disk-0,mp=/srv,backup=1,size=8G",
      net0: expect.stringMatching(/^name=eth0,bridge=vmbr0,hwaddr=BC:24:11:[0-9A-F:]{8},ip=dhcp,type=veth$/),
    });
  });

  test("without a template there is nothing left of it", async () => {
    const pve = call();
    const body = { vmid: 300, ostemplate: "local:vztmpl/nosuch.tar.zst", storage: "local-lvm" };
    const ended = await pve.done(await pve.post("/nodes/pve1/lxc", body));
    expect(ended.exitstatus).toBe("unable to create CT 300 - volume 'local:vztmpl/nosuch.tar.zst' does not exist");
    expect(pve.sim.guest(300)).toBeUndefined();
    expect(items(await pve.get("/nodes/pve1/storage/local-lvm/content?vmid=300"))).toEqual([]);
  });

  test("taken numbers and storages for other things are refused at once", async () => {
    const pve = call();
    const body = { ostemplate: template, storage: "local-lvm" };
    expect((await pve.post("/nodes/pve1/lxc", { ...body, vmid: 200 })).reason).toBe(
      "CT 200 already exists on node 'pve1'",
    );
    expect((await pve.post("/nodes/pve1/lxc", { ...body, vmid: 101 })).reason).toBe(
      "VM 101 already exists on node 'pve2'",
    );
    expect((await pve.post("/nodes/pve1/lxc", { vmid: 300, ostemplate: template })).errors).toEqual({
      storage: "storage 'local' does not support container directories",
    });
  });
});

describe("the configuration of containers", () => {
  const config = "/nodes/pve3/lxc/203/config";

  test("an outdated digest has the other text", async () => {
    const pve = call();
    const refused = await pve.put(config, { memory: 256, digest: "0".repeat(40) });
    expect([refused.status, refused.reason]).toEqual([
      500,
      "detected modified configuration - file changed by other user? Try again.",
    ]);
  });

  test("memory is a number and the description ends in a newline", async () => {
    const pve = call();
    await pve.put(config, { memory: 256, description: "hello" });
    expect(object(await pve.get(config))).toMatchObject({ memory: 256, description: "hello\n" });
  });

  test("what a container needs cannot be deleted, what it is cannot be changed", async () => {
    const pve = call();
    expect((await pve.put(config, { delete: "rootfs" })).reason).toBe("unable to delete required option 'rootfs'");
    expect((await pve.put(config, { delete: "memory" })).reason).toBe("unable to delete required option 'memory'");
    expect((await pve.put(config, { unprivileged: 0 })).reason).toBe(
      "unable to modify read-only option: 'unprivileged'",
    );
    expect((await pve.put(config, { delete: "nosuch" })).errors).toEqual({ delete: "unknown option 'nosuch'" });
  });

  test("a running container takes memory at once and its host name later", async () => {
    const pve = call();
    await pve.put("/nodes/pve1/lxc/200/config", { memory: 1024, hostname: "dns02" });
    const pending = items(await pve.get("/nodes/pve1/lxc/200/pending"));
    expect(pending.find((i) => i["key"] === "memory")).toEqual({ key: "memory", value: 1024 });
    expect(pending.find((i) => i["key"] === "hostname")).toEqual({ key: "hostname", value: "dns01", pending: "dns02" });
  });

  test("a locked container is left alone", async () => {
    const pve = call();
    expect((await pve.put("/nodes/pve3/lxc/202/config", { memory: 256 })).reason).toBe("CT is locked (backup)");
    expect((await pve.del("/nodes/pve3/lxc/202")).reason).toBe("CT is locked (backup)");
  });

  test("device passthrough and most features belong to root", async () => {
    const pve = call();
    expect((await pve.put(config, { features: "fuse=1" })).reason).toBe(
      "Permission check failed (changing feature flags (except nesting) is only allowed for root@pam)",
    );
    expect((await pve.put(config, { features: "nesting=1" })).status).toBe(200);
  });

  test("a disk grows but never shrinks, and both are known before a task starts", async () => {
    const pve = call();
    const path = "/nodes/pve3/lxc/203/resize";
    expect((await pve.put(path, { disk: "rootfs", size: "1G" })).reason).toBe("unable to shrink disk size");
    expect((await pve.put(path, { disk: "rootfs", size: "4G" })).reason).toBe("disk is already at specified size");
    await pve.done(await pve.put(path, { disk: "mp0", size: "+1G" }));
    expect(pve.sim.guest(203)?.config["mp0"]).toBe("local-lvm:vm-203-disk-1,mp=/srv,backup=1,size=65G");
  });

  test("volumes of a running container do not move", async () => {
    const pve = call();
    expect((await pve.post("/nodes/pve1/lxc/200/move_volume", { volume: "rootfs", storage: "nas" })).reason).toBe(
      "cannot move volumes of a running container",
    );
    await pve.done(await pve.post("/nodes/pve3/lxc/203/move_volume", { volume: "rootfs", storage: "nas", delete: 1 }));
    expect(pve.sim.guest(203)?.config["rootfs"]).toBe("nas:203/vm-203-disk-0.raw,size=4G");
  });

  test("interfaces are null for a stopped container", async () => {
    const { get } = call();
    expect((await get("/nodes/pve3/lxc/203/interfaces")).data).toBeNull();
    const eth0 = items(await get("/nodes/pve1/lxc/200/interfaces"))[1];
    expect(eth0).toMatchObject({ name: "eth0", inet: "10.10.10.53/24" });
  });

  test("destroying a running container needs force", async () => {
    const pve = call();
    expect((await pve.del("/nodes/pve2/lxc/201")).reason).toBe("unable to destroy CT 201 - container is running");
    expect((await pve.done(await pve.del("/nodes/pve2/lxc/201?force=1&purge=1"))).exitstatus).toBe("OK");
    expect(pve.sim.guest(201)).toBeUndefined();
    expect(memberIds(await pve.get("/pools?poolid=prod"))).not.toContain("lxc/201");
  });
});
