import { describe, expect, test } from "vitest";
import { type Caller, call, items, object } from "./caller.js";

async function unused(get: Caller["get"]): Promise<string[]> {
  return items(await get("/nodes/pve2/disks/list?type=unused")).map((disk) => String(disk["devpath"]));
}

describe("disks", () => {
  test("are listed with their use; partitions only when asked for", async () => {
    const { get } = call();
    const disks = items(await get("/nodes/pve1/disks/list"));
    expect(disks.map((disk) => [disk["devpath"], disk["used"], disk["type"]])).toEqual([
      ["/dev/nvme0n1", "partitions", "nvme"],
      ["/dev/sda", "LVM", "ssd"],
      ["/dev/sdb", undefined, "ssd"],
      ["/dev/sdc", undefined, "ssd"],
      ["/dev/sdd", undefined, "hdd"],
    ]);
    const all = items(await get("/nodes/pve1/disks/list?include-partitions=1"));
    expect(all.find((disk) => disk["devpath"] === "/dev/nvme0n1p3")).toMatchObject({
      parent: "/dev/nvme0n1",
      used: "LVM",
    });
    expect(items(await get("/nodes/pve1/disks"))).toHaveLength(8);
  });

  test("tell their health, as text or as a table", async () => {
    const { get } = call();
    expect(object(await get("/nodes/pve1/disks/smart?disk=/dev/nvme0n1"))).toMatchObject({
      health: "PASSED",
      type: "text",
    });
    expect(object(await get("/nodes/pve1/disks/smart?disk=/dev/sdd"))["attributes"]).toHaveLength(4);
    expect((await get("/nodes/pve1/disks/smart?disk=/dev/sdd&healthonly=1")).data).toEqual({ health: "PASSED" });
    expect((await get("/nodes/pve1/disks/smart?disk=/dev/nosuch")).reason).toBe("not a valid block device");
  });

  test("get a partition table and lose it again; what is in use is left alone", async () => {
    const { get, post, done, as } = call();
    expect((await done(await post("/nodes/pve2/disks/initgpt", { disk: "/dev/sda" }))).exitstatus).toBe("OK");
    expect(items(await get("/nodes/pve2/disks/list"))[1]).toMatchObject({ devpath: "/dev/sda", gpt: 1 });
    const root = await as("root");
    const wiped = await done(await root.put("/nodes/pve2/disks/wipedisk", { disk: "/dev/sda" }));
    expect(wiped.exitstatus).toBe("OK");
    expect(items(await get("/nodes/pve2/disks/list"))[1]).toMatchObject({ gpt: 0 });
    expect((await post("/nodes/pve1/disks/initgpt", { disk: "/dev/sda" })).reason).toBe("disk /dev/sda already in use");
    expect((await root.put("/nodes/pve1/disks/wipedisk", { disk: "/dev/sda" })).reason).toBe(
      "disk/partition '/dev/sda' has a holder",
    );
    expect((await root.put("/nodes/pve1/disks/wipedisk", { disk: "/dev/nosuch" })).reason).toBe(
      "not a valid block device",
    );
  });
});

describe("volume groups", () => {
  test("are made of a disk, become a storage and go again with everything", async () => {
    const { get, post, del, done } = call();
    const body = { name: "fast", device: "/dev/sda", add_storage: 1 };
    expect((await done(await post("/nodes/pve2/disks/lvm", body))).exitstatus).toBe("OK");
    const groups = object(await get("/nodes/pve2/disks/lvm"))["children"] as Record<string, unknown>[];
    expect(groups.map((group) => group["name"])).toEqual(["pve", "fast"]);
    expect(object(await get("/storage/fast"))).toMatchObject({ type: "lvm", vgname: "fast", nodes: "pve2" });
    const ended = await done(await del("/nodes/pve2/disks/lvm/fast?cleanup-config=1&cleanup-disks=1"));
    expect(ended.upid).toContain(":lvmremove:fast:");
    expect((await get("/storage/fast")).status).toBe(500);
    expect(await unused(get)).toContain("/dev/sda");
  });

  test("cannot be made twice or of a used disk, nor removed while they carry the system", async () => {
    const { post, del, done } = call();
    expect((await post("/nodes/pve1/disks/lvm", { name: "x1", device: "/dev/sda" })).reason).toBe(
      "device '/dev/sda' is already in use",
    );
    expect((await done(await post("/nodes/pve1/disks/lvm", { name: "ssd", device: "/dev/sdb" }))).exitstatus).toBe(
      "volume group with name 'ssd' already exists on node 'pve1'",
    );
    expect((await done(await del("/nodes/pve1/disks/lvm/nosuch"))).exitstatus).toBe("no such volume group 'nosuch'");
    expect((await done(await del("/nodes/pve1/disks/lvm/pve"))).exitstatus).toMatch(/vgremove -y pve' failed/);
  });

  test("a name that a storage has on this node already is refused before anything is done", async () => {
    const answer = await call().post("/nodes/pve2/disks/lvm", { name: "nas", device: "/dev/sda", add_storage: 1 });
    expect(answer.reason).toBe("Storage ID 'nas' already exists on node pve2");
    const other = await call().post("/nodes/pve2/disks/lvmthin", { name: "ssd", device: "/dev/sda", add_storage: 1 });
    expect(other.reason).toBe("Option 'type' (lvmthin) does not match existing storage configuration 'lvm'");
  });
});

describe("thin pools", () => {
  test("are made and removed", async () => {
    const { get, post, del, done } = call();
    await done(await post("/nodes/pve2/disks/lvmthin", { name: "thin", device: "/dev/sdb" }));
    expect(items(await get("/nodes/pve2/disks/lvmthin")).map((pool) => [pool["vg"], pool["lv"]])).toEqual([
      ["pve", "data"],
      ["thin", "thin"],
    ]);
    const ended = await done(await del("/nodes/pve2/disks/lvmthin/thin?volume-group=thin&cleanup-disks=1"));
    expect([ended.upid.split(":").slice(5, 7), ended.exitstatus]).toEqual([["lvmthinremove", "thin-thin"], "OK"]);
    expect(await unused(get)).toContain("/dev/sdb");
  });

  test("unknown ones are named", async () => {
    const { del, done } = call();
    expect((await done(await del("/nodes/pve2/disks/lvmthin/x1?volume-group=pve"))).exitstatus).toBe(
      "no such thin pool pve/x1",
    );
  });
});

describe("ZFS pools", () => {
  test("are made, shown as a tree and removed", async () => {
    const { get, post, del, done } = call();
    const body = { name: "tank", raidlevel: "mirror", devices: "/dev/sda,/dev/sdb", add_storage: 1 };
    const made = await done(await post("/nodes/pve2/disks/zfs", body));
    expect(made.log).toContain("# /sbin/zpool create -o ashift=12 tank mirror /dev/sda /dev/sdb");
    expect(items(await get("/nodes/pve2/disks/zfs"))).toMatchObject([{ name: "tank", health: "ONLINE" }]);
    expect(object(await get("/nodes/pve2/disks/zfs/tank"))["children"]).toMatchObject([
      { name: "tank", children: [{ name: "mirror-0", children: [{ name: "/dev/sda1" }, { name: "/dev/sdb1" }] }] },
    ]);
    expect(items(await get("/nodes/pve2/scan/zfs"))).toMatchObject([{ pool: "tank" }]);
    await done(await del("/nodes/pve2/disks/zfs/tank?cleanup-config=1&cleanup-disks=1"));
    expect(await unused(get)).toEqual(expect.arrayContaining(["/dev/sda", "/dev/sdb"]));
  });

  test.each([
    ["raid10", "/dev/sda,/dev/sdb,/dev/sdc", "raid10 needs an even number of disks"],
    ["single", "/dev/sda,/dev/sdb", "please give only one disk for single disk mode"],
    ["raidz2", "/dev/sda,/dev/sdb", "raidz2 needs at least 4 disks"],
    ["mirror", "/dev/sda,/dev/sdz", "not a valid block device"],
  ])("%s of %s is refused", async (raidlevel, devices, reason) => {
    expect((await call().post("/nodes/pve2/disks/zfs", { name: "tank", raidlevel, devices })).reason).toBe(reason);
  });

  test("unknown ones cannot be shown or removed", async () => {
    const { get, del, done } = call();
    expect((await get("/nodes/pve2/disks/zfs/nosuch")).status).toBe(500);
    expect((await done(await del("/nodes/pve2/disks/zfs/nosuch"))).exitstatus).toMatch(/zpool destroy nosuch' failed/);
  });
});

describe("directories", () => {
  test("are formatted, mounted, used as storage and removed", async () => {
    const { get, post, del, done } = call();
    const body = { name: "bulk", device: "/dev/sdc", filesystem: "xfs", add_storage: 1 };
    await done(await post("/nodes/pve2/disks/directory", body));
    expect(items(await get("/nodes/pve2/disks/directory"))).toMatchObject([
      { path: "/mnt/pve/bulk", type: "xfs", unitfile: "/etc/systemd/system/mnt-pve-bulk.mount" },
    ]);
    expect(object(await get("/nodes/pve2/storage/bulk/status"))).toMatchObject({ type: "dir", active: 1 });
    const again = await post("/nodes/pve2/disks/directory", { name: "bulk", device: "/dev/sdb" });
    expect(again.reason).toBe("the path for 'bulk' is already mounted: /mnt/pve/bulk (/dev/sdc1)");
    await done(await del("/nodes/pve2/disks/directory/bulk?cleanup-config=1&cleanup-disks=1"));
    expect((await get("/storage/bulk")).status).toBe(500);
    expect((await done(await del("/nodes/pve2/disks/directory/bulk"))).exitstatus).toMatch(/exit code 5$/);
  });
});

describe("scanning", () => {
  test("finds what the node and its storages know", async () => {
    const { get } = call();
    expect(items(await get("/nodes/pve1/scan"))).toHaveLength(6);
    expect((await get("/nodes/pve1/scan/nfs?server=10.10.10.5")).data).toEqual([{ path: "/export/pve", options: "*" }]);
    expect(items(await get("/nodes/pve1/scan/lvm")).map((group) => group["vg"])).toEqual(["pve", "ssd"]);
    expect((await get("/nodes/pve1/scan/lvmthin?vg=pve")).data).toEqual([{ lv: "data" }]);
    expect((await get("/nodes/pve1/scan/cifs?server=192.0.2.1")).data).toEqual([]);
  });

  test("fails on servers that nobody knows", async () => {
    const { get, as } = call();
    expect((await get("/nodes/pve1/scan/nfs?server=192.0.2.1")).reason).toBe(
      "command '/sbin/showmount --no-headers --exports 192.0.2.1' failed: exit code 1",
    );
    expect((await get("/nodes/pve1/scan/pbs?server=192.0.2.1&username=u@pbs&password=secret")).reason).toBe(
      "error fetching datastores - 500 Can't connect to 192.0.2.1:8007 (Network is unreachable)",
    );
    expect((await get("/nodes/pve1/scan/iscsi?portal=192.0.2.1")).status).toBe(500);
    expect((await get("/nodes/pve1/scan/lvmthin?vg=vg0")).status).toBe(500);
    const auditor = await as("auditorToken");
    for (const what of ["lvm", "zfs", "cifs?server=192.0.2.1"]) {
      expect((await auditor.get(`/nodes/pve1/scan/${what}`)).status).toBe(403);
    }
  });
});
