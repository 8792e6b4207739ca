import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

describe("a cluster without Ceph", () => {
  test("has indexes", async () => {
    const { get } = call();
    for (const [path, count] of [
      ["/cluster/ceph", 3],
      ["/nodes/pve1/ceph", 16],
      ["/nodes/pve1/ceph/cfg", 3],
      ["/nodes/pve1/ceph/osd/0", 2],
      ["/nodes/pve1/ceph/pool/p1", 1],
    ] as const) {
      expect(items(await get(path))).toHaveLength(count);
    }
  });

  test.each([
    "/cluster/ceph/status",
    "/cluster/ceph/metadata",
    "/cluster/ceph/flags",
    "/cluster/ceph/flags/noout",
    "/nodes/pve1/ceph/status",
    "/nodes/pve1/ceph/osd",
    "/nodes/pve1/ceph/pool",
    "/nodes/pve1/ceph/pool/p1/status",
    "/nodes/pve1/ceph/mon",
    "/nodes/pve1/ceph/mgr",
    "/nodes/pve1/ceph/mds",
    "/nodes/pve1/ceph/fs",
    "/nodes/pve1/ceph/crush",
    "/nodes/pve1/ceph/rules",
    "/nodes/pve1/ceph/log",
    "/nodes/pve1/ceph/cfg/raw",
    "/nodes/pve1/ceph/cfg/db",
    "/nodes/pve1/ceph/cfg/value?config-keys=global:fsid",
    "/nodes/pve1/ceph/cmd-safety?action=stop&service=osd&id=0",
    "/nodes/pve1/ceph/osd/0/metadata",
    "/nodes/pve1/ceph/osd/0/lv-info",
  ])("GET %s names the missing program", async (path) => {
    const answer = await call().get(path);
    expect([answer.status, answer.reason]).toEqual([500, "binary not installed: /usr/bin/ceph-mon"]);
  });

  test("does not take orders either", async () => {
    const root = await call().as("root");
    const reasons = [
      await root.put("/cluster/ceph/flags", { noout: 1 }),
      await root.put("/cluster/ceph/flags/noout", { value: 1 }),
      await root.post("/nodes/pve1/ceph/pool", { name: "p1" }),
      await root.put("/nodes/pve1/ceph/pool/p1", { size: 2 }),
      await root.del("/nodes/pve1/ceph/pool/p1"),
      await root.post("/nodes/pve1/ceph/osd", { dev: "/dev/sdb" }),
      await root.del("/nodes/pve1/ceph/osd/0"),
      await root.post("/nodes/pve1/ceph/osd/0/in"),
      await root.post("/nodes/pve1/ceph/osd/0/out"),
      await root.post("/nodes/pve1/ceph/osd/0/scrub"),
      await root.post("/nodes/pve1/ceph/mon/pve1"),
      await root.del("/nodes/pve1/ceph/mon/pve1"),
      await root.del("/nodes/pve1/ceph/mgr/pve1"),
      await root.del("/nodes/pve1/ceph/mds/pve1"),
      await root.post("/nodes/pve1/ceph/fs/cephfs"),
      await root.del("/nodes/pve1/ceph/fs/cephfs"),
      await root.post("/nodes/pve1/ceph/start"),
      await root.post("/nodes/pve1/ceph/stop"),
      await root.post("/nodes/pve1/ceph/restart"),
    ].map((answer) => answer.reason);
    expect(new Set(reasons)).toEqual(new Set(["binary not installed: /usr/bin/ceph-mon"]));
    expect((await root.post("/nodes/pve1/ceph/mgr/pve1")).reason).toBe("binary not installed: /usr/bin/ceph-mgr");
    expect((await root.post("/nodes/pve1/ceph/mds/pve1")).reason).toBe("binary not installed: /usr/bin/ceph-mds");
    expect((await root.post("/nodes/pve1/ceph/init")).reason).toBe(
      "Ceph Nautilus required - please run 'pveceph install'",
    );
  });
});

describe("a cluster with Ceph", () => {
  const seed = { seed: "ceph" } as const;

  test("says how it is doing, and why not well", async () => {
    const { get } = call(seed);
    const status = object(await get("/cluster/ceph/status"));
    expect(status).toMatchObject({
      health: { status: "HEALTH_WARN", checks: { OSD_DOWN: { summary: { message: "1 osds down" } } } },
      quorum_names: ["pve1", "pve2", "pve3"],
      osdmap: { num_osds: 6, num_up_osds: 5, num_in_osds: 6 },
      pgmap: { num_pgs: 177, num_pools: 4 },
      mgrmap: { active_name: "pve1", num_standbys: 1 },
    });
    expect(object(await get("/nodes/pve2/ceph/status"))["fsid"]).toBe(status["fsid"]);
  });

  test("follows its nodes: what runs on one that is away is down", async () => {
    const { sim, get } = call(seed);
    sim.faults.add({ kind: "node-offline", node: "pve2" });
    expect(object(await get("/cluster/ceph/status"))).toMatchObject({
      health: { checks: { MON_DOWN: { summary: { count: 1 } }, OSD_DOWN: { summary: { count: 3 } } } },
      quorum_names: ["pve1", "pve3"],
      mgrmap: { active_name: "pve1", num_standbys: 0 },
    });
    expect(items(await get("/nodes/pve1/ceph/mon"))[1]).toMatchObject({ name: "pve2", state: "stopped" });
    expect(items(await get("/nodes/pve1/ceph/mds"))[0]).toMatchObject({ name: "pve1", state: "up:active", rank: 0 });
    expect(items(await get("/nodes/pve1/ceph/mgr")).map(({ state }) => state)).toEqual(["active", "stopped"]);
  });

  test("shows its daemons in a tree, and one by one", async () => {
    const { get } = call(seed);
    const { root } = object(await get("/nodes/pve1/ceph/osd")) as { root: { children: { children: Tree[] }[] } };
    const hosts = root.children[0]?.children ?? [];
    expect(hosts.map(({ name }) => name)).toEqual(["pve1", "pve2", "pve3"]);
    expect(hosts[2]?.children[1]).toMatchObject({ id: "5", name: "osd.5", status: "down", in: 1, device_class: "ssd" });
    const metadata = object(await get("/nodes/pve3/ceph/osd/4/metadata"));
    expect(metadata).toMatchObject({ osd: { id: 4, hostname: "pve3" }, devices: [{ physical_device: "sda" }] });
    expect(object(await get("/nodes/pve3/ceph/osd/4/lv-info"))["lv_path"]).toMatch(/^\/dev\/ceph-.*\/osd-block-/);
    expect((await get("/nodes/pve1/ceph/osd/4/metadata")).reason).toBe("OSD '4' does not exists on host 'pve1'");
    const disks = items(await get("/nodes/pve1/disks/list"));
    expect(disks.find(({ devpath }) => devpath === "/dev/sda")).toMatchObject({ used: "LVM" });
    expect(Object.keys(object(await get("/cluster/ceph/metadata")))).toEqual(["mon", "mgr", "mds", "osd", "node"]);
  });

  test("lists pools, file systems, rules and settings", async () => {
    const { get } = call(seed);
    const pools = items(await get("/nodes/pve1/ceph/pool"));
    expect(pools.map(({ pool_name }) => pool_name)).toEqual([".mgr", "vm", "cephfs_data", "cephfs_metadata"]);
    expect(object(await get("/nodes/pve1/ceph/pool/vm/status?verbose=1"))).toMatchObject({
      size: 3,
      application: "rbd",
      statistics: { bytes_used: pools[1]?.["bytes_used"] },
    });
    expect((await get("/nodes/pve1/ceph/pool/ghost/status")).status).toBe(500);
    expect((await get("/nodes/pve1/ceph/fs")).data).toMatchObject([{ name: "cephfs", data_pool: "cephfs_data" }]);
    expect((await get("/nodes/pve1/ceph/rules")).data).toEqual([{ name: "replicated_rule" }]);
    expect(String((await get("/nodes/pve1/ceph/crush")).data)).toContain("host pve2 {");
    expect(String((await get("/nodes/pve1/ceph/cfg/raw")).data)).toContain("[mon.pve3]");
    expect(items(await get("/nodes/pve1/ceph/cfg/db"))).toHaveLength(2);
    expect(
      (await get("/nodes/pve1/ceph/cfg/value?config-keys=global:osd-pool-default-size,global:nothing")).data,
    ).toEqual({
      global: { osd_pool_default_size: "3" },
    });
    expect(items(await get("/nodes/pve1/ceph/log"))).toHaveLength(2);
    const safety = async (service: string, id: string) =>
      (await get(`/nodes/pve1/ceph/cmd-safety?action=stop&service=${service}&id=${id}`)).data;
    expect(await safety("mon", "pve1")).toMatchObject({ safe: 1 });
    expect(await safety("osd", "0")).toMatchObject({ safe: 0 });
  });

  test("takes flags and the place of a daemon, and nothing else", async () => {
    const { get, put, post, done } = call(seed);
    expect((await put("/cluster/ceph/flags/noout", { value: 1 })).status).toBe(200);
    expect((await done(await put("/cluster/ceph/flags", { noscrub: 1, noout: 0 }))).exitstatus).toBe("OK");
    expect((await get("/cluster/ceph/flags/noscrub")).data).toBe(1);
    const set = items(await get("/cluster/ceph/flags")).filter(({ value }) => value === 1);
    expect(set.map(({ name }) => name)).toEqual(["noscrub"]);
    expect((await post("/nodes/pve3/ceph/osd/5/out")).status).toBe(200);
    const { health } = object(await get("/cluster/ceph/status")) as { health: { checks: object } };
    expect(Object.keys(health.checks)).toEqual(["OSDMAP_FLAGS"]);
    expect((await post("/nodes/pve3/ceph/osd/5/in")).status).toBe(200);
    expect(await post("/nodes/pve1/ceph/pool", { name: "more" })).toMatchObject({
      status: 501,
      reason: "not simulated",
    });
  });
});

interface Tree {
  readonly name: string;
  readonly children: readonly Record<string, unknown>[];
}
