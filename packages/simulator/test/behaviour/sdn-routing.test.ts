import { describe, expect, test } from "vitest";
import { type Answer, type Caller, call, items, object } from "./caller.js";

const fabrics = "/cluster/sdn/fabrics";
const lab = { id: "lab", protocol: "openfabric", ip_prefix: "10.77.0.9/24" };

/** A fabric of two nodes, not applied yet. */
async function withFabric(): Promise<Caller> {
  const caller = call();
  expect(await caller.post(`${fabrics}/fabric`, lab)).toMatchObject({ status: 200 });
  for (const [node, ip] of [
    ["pve1", "10.77.0.1"],
    ["pve2", "10.77.0.2"],
  ] as const) {
    const member = { node_id: node, protocol: "openfabric", ip, interfaces: "name=eno2" };
    expect(await caller.post(`${fabrics}/node/lab`, member)).toMatchObject({ status: 200 });
  }
  return caller;
}

const reason = async (answer: Promise<Answer>): Promise<string> => (await answer).reason;

describe("fabrics", () => {
  test("wait like other networks, run once applied, and tell how they do", async () => {
    const { get, put, done, sim } = await withFabric();
    expect(object(await get(`${fabrics}/fabric/lab`))).toMatchObject({
      id: "lab",
      protocol: "openfabric",
      ip_prefix: "10.77.0.0/24",
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(items(await get(`${fabrics}/fabric?pending=1`))).toMatchObject([
      { id: "lab", protocol: "openfabric", state: "new", pending: { ip_prefix: "10.77.0.0/24" } },
    ]);
    expect(items(await get(`${fabrics}/fabric?running=1`))).toEqual([]);
    await done(await put("/cluster/sdn"));
    await sim.clock.advance(3_700_000);
    const [running] = items(await get(`${fabrics}/fabric?running=1`));
    expect(running).toEqual({ id: "lab", protocol: "openfabric", ip_prefix: "10.77.0.0/24" });
    expect((await get("/nodes/pve1/sdn/fabrics/lab/interfaces")).data).toEqual([
      { name: "eno2", type: "Point-To-Point", state: "Up" },
    ]);
    expect((await get("/nodes/pve1/sdn/fabrics/lab/routes")).data).toEqual([
      { route: "10.77.0.2/32", via: ["10.77.0.2"] },
    ]);
    expect((await get("/nodes/pve1/sdn/fabrics/lab/neighbors")).data).toEqual([
      { neighbor: "pve2", status: "Up", uptime: expect.stringMatching(/^1h01m\d\ds$/) },
    ]);
    const resources = items(await get("/cluster/resources")).filter((item) => item["network-type"] === "fabric");
    expect(resources.map(({ id }) => id)).toEqual(["network/pve1/fabric/lab", "network/pve2/fabric/lab"]);
    sim.faults.add({ kind: "node-offline", node: "pve2" });
    expect((await get("/nodes/pve1/sdn/fabrics/lab/neighbors")).data).toEqual([]);
  });

  test("show their nodes, of all and of one", async () => {
    const { get, put, del } = await withFabric();
    const all = object(await get(`${fabrics}/all`));
    expect(all["fabrics"]).toHaveLength(1);
    expect((all["nodes"] as object[]).length).toBe(2);
    expect(items(await get(`${fabrics}/node/lab`))).toMatchObject([
      { fabric_id: "lab", node_id: "pve1", ip: "10.77.0.1", interfaces: ["name=eno2"] },
      { fabric_id: "lab", node_id: "pve2" },
    ]);
    const change = { protocol: "openfabric", ip: "10.77.0.3", delete: "interfaces" };
    expect((await put(`${fabrics}/node/lab/pve2`, change)).status).toBe(200);
    const read = object(await get(`${fabrics}/node/lab/pve2`));
    expect(read).toMatchObject({ ip: "10.77.0.3" });
    expect(read).not.toHaveProperty("interfaces");
    expect((await del(`${fabrics}/node/lab/pve2`)).status).toBe(200);
    expect(await reason(get(`${fabrics}/node/lab/pve2`))).toBe("node 'pve2' does not exist in fabric 'lab'");
    expect((await del(`${fabrics}/fabric/lab`)).status).toBe(200);
    expect(items(await get(`${fabrics}/node`))).toEqual([]);
    expect(await reason(get(`${fabrics}/node/lab`))).toBe("fabric 'lab' does not exist in configuration");
  });

  test.each([
    [{ ...lab }, "fabric 'lab' already exists in config"],
    [
      { id: "two", protocol: "openfabric", ip_prefix: "10.77.0.128/25" },
      "IP prefix 10.77.0.128/25 in fabric 'two' overlaps with IPv4 prefix 10.77.0.0/24 in fabric 'lab'",
    ],
    [{ id: "two", protocol: "openfabric" }, "fabric 'two' does not have an IP prefix configured"],
    [{ id: "two", protocol: "ospf", ip_prefix: "10.78.0.0/24" }, "missing field `area`"],
    [
      { id: "two", protocol: "ospf", area: "0", ip_prefix: "10.78.0.0/24", ip6_prefix: "fd00::/64" },
      "IPv6 is currently not supported for protocol ospf",
    ],
    [{ ...lab, id: "two", ip_prefix: "10.78.0.0/24", digest: "0" }, "detected modified configuration"],
  ])("%o are refused", async (fabric, text) => {
    const { post } = await withFabric();
    expect(await reason(post(`${fabrics}/fabric`, fabric))).toContain(`adding fabric failed: ${text}`);
  });

  test.each([
    [{ ip: "10.99.0.1" }, "node IP 10.99.0.1 is outside the IP prefix 10.77.0.0/24 of the fabric"],
    [{ ip: "10.77.0.1" }, "fabric lab contains nodes with duplicated IPs"],
    [{}, "node 'lab_pve3' does not have an IP configured"],
    [{ ip: "10.77.0.3", ip6: "fd00::3" }, "fabric 'lab' does not have an IP prefix configured for the node IP fd00::3"],
    [{ ip: "10.77.0.3", protocol: "ospf" }, "node has a different protocol than the referenced fabric"],
    [{ ip: "10.77.0.3", node_id: "pve1" }, "node 'pve1' already exists in config for fabric lab"],
    [{ ip: "10.77.0.3", fabric: "ghost" }, "fabric 'ghost' does not exist in configuration"],
  ])("a node with %o is refused", async ({ fabric = "lab", ...member }: Record<string, string>, text) => {
    const { post } = await withFabric();
    const node = { node_id: "pve3", protocol: "openfabric", ...member };
    expect(await reason(post(`${fabrics}/node/${fabric}`, node))).toBe(`adding node failed: ${text}`);
  });

  test("of the same area, or over the same interface, are one too many", async () => {
    const { post } = await withFabric();
    const ospf = { id: "ring", protocol: "ospf", area: "0", ip_prefix: "10.78.0.0/24" };
    await post(`${fabrics}/fabric`, ospf);
    const twin = { ...ospf, id: "again", area: "0.0.0.0", ip_prefix: "10.79.0.0/24" };
    expect(await reason(post(`${fabrics}/fabric`, twin))).toBe("adding fabric failed: duplicate OSPF area");
    const member = { node_id: "pve1", protocol: "ospf", ip: "10.78.0.1", interfaces: "name=eno2" };
    expect(await reason(post(`${fabrics}/node/ring`, member))).toBe(
      "adding node failed: interface is already in use by another fabric",
    );
  });

  test("are kept while somebody uses them, and locked with the rest", async () => {
    const { post, del } = await withFabric();
    await post("/cluster/sdn/controllers", { controller: "evpn1", type: "evpn", asn: 65000, fabric: "lab" });
    expect(await reason(del(`${fabrics}/fabric/lab`))).toBe(
      'deleting fabric failed: this fabric is still used in the EVPN controller "evpn1"',
    );
    await post("/cluster/sdn/lock", { "allow-pending": 1 });
    expect(await reason(post(`${fabrics}/fabric`, { ...lab, id: "two" }))).toMatch(
      /^adding fabric failed: invalid lock/,
    );
  });

  test("take what suits their protocol, and judge it by that alone", async () => {
    const { post, put, get } = await withFabric();
    const odd = { protocol: "openfabric", interfaces: "name=eno2,network_type=broadcast" };
    expect((await post(`${fabrics}/node/lab`, { node_id: "pve3", ip: "10.77.0.3", ...odd })).errors).toEqual({
      "interfaces[0]": expect.stringContaining("network_type: property is not defined in schema"),
    });
    const ring = { id: "ring", protocol: "ospf", area: "1", ip_prefix: "10.78.0.0/24", hello_interval: 5 };
    expect((await post(`${fabrics}/fabric`, ring)).status).toBe(200);
    expect(object(await get(`${fabrics}/fabric/ring`))).not.toHaveProperty("hello_interval");
    const ospf = { node_id: "pve3", protocol: "ospf", ip: "10.78.0.3", interfaces: "name=eno3,network_type=broadcast" };
    expect((await post(`${fabrics}/node/ring`, ospf)).status).toBe(200);
    expect((await put(`${fabrics}/fabric/lab`, { protocol: "openfabric", delete: "area" })).errors).toEqual({
      "delete[0]": expect.stringContaining("does not have a value in the enumeration 'ip_prefix, ip6_prefix"),
    });
  });

  test("of tunnels get keys, which stay when the tunnels change", async () => {
    const { post, put, get } = call();
    await post(`${fabrics}/fabric`, { id: "wg", protocol: "wireguard" });
    const member = { protocol: "wireguard", role: "internal", interfaces: "name=wg0,listen_port=51820" };
    expect((await post(`${fabrics}/node/wg`, { node_id: "pve1", ...member })).status).toBe(200);
    const keys = async () =>
      /public_key=(\S{44})/.exec(String(object(await get(`${fabrics}/node/wg/pve1`))["interfaces"]));
    const before = (await keys())?.[1];
    expect(before).toMatch(/=$/);
    await put(`${fabrics}/node/wg/pve1`, { protocol: "wireguard", interfaces: "name=wg0,listen_port=51821" });
    expect((await keys())?.[1]).toBe(before);
    expect(await reason(put(`${fabrics}/node/wg/pve1`, { protocol: "wireguard", role: "external" }))).toBe(
      "updating node failed: cannot change role of existing WireGuard node",
    );
  });

  test("are seen by those who may see them", async () => {
    const { as } = await withFabric();
    const operator = await as("operatorToken");
    expect(items(await operator.get(`${fabrics}/fabric`))).toEqual([]);
    expect((await operator.get(`${fabrics}/fabric/lab`)).status).toBe(403);
    const auditor = await as("auditorToken");
    expect(items(await auditor.get(`${fabrics}/fabric`))).toHaveLength(1);
    expect((await auditor.del(`${fabrics}/fabric/lab`)).status).toBe(403);
  });
});

describe("prefix lists", () => {
  const lists = "/cluster/sdn/prefix-lists";

  test("number their entries in fives, and keep the bounds in order", async () => {
    const { get, post, put, del } = call();
    const first = "action=permit,prefix=10.0.0.0/8,le=24";
    expect((await post(lists, { id: "inner", entries: first })).status).toBe(200);
    expect((await post(`${lists}/inner/entries`, { action: "deny", prefix: "0.0.0.0/0" })).status).toBe(200);
    expect((await get(`${lists}/inner/entries`)).data).toEqual([
      { action: "permit", prefix: "10.0.0.0/8", le: 24, seq: 5 },
      { action: "deny", prefix: "0.0.0.0/0", seq: 10 },
    ]);
    expect((await put(`${lists}/inner/entries/10`, { seq: 7, ge: 16, le: 20 })).status).toBe(200);
    expect((await put(`${lists}/inner/entries/7`, { delete: "le" })).status).toBe(200);
    expect((await get(`${lists}/inner/entries/7`)).data).toEqual({
      action: "deny",
      prefix: "0.0.0.0/0",
      ge: 16,
      seq: 7,
    });
    expect((await del(`${lists}/inner/entries/7`)).status).toBe(200);
    expect(items(await get(lists))).toMatchObject([
      { id: "inner", entries: ["action=permit,le=24,prefix=10.0.0.0/8,seq=5"] },
    ]);
    expect((await put(`${lists}/inner`, { delete: "entries" })).status).toBe(200);
    expect(object(await get(`${lists}/inner`))).toEqual({ id: "inner", type: "prefix-list" });
    expect((await del(`${lists}/inner`)).status).toBe(200);
    expect((await get(`${lists}/inner`)).errors).toEqual({ id: "inner doesn't exist" });
  });

  test("refuse what makes no sense", async () => {
    const { get, post, put, del } = call();
    await post(lists, { id: "inner", entries: "action=permit,prefix=10.0.0.0/8" });
    const add = (entry: Record<string, string | number>): Promise<string> =>
      reason(post(`${lists}/inner/entries`, { action: "permit", prefix: "10.0.0.0/8", ...entry }));
    const failed = "creating prefix list entry failed";
    expect(await add({ seq: 5 })).toBe(`${failed}: entry with sequence number 5 already exists!`);
    expect(await add({ le: 33 })).toBe(`${failed}: Prefix <= must not be greater than 32`);
    expect(await add({ ge: 7 })).toBe(`${failed}: Prefix >= must not be less than 8`);
    expect(await add({ ge: 20, le: 16 })).toBe(`${failed}: Prefix >= (20) must not be greater than Prefix <= (16)`);
    expect(await reason(post(lists, { id: "inner" }))).toBe(
      "creating prefix list failed: prefix list already exists in configuration: inner",
    );
    expect(await reason(put(`${lists}/ghost`, { delete: "entries" }))).toContain(
      "Could not find prefix list with id: ghost",
    );
    expect(await reason(del(`${lists}/ghost`))).toContain("could not find prefix list with id: ghost");
    expect(await reason(put(`${lists}/inner/entries/99`, { le: 9 }))).toContain("sequence number 99 does not exist!");
    expect(await reason(del(`${lists}/inner/entries/99`))).toContain("could not find prefix list entry with seq 99");
    expect((await get(`${lists}/inner/entries/99`)).errors).toEqual({
      id: "entry 99 in prefix list inner doesn't exist",
    });
  });
});

describe("route maps", () => {
  const entries = "/cluster/sdn/route-maps/entries";
  const entry = { "route-map-id": "out", order: 10, action: "permit", match: "key=vni,value=7" };

  test("consist of ordered entries, which wait like other objects", async () => {
    const { get, post, put, del, done } = call();
    expect((await post(entries, entry)).status).toBe(200);
    await post(entries, { ...entry, order: 20, action: "deny" });
    expect((await get("/cluster/sdn/route-maps")).data).toEqual([{ id: "out" }]);
    expect(items(await get(`${entries}?pending=1`))).toMatchObject([
      { "route-map-id": "out", order: 10, state: "new", pending: { action: "permit" } },
      { "route-map-id": "out", order: 20 },
    ]);
    await done(await put("/cluster/sdn"));
    expect((await put(`${entries}/out/entry/10`, { action: "deny", delete: "match" })).status).toBe(200);
    expect(object(await get(`${entries}/out/entry/10`))).toEqual({ "route-map-id": "out", order: 10, action: "deny" });
    expect(items(await get(`${entries}/out?running=1`))[0]).toMatchObject({
      action: "permit",
      match: ["key=vni,value=7"],
    });
    expect((await del(`${entries}/out/entry/10`)).status).toBe(200);
    expect(items(await get(`${entries}/out`))).toHaveLength(1);
  });

  test("refuse an entry twice, or one that is not there", async () => {
    const { get, post, put, del } = call();
    await post(entries, entry);
    expect(await reason(post(entries, entry))).toBe(
      "creating route map entry failed: route map entry already exists in configuration: out_10",
    );
    expect(await reason(put(`${entries}/out/entry/11`, { action: "deny" }))).toContain(
      "Could not find route map with id: out_11",
    );
    expect((await put(`${entries}/out/entry/11`)).status).toBe(200);
    expect(await reason(del(`${entries}/out/entry/11`))).toContain("could not find route map entry with id: out_11");
    expect((await get(`${entries}/out/entry/11`)).errors).toEqual({ "route-map-id": "out_11 doesn't exist" });
  });
});
