import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

describe("the cluster", () => {
  test("status names the cluster first and then each node, one of them local", async () => {
    const { get } = call();
    const [cluster, ...nodes] = items(await get("/cluster/status"));
    expect(cluster).toEqual({ type: "cluster", id: "cluster", name: "lab", version: 3, nodes: 3, quorate: 1 });
    expect(nodes.map((n) => [n["name"], n["nodeid"], n["local"], n["online"]])).toEqual([
      ["pve1", 1, 1, 1],
      ["pve2", 2, 0, 1],
      ["pve3", 3, 0, 1],
    ]);
  });

  test("a standalone node has no cluster entry and node id 0", async () => {
    const { get } = call({ seed: "one-node" });
    expect(items(await get("/cluster/status"))).toMatchObject([{ type: "node", name: "pve1", nodeid: 0 }]);
  });

  test("nextid is a string, and a taken number is refused by name", async () => {
    const { get } = call();
    expect((await get("/cluster/nextid")).data).toBe("105");
    const taken = await get("/cluster/nextid?vmid=100");
    expect([taken.status, taken.errors]).toEqual([400, { vmid: "VM 100 already exists" }]);
    expect((await get("/cluster/nextid?vmid=4711")).data).toBe("4711");
  });

  test("resources list every guest, node, pool, storage per node and zone with numbers as numbers", async () => {
    const { get } = call();
    const all = items(await get("/cluster/resources"));
    const count = (type: string): number => all.filter((i) => i["type"] === type).length;
    expect([count("qemu"), count("lxc"), count("node"), count("pool"), count("network")]).toEqual([8, 4, 3, 2, 3]);
    expect(all.filter((i) => i["storage"] === "nas").map((i) => i["id"])).toEqual([
      "storage/pve1/nas",
      "storage/pve2/nas",
      "storage/pve3/nas",
    ]);
    expect(all.some((i) => i["storage"] === "old-nas")).toBe(false);
    const web = all.find((i) => i["vmid"] === 100);
    expect(web).toMatchObject({
      id: "qemu/100",
      pool: "prod",
      tags: "prod;web",
      template: 0,
      maxmem: 4294967296,
      maxcpu: 2,
    });
    expect(typeof web?.["cpu"]).toBe("number");
    expect(all.find((i) => i["vmid"] === 202)).toMatchObject({ lock: "backup", status: "stopped", uptime: 0 });
  });

  test("resources of one type are only of that type", async () => {
    const { get } = call();
    const types = items(await get("/cluster/resources?type=vm")).map((i) => i["type"]);
    expect(new Set(types)).toEqual(new Set(["qemu", "lxc"]));
    expect(items(await get("/cluster/resources?type=sdn"))).toEqual([]);
  });

  test("whoever runs one pool sees its guests, no figures of nodes and no other pool", async () => {
    const operator = await call().as("operatorToken");
    const all = items(await operator.get("/cluster/resources"));
    expect(all.flatMap((i) => (i["vmid"] === undefined ? [] : [i["vmid"]])).sort()).toEqual([100, 101, 102, 200, 201]);
    expect(all.filter((i) => i["type"] === "pool").map((i) => i["pool"])).toEqual(["prod"]);
    expect(all.find((i) => i["type"] === "node")).toEqual({
      id: "node/pve1",
      node: "pve1",
      type: "node",
      status: "online",
      level: "",
      "cgroup-mode": 2,
    });
  });

  test("options come with property strings as objects, and reduced without Sys.Audit", async () => {
    const root = call();
    expect(object(await root.get("/cluster/options"))).toMatchObject({
      migration: { type: "secure" },
      "allowed-tags": ["db", "dev", "infra", "prod", "web"],
    });
    const operator = await root.as("operatorToken");
    expect(Object.keys(object(await operator.get("/cluster/options"))).sort()).toEqual(["allowed-tags", "tag-style"]);
  });

  test("a pool shows its members with their figures, an unknown one does not exist", async () => {
    const { get } = call();
    const [prod] = items(await get("/pools?poolid=prod"));
    const members = prod?.["members"] as Record<string, unknown>[];
    expect(members.map((m) => m["id"])).toEqual([
      "qemu/100",
      "qemu/101",
      "qemu/102",
      "lxc/200",
      "lxc/201",
      "storage/pve1/nas",
    ]);
    const unknown = await get("/pools?poolid=nosuch");
    expect([unknown.status, unknown.reason]).toEqual([500, "pool 'nosuch' does not exist"]);
  });
});

describe("nodes", () => {
  test("status has the strings where PVE has strings", async () => {
    const { get } = call();
    const status = object(await get("/nodes/pve1/status"));
    expect(status["loadavg"]).toEqual([expect.stringMatching(/^\d+\.\d\d$/), expect.any(String), expect.any(String)]);
    expect(status["cpuinfo"]).toMatchObject({ cpus: 16, mhz: expect.stringMatching(/^\d+\.\d{3}$/) });
    const memory = status["memory"] as Record<string, number>;
    expect((memory["used"] ?? 0) + (memory["free"] ?? 0)).toBe(memory["total"]);
  });

  test("uptime advances with the simulator's clock", async () => {
    const { sim, get } = call();
    const uptime = async (): Promise<number> => Number(object(await get("/nodes/pve1/status"))["uptime"]);
    const before = await uptime();
    await sim.clock.advance(60_000);
    expect((await uptime()) - before).toBe(60);
  });

  test("history is the same every time it is read, a minute apart for an hour", async () => {
    const { get } = call();
    const first = items(await get("/nodes/pve1/rrddata?timeframe=hour"));
    expect(first).toHaveLength(60);
    expect(Number(first[1]?.["time"]) - Number(first[0]?.["time"])).toBe(60);
    expect(items(await get("/nodes/pve1/rrddata?timeframe=hour"))).toEqual(first);
  });

  test("history before the node's last boot has nothing but times", async () => {
    const { get } = call();
    const month = items(await get("/nodes/pve1/rrddata?timeframe=month"));
    expect(Object.keys(month[0] ?? {})).toEqual(["time"]);
    expect(Object.keys(month.at(-1) ?? {})).toContain("cpu");
  });
});
