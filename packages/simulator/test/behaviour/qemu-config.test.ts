import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

const mac = "virtio=BC:24:11:FF:B9:77";
const disk = "local-lvm:vm-100-disk-0,size=32G";
const config = "/nodes/pve2/qemu/103/config";

describe("the configuration of VMs", () => {
  test("memory is text, cores a number, and the digest 40 hex digits", async () => {
    const { get } = call();
    expect(object(await get(config))).toMatchObject({
      memory: "8192",
      cores: 4,
      digest: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });

  test("every change gives another digest, and an outdated one is refused", async () => {
    const pve = call();
    const { digest } = object(await pve.get(config)) as { digest: string };
    expect((await pve.put(config, { cores: 2, digest })).status).toBe(200);
    const refused = await pve.put(config, { cores: 3, digest });
    expect([refused.status, refused.reason]).toEqual([500, "checksum mismatch (file change by other user?)"]);
    expect(pve.sim.guest(103)?.config["cores"]).toBe(2);
  });

  test("an empty change, unknown keys and contradictions are refused as PVE does", async () => {
    const pve = call();
    expect((await pve.put(config)).reason).toBe("no options specified");
    expect((await pve.put(config, { delete: "nosuch" })).errors).toEqual({ delete: "unknown option 'nosuch'" });
    expect((await pve.put(config, { delete: "cores", cores: 3 })).errors).toEqual({
      delete: "you can't use '-cores' and -delete cores' at the same time",
    });
    expect((await pve.put(config, { revert: "nosuch" })).errors).toEqual({ revert: "unknown option 'nosuch'" });
  });

  test("a new disk of 4 GiB is allocated and printed in PVE's order", async () => {
    const pve = call();
    await pve.put("/nodes/pve1/qemu/104/config", { scsi1: "nas:4,format=qcow2,ssd=1,discard=on" });
    expect(pve.sim.guest(104)?.config["scsi1"]).toBe("nas:104/vm-104-disk-0.qcow2,discard=on,size=4G,ssd=1");
    const content = items(await pve.get("/nodes/pve1/storage/nas/content?vmid=104"));
    expect(content.map((v) => [v["volid"], v["size"]])).toEqual([["nas:104/vm-104-disk-0.qcow2", 4 * 1024 ** 3]]);
  });

  test("deleting a disk leaves it unused, deleting the unused one destroys the volume", async () => {
    const pve = call();
    const path = "/nodes/pve1/qemu/104/config";
    await pve.put(path, { delete: "scsi0" });
    expect(pve.sim.guest(104)?.config).toMatchObject({ unused0: "local-lvm:vm-104-disk-0" });
    expect(pve.sim.guest(104)?.config).not.toHaveProperty("scsi0");
    await pve.put(path, { delete: "unused0" });
    expect(items(await pve.get("/nodes/pve1/storage/local-lvm/content?vmid=104"))).toEqual([]);
  });

  test("a network card gets an address with the cluster's prefix, and its options sorted", async () => {
    const pve = call();
    await pve.put(config, { net1: "virtio,tag=5,bridge=vmbr1,firewall=1" });
    expect(pve.sim.guest(103)?.config["net1"]).toMatch(/^virtio=BC:24:11:[0-9A-F:]{8},bridge=vmbr1,firewall=1,tag=5$/);
  });

  test("what a running VM cannot take at once waits until it has been stopped", async () => {
    const pve = call();
    const path = "/nodes/pve1/qemu/100";
    await pve.put(`${path}/config`, { memory: 8192, description: "now" });
    const pending = items(await pve.get(`${path}/pending`));
    expect(pending.find((i) => i["key"] === "memory")).toEqual({ key: "memory", value: "4096", pending: "8192" });
    expect(pending.find((i) => i["key"] === "description")).toEqual({ key: "description", value: "now" });
    expect(object(await pve.get(`${path}/config`))["memory"]).toBe("8192");
    expect(object(await pve.get(`${path}/config?current=1`))["memory"]).toBe("4096");
    await pve.done(await pve.post(`${path}/status/reboot`));
    expect(object(await pve.get(`${path}/config?current=1`))["memory"]).toBe("8192");
    expect(items(await pve.get(`${path}/pending`)).some((i) => "pending" in i)).toBe(false);
  });

  test.each<[string, Record<string, string | number>, readonly string[]]>([
    [
      "names, texts and shares of time",
      { name: "web02", tags: "a", cpuunits: 50, cpulimit: 1, migrate_downtime: 1 },
      [],
    ],
    [
      "cores, memory and devices that hang on the machine",
      { cores: 4, memory: 512, vga: "std" },
      ["cores", "memory", "vga"],
    ],
    ["its balloon as long as there is one", { balloon: 1024 }, []],
    ["the balloon's end", { balloon: 0 }, ["balloon"]],
    ["the tablet, which hangs on USB", { tablet: 0 }, []],
    ["the tablet no longer without USB", { hotplug: "disk,network", tablet: 0 }, ["tablet"]],
    ["the agent's trimming", { agent: "1,fstrim_cloned_disks=1" }, []],
    ["the agent itself", { agent: "0" }, ["agent"]],
    ["another plug of the same card, whatever is hot-plugged", { hotplug: "0", net0: `${mac},bridge=vmbr0,tag=7` }, []],
    ["another card without network", { hotplug: "0", net0: `e1000=${mac.slice(7)},bridge=vmbr0` }, ["net0"]],
    ["limits of a disk", { hotplug: "0", scsi0: `${disk},discard=on,iothread=1,ssd=1,mbps_rd=10` }, []],
    ["the cache of a disk", { scsi0: `${disk},discard=on,iothread=1,ssd=1,cache=writeback` }, ["scsi0"]],
    ["a new SCSI disk", { scsi1: "local-lvm:1" }, []],
    ["a new SATA disk", { sata0: "local-lvm:1" }, ["sata0"]],
    ["a disk that goes", { delete: "scsi0" }, []],
    ["a CD drive that goes", { delete: "ide2" }, ["ide2"]],
  ])("a running VM takes %s", async (_what, change, waiting) => {
    const pve = call();
    const path = "/nodes/pve1/qemu/100";
    expect((await pve.put(`${path}/config`, change)).status).toBe(200);
    const pending = items(await pve.get(`${path}/pending`));
    expect(pending.filter((item) => "pending" in item || "delete" in item).map(({ key }) => key)).toEqual(waiting);
  });

  test("what the running VM cannot do is a problem of that key alone, which waits", async () => {
    const pve = call();
    const path = "/nodes/pve1/qemu/100";
    const asked = { net0: `${mac},bridge=vmbr9`, net1: "virtio,bridge=vmbr9", ide2: `${disk}`, description: "new" };
    const refused = await pve.put(`${path}/config`, asked);
    expect([refused.status, refused.errors]).toEqual([
      400,
      {
        ide2: "hotplug problem - unable to change media type\n",
        net0: "hotplug problem - bridge 'vmbr9' is neither a linux nor an OVS bridge!\n",
        net1: "hotplug problem - VM 100 qmp command 'netdev_add' failed - network script /usr/libexec/qemu-server/pve-bridge-hotplug failed with status 6400\n",
      },
    ]);
    expect(pve.sim.guest(100)?.config["description"]).toBe("new");
    const pending = items(await pve.get(`${path}/pending`)).filter((item) => "pending" in item);
    expect(pending.map(({ key }) => key)).toEqual(["ide2", "net0", "net1"]);
    const ended = await pve.done(await pve.post(`${path}/config`, { net0: `${mac},bridge=vmbr9` }));
    expect(ended.exitstatus).toBe(
      "400 Parameter verification failed. net0: hotplug problem - bridge 'vmbr9' is neither a linux nor an OVS bridge!",
    );
  });

  test("a pending change can be reverted, and a pending deletion is marked", async () => {
    const pve = call();
    const path = "/nodes/pve1/qemu/100";
    await pve.put(`${path}/config`, { cores: 4 });
    await pve.put(`${path}/config`, { revert: "cores", delete: "agent" });
    const pending = items(await pve.get(`${path}/pending`));
    expect(pending.find((i) => i["key"] === "cores")).toEqual({ key: "cores", value: 2 });
    expect(pending.find((i) => i["key"] === "agent")).toEqual({ key: "agent", value: "1", delete: 1 });
  });

  test("POST does it in a task that says what it changes", async () => {
    const pve = call();
    const ended = await pve.done(await pve.post(config, { cores: 2, net1: "e1000,bridge=vmbr0" }));
    expect(ended.log[0]).toBe("update VM 103: -cores 2 -net1 e1000,bridge=vmbr0");
    expect(ended.exitstatus).toBe("OK");
    expect((await pve.post(config, { cores: 1, background_delay: 5 })).data).toBeNull();
  });

  test("root-only keys are refused to root's token and allowed to root's ticket", async () => {
    const pve = call();
    const refused = await pve.put(config, { args: "-S" });
    expect([refused.status, refused.reason]).toEqual([500, "only root can set 'args' config"]);
    const root = await pve.as("root");
    expect((await root.put(config, { args: "-S" })).status).toBe(200);
  });

  test("protection keeps the disks", async () => {
    const pve = call();
    const refused = await pve.put("/nodes/pve1/qemu/102/config", { delete: "scsi1" });
    expect([refused.status, refused.reason]).toEqual([500, "can't remove drive 'scsi1' - protection mode enabled"]);
  });

  test("an ISO image needs media=cdrom, and a boot device must exist", async () => {
    const pve = call();
    expect((await pve.put(config, { ide0: "local:iso/debian-13.1.0-amd64-netinst.iso" })).reason).toBe(
      "explicit media parameter is required for iso images",
    );
    expect((await pve.put(config, { boot: "order=scsi9" })).reason).toBe(
      "invalid bootorder: device 'scsi9' does not exist'",
    );
  });

  test("tags come out sorted, in lower case and joined by semicolons", async () => {
    const pve = call();
    await pve.put(config, { tags: "Web,b;a,a" });
    expect(pve.sim.guest(103)?.config["tags"]).toBe("a;b;web");
  });

  test("snapshot and current exclude each other", async () => {
    const { get } = call();
    const message = "cannot use 'snapshot' parameter with 'current'";
    expect((await get("/nodes/pve1/qemu/100/config?snapshot=before-upgrade&current=1")).errors).toEqual({
      snapshot: message,
      current: message,
    });
    expect(object(await get("/nodes/pve1/qemu/100/config?snapshot=fresh-install"))["memory"]).toBe("2048");
  });
});

describe("disks of VMs", () => {
  test("a disk grows by what was asked, and does not shrink", async () => {
    const pve = call();
    const path = "/nodes/pve1/qemu/104/resize";
    expect((await pve.done(await pve.put(path, { disk: "scsi0", size: "+4G" }))).exitstatus).toBe("OK");
    expect(pve.sim.guest(104)?.config["scsi0"]).toBe("local-lvm:vm-104-disk-0,size=24G");
    const shrunk = await pve.done(await pve.put(path, { disk: "scsi0", size: "1G" }));
    expect(shrunk.exitstatus).toBe("shrinking disks is not supported");
    const absent = await pve.done(await pve.put(path, { disk: "scsi9", size: "+1G" }));
    expect(absent.exitstatus).toBe("disk 'scsi9' does not exist");
  });

  test("a moved disk leaves its source unused, or takes it away on request", async () => {
    const pve = call();
    const path = "/nodes/pve1/qemu/104/move_disk";
    const moved = await pve.done(await pve.post(path, { disk: "scsi0", storage: "nas", format: "qcow2" }));
    expect(moved.log).toContain("transferred 20.0 GiB of 20.0 GiB (100.00%)");
    expect(pve.sim.guest(104)?.config).toMatchObject({
      scsi0: "nas:104/vm-104-disk-0.qcow2,size=20G",
      unused0: "local-lvm:vm-104-disk-0",
    });
    await pve.done(await pve.post(path, { disk: "scsi0", storage: "local-lvm", delete: 1 }));
    expect(pve.sim.guest(104)?.config["scsi0"]).toBe("local-lvm:vm-104-disk-1,size=20G");
    expect(items(await pve.get("/nodes/pve1/storage/nas/content?vmid=104"))).toEqual([]);
  });

  test("a move onto a storage without room fails and changes nothing", async () => {
    const pve = call();
    const refused = await pve.done(await pve.post("/nodes/pve1/qemu/104/move_disk", { disk: "scsi0", storage: "ssd" }));
    expect(refused.exitstatus).toMatch(
      /^storage migration failed: lvcreate .*insufficient free space \(2048 extents\): 5120 required\.$/,
    );
    expect(pve.sim.guest(104)?.config["scsi0"]).toBe("local-lvm:vm-104-disk-0,size=20G");
  });

  test("a move needs a target, and a different one", async () => {
    const pve = call();
    const path = "/nodes/pve1/qemu/104/move_disk";
    const missing = "both 'storage' and 'target-vmid' missing, either needs to be set";
    expect((await pve.post(path, { disk: "scsi0" })).errors).toEqual({ storage: missing, "target-vmid": missing });
    expect((await pve.post(path, { disk: "scsi0", storage: "local-lvm" })).reason).toBe(
      "you can't move to the same storage with same format",
    );
    expect((await pve.post(path, { disk: "ide2", storage: "nas" })).reason).toBe("you can't move a cdrom");
  });

  test("a disk can be handed over to another VM of the node", async () => {
    const pve = call();
    const ended = await pve.done(
      await pve.post("/nodes/pve1/qemu/104/move_disk", { disk: "scsi0", "target-vmid": 100, "target-disk": "scsi5" }),
    );
    expect(ended.upid).toContain(":qmmove:104-scsi0>100-scsi5:");
    expect(pve.sim.guest(100)?.config["scsi5"]).toBe("local-lvm:vm-100-disk-1,size=20G");
    expect(pve.sim.guest(104)?.config["boot"]).toBe("order=ide2");
  });
});
