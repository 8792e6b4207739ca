import { describe, expect, test } from "vitest";
import { call, items } from "./caller.js";

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
