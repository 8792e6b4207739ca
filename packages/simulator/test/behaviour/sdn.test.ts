import { describe, expect, test } from "vitest";
import { type Caller, call, items, object } from "./caller.js";

/** A simple zone with a VNet and a subnet, not applied yet. */
async function lab(): Promise<Caller> {
  const caller = call();
  await caller.post("/cluster/sdn/zones", { zone: "simple1", type: "simple", ipam: "pve" });
  await caller.post("/cluster/sdn/vnets", { vnet: "vnet1", zone: "simple1", alias: "first net" });
  const subnet = { subnet: "10.20.0.0/24", type: "subnet", gateway: "10.20.0.1" };
  await caller.post("/cluster/sdn/vnets/vnet1/subnets", subnet);
  return caller;
}

describe("pending and applied networks", () => {
  test("new objects wait, run once applied, and show what changes again", async () => {
    const { get, put, del, done } = await lab();
    expect((await get("/cluster/sdn/vnets?pending=1")).data).toEqual([
      { vnet: "vnet1", type: "vnet", digest: null, state: "new", pending: { zone: "simple1", alias: "first net" } },
    ]);
    expect((await get("/cluster/sdn/zones/simple1?running=1")).reason).toBe("sdn 'simple1' does not exist");
    const applied = await done(await put("/cluster/sdn"));
    expect([applied.upid.split(":")[5], applied.log[0]]).toEqual([
      "reloadnetworkall",
      "pve1: reloading network config",
    ]);
    expect((await get("/nodes/pve2/sdn/zones")).data).toEqual([{ zone: "simple1", status: "available" }]);
    await put("/cluster/sdn/vnets/vnet1", { alias: "changed" });
    expect(items(await get("/cluster/sdn/vnets?pending=1"))[0]).toMatchObject({
      alias: "first net",
      state: "changed",
      pending: { alias: "changed" },
    });
    await del("/cluster/sdn/vnets/vnet1/subnets/simple1-10.20.0.0-24");
    await del("/cluster/sdn/vnets/vnet1");
    expect(items(await get("/cluster/sdn/vnets?pending=1"))[0]).toMatchObject({ state: "deleted", pending: {} });
    expect((await get("/cluster/sdn/vnets/vnet1?pending=1")).reason).toBe("sdn vnet 'vnet1' does not exist");
    expect(items(await get("/cluster/sdn/vnets?running=1"))).toHaveLength(1);
  });

  test("can be looked at before and taken back", async () => {
    const { get, post } = await lab();
    const diff = object(await get("/cluster/sdn/dry-run?node=pve1"));
    expect(diff["interfaces-diff"]).toContain("+auto vnet1\n+iface vnet1\n+\taddress 10.20.0.1/24\n");
    await post("/cluster/sdn/rollback");
    expect(items(await get("/cluster/sdn/vnets"))).toEqual([]);
    expect(object(await get("/cluster/sdn/dry-run?node=pve1"))).toEqual({ "interfaces-diff": "", "frr-diff": "" });
    expect((await get("/cluster/sdn/dry-run?node=nosuch")).status).toBe(500);
  });

  test("what was applied is a resource of each node that has it, for whoever may audit the zone", async () => {
    const { get, put, done, as } = await lab();
    const zones = async (asked: typeof get): Promise<unknown[]> =>
      items(await asked("/cluster/resources")).flatMap((item) =>
        item["network-type"] === "zone" && item["network"] !== "localnetwork" ? [item] : [],
      );
    expect(await zones(get)).toEqual([]);
    await put("/cluster/sdn/zones/simple1", { nodes: "pve1,pve3" });
    await done(await put("/cluster/sdn"));
    expect(await zones(get)).toEqual(
      ["pve1", "pve3"].map((node) => ({
        id: `network/${node}/zone/simple1`,
        network: "simple1",
        "network-type": "zone",
        "zone-type": "simple",
        node,
        status: "available",
        type: "network",
      })),
    );
    expect(await zones((await as("operatorToken")).get)).toEqual([]);
  });

  test("guests of a node can be plugged into what was applied", async () => {
    const { get, put, post, done } = await lab();
    await done(await put("/cluster/sdn"));
    await done(await post("/nodes/pve1/qemu/100/status/stop"));
    await put("/nodes/pve1/qemu/100/config", { net0: "virtio,bridge=vnet1" });
    expect((await done(await post("/nodes/pve1/qemu/100/status/start"))).exitstatus).toBe("OK");
    expect((await get("/nodes/pve1/sdn/zones/simple1/content")).data).toEqual([{ vnet: "vnet1", status: "available" }]);
    expect((await get("/nodes/pve1/sdn/zones/simple1/bridges")).data).toEqual([
      { name: "vnet1", vlan_filtering: null, ports: [{ name: "tap100i0", vmid: 100, index: "net0" }] },
    ]);
    expect(items(await get("/nodes/pve1/sdn/zones/simple1"))).toHaveLength(3);
    for (const part of ["", "/content", "/bridges", "/ip-vrf"]) {
      expect((await get(`/nodes/pve1/sdn/zones/nosuch${part}`)).reason).toBe("sdn 'nosuch' does not exist");
    }
    expect((await get("/nodes/pve1/sdn/zones/simple1/ip-vrf")).errors).toEqual({
      zone: "zone simple1 is not an EVPN zone.",
    });
    expect((await get("/nodes/pve1/sdn/vnets/vnet1/mac-vrf")).errors).toEqual({
      zone: "zone simple1 is not an EVPN zone.",
    });
    expect((await get("/nodes/pve1/sdn/vnets/vnet1")).data).toEqual([{ subdir: "mac-vrf" }]);
  });

  test("a cluster without fabrics, prefix lists and route maps says so", async () => {
    const { get } = call();
    expect(items(await get("/cluster/sdn/fabrics"))).toHaveLength(3);
    expect((await get("/cluster/sdn/fabrics/all")).data).toEqual({ fabrics: [], nodes: [] });
    for (const what of ["fabrics/fabric", "fabrics/node", "prefix-lists", "route-maps", "route-maps/entries"]) {
      expect((await get(`/cluster/sdn/${what}`)).data).toEqual([]);
    }
    expect((await get("/cluster/sdn/fabrics/all?pending=maybe")).status).toBe(400);
  });

  test("indexes", async () => {
    const { get } = call();
    expect([items(await get("/cluster/sdn")).length, items(await get("/nodes/pve1/sdn")).length]).toEqual([6, 3]);
  });
});

describe("the lock", () => {
  test("keeps everybody out who has no token", async () => {
    const { get, post, put, del } = await lab();
    expect((await post("/cluster/sdn/lock")).reason).toMatch(
      /^could not acquire lock for SDN config: configuration has pending changes/,
    );
    const token = String((await post("/cluster/sdn/lock", { "allow-pending": 1 })).data);
    expect(token).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect((await put("/cluster/sdn/vnets/vnet1", { alias: "x" })).reason).toBe(
      "update sdn vnet object failed: invalid lock token provided! at /usr/share/perl5/PVE/Network/SDN.pm line 291.",
    );
    expect((await put("/cluster/sdn")).reason).toMatch(/^could not commit SDN config: invalid lock token provided!/);
    expect((await post("/cluster/sdn/rollback")).status).toBe(500);
    expect((await put("/cluster/sdn/vnets/vnet1", { alias: "mine", "lock-token": token })).status).toBe(200);
    expect(object(await get("/cluster/sdn/vnets/vnet1"))["alias"]).toBe("mine");
    expect((await del("/cluster/sdn/lock")).reason).toMatch(/^could not release lock:/);
    expect((await del(`/cluster/sdn/lock?lock-token=${token}`)).status).toBe(200);
    expect((await post("/cluster/sdn/lock", { "allow-pending": 1 })).status).toBe(200);
    expect((await del("/cluster/sdn/lock?force=1")).status).toBe(200);
  });
});

describe("zones, VNets and subnets", () => {
  test("are refused in PVE's words", async () => {
    const { get, post, put, del } = await lab();
    const reason = async (answer: ReturnType<typeof post>): Promise<string> => (await answer).reason;
    expect(await reason(post("/cluster/sdn/zones", { zone: "simple1", type: "simple" }))).toBe(
      "create sdn zone object failed: sdn zone object ID 'simple1' already defined",
    );
    expect(await reason(post("/cluster/sdn/zones", { zone: "vlan1", type: "vlan" }))).toBe(
      "missing value for required option 'bridge'",
    );
    expect(await reason(post("/cluster/sdn/vnets", { vnet: "v1", zone: "nosuch" }))).toMatch(
      /^create sdn vnet object failed: cannot lookup undefined type!/,
    );
    expect(
      await reason(
        post("/cluster/sdn/vnets/vnet1/subnets", { subnet: "10.30.0.0/24", type: "subnet", gateway: "10.31.0.1" }),
      ),
    ).toBe("create sdn subnet object failed: 400 Parameter verification failed.");
    expect(await reason(post("/cluster/sdn/vnets/vnet1/subnets", { subnet: "10.20.0.0/24", type: "subnet" }))).toBe(
      "create sdn subnet object failed: sdn subnet object ID 'simple1-10.20.0.0-24' already defined",
    );
    expect(await reason(del("/cluster/sdn/zones/simple1"))).toBe(
      "delete sdn zone object failed: zone simple1 is used by vnet vnet1 at /usr/share/perl5/PVE/Network/SDN/Zones/Plugin.pm line 149.",
    );
    expect(await reason(del("/cluster/sdn/zones/nosuch"))).toBe(
      "delete sdn zone object failed: sdn 'nosuch' does not exist",
    );
    expect(await reason(del("/cluster/sdn/vnets/vnet1"))).toBe(
      "delete sdn vnet object failed: 400 Parameter verification failed.",
    );
    expect(await reason(put("/cluster/sdn/vnets/nosuch", { alias: "x" }))).toBe("sdn vnet 'nosuch' does not exist");
    expect(await reason(put("/cluster/sdn/zones/nosuch", { mtu: 1400 }))).toBe(
      "update sdn zone object failed: sdn 'nosuch' does not exist",
    );
    expect(await reason(get("/cluster/sdn/vnets/vnet1/subnets/x-10.0.0.0-24"))).toBe(
      "sdn subnet 'x-10.0.0.0-24' does not exist",
    );
    expect(await reason(get("/cluster/sdn/vnets/nosuch/subnets"))).toBe("sdn vnet 'nosuch' does not exist");
    expect(await reason(put("/cluster/sdn/vnets/vnet1", { alias: "x", digest: "0".repeat(40) }))).toBe(
      "update sdn vnet object failed: detected modified configuration - file changed by other user? Try again.",
    );
  });

  test("change and go", async () => {
    const { get, put, del } = await lab();
    await put("/cluster/sdn/zones/simple1", { mtu: 1400 });
    expect(object(await get("/cluster/sdn/zones/simple1"))).toMatchObject({ mtu: 1400, type: "simple" });
    expect(items(await get("/cluster/sdn/zones?type=vlan"))).toEqual([]);
    const path = "/cluster/sdn/vnets/vnet1/subnets/simple1-10.20.0.0-24";
    await put(path, { snat: 1, "dhcp-range": "start-address=10.20.0.5,end-address=10.20.0.9" });
    expect(object(await get(path))).toMatchObject({
      cidr: "10.20.0.0/24",
      network: "10.20.0.0",
      mask: "24",
      snat: 1,
      "dhcp-range": [{ "start-address": "10.20.0.5", "end-address": "10.20.0.9" }],
    });
    expect((await put(path, { gateway: "10.99.9.9" })).reason).toBe(
      "update sdn subnet object failed: 400 Parameter verification failed.",
    );
    expect(items(await get("/cluster/sdn/vnets/vnet1/subnets"))).toHaveLength(1);
    expect((await del(path)).status).toBe(200);
    expect((await del(path)).reason).toBe(
      "delete sdn subnet object failed: sdn subnet 'simple1-10.20.0.0-24' does not exist",
    );
  });

  test("a VLAN zone wants a tag for each VNet, its own", async () => {
    const { post } = call();
    await post("/cluster/sdn/zones", { zone: "vlan1", type: "vlan", bridge: "vmbr0" });
    expect((await post("/cluster/sdn/vnets", { vnet: "v1", zone: "vlan1" })).status).toBe(500);
    expect((await post("/cluster/sdn/vnets", { vnet: "v1", zone: "vlan1", tag: 20 })).status).toBe(200);
    expect((await post("/cluster/sdn/vnets", { vnet: "v2", zone: "vlan1", tag: 20 })).status).toBe(500);
  });

  test("are seen by whoever may look at them", async () => {
    const root = await lab();
    const operator = await root.as("operatorToken");
    expect((await operator.get("/cluster/sdn/zones")).data).toEqual([]);
    expect((await operator.get("/cluster/sdn/vnets")).data).toEqual([]);
    expect((await operator.put("/cluster/sdn")).reason).toBe("Permission check failed (/sdn, SDN.Allocate)");
  });
});

describe("controllers", () => {
  test("are made, changed and removed, one EVPN controller at most", async () => {
    const { get, post, put, del } = call();
    const evpn = { controller: "evpnctl", type: "evpn", asn: 65000, peers: "10.99.0.1,10.99.0.2" };
    expect((await post("/cluster/sdn/controllers", evpn)).status).toBe(200);
    expect((await post("/cluster/sdn/controllers", evpn)).reason).toBe(
      "create sdn controller object failed: sdn controller object ID 'evpnctl' already defined",
    );
    expect((await post("/cluster/sdn/controllers", { ...evpn, controller: "c1" })).reason).toMatch(
      /only 1 global evpn controller/,
    );
    expect((await post("/cluster/sdn/controllers", { controller: "c1", type: "evpn" })).reason).toBe(
      "missing value for required option 'asn'",
    );
    await put("/cluster/sdn/controllers/evpnctl", { asn: 65010 });
    expect(object(await get("/cluster/sdn/controllers/evpnctl"))).toMatchObject({ asn: 65010, type: "evpn" });
    const zone = { zone: "evpn1", type: "evpn", controller: "evpnctl", "vrf-vxlan": 10000 };
    await post("/cluster/sdn/zones", zone);
    expect((await del("/cluster/sdn/controllers/evpnctl")).reason).toMatch(/controller evpnctl is used by evpn1/);
    expect((await post("/cluster/sdn/zones", { ...zone, zone: "evpn2", controller: "nosuch" })).reason).toMatch(
      /controller nosuch don't exist/,
    );
    await del("/cluster/sdn/zones/evpn1");
    expect((await del("/cluster/sdn/controllers/evpnctl")).status).toBe(200);
    expect((await get("/cluster/sdn/controllers/evpnctl")).reason).toBe("sdn 'evpnctl' does not exist");
    expect((await put("/cluster/sdn/controllers/nosuch", { asn: 1 })).reason).toBe(
      "update sdn controller object failed: sdn 'nosuch' does not exist",
    );
    expect(items(await get("/cluster/sdn/controllers?type=bgp"))).toEqual([]);
  });
});

describe("addresses", () => {
  test("are given, moved and taken back once the subnet runs", async () => {
    const { get, post, put, del, done } = await lab();
    await done(await put("/cluster/sdn"));
    const card = { zone: "simple1", mac: "BC:24:11:AA:00:01" };
    const path = "/cluster/sdn/vnets/vnet1/ips";
    expect((await post(path, { ...card, ip: "10.20.0.50" })).status).toBe(200);
    expect((await post(path, { ...card, ip: "10.20.0.50" })).reason).toBe("IP '10.20.0.50' already exist");
    expect((await put(path, { ...card, ip: "10.20.0.71" })).status).toBe(200);
    expect(items(await get("/cluster/sdn/ipams/pve/status"))).toEqual([
      { zone: "simple1", subnet: "10.20.0.0/24", vnet: "vnet1", ip: "10.20.0.1", gateway: 1 },
      { zone: "simple1", subnet: "10.20.0.0/24", vnet: "vnet1", ip: "10.20.0.71", mac: card.mac },
    ]);
    expect((await del(`${path}?zone=simple1&ip=10.20.0.50`)).reason).toBe("IP '10.20.0.50' does not exist in IPAM DB");
    expect((await del("/cluster/sdn/vnets/vnet1/subnets/simple1-10.20.0.0-24")).reason).toBe(
      "delete sdn subnet object failed: cannot delete subnet '10.20.0.0/24', not empty",
    );
    expect((await del(`${path}?zone=simple1&ip=10.20.0.71`)).status).toBe(200);
    expect((await post(path, { zone: "simple1", ip: "10.99.0.60" })).reason).toBe(
      "can't find any subnet for ip 10.99.0.60 at /usr/share/perl5/PVE/Network/SDN/Subnets.pm line 115.",
    );
    expect((await put(path, { zone: "simple1", ip: "10.20.0.63" })).reason).toMatch(
      /^can't find any subnet for ip {2}at/,
    );
  });

  test("other address managers and name servers cannot be reached from here", async () => {
    const { get, post, put, del } = call();
    const netbox = { ipam: "netbox1", type: "netbox", url: "http://192.0.2.20/api", token: "secret" };
    expect((await post("/cluster/sdn/ipams", netbox)).reason).toBe(
      "create sdn ipam object failed: Can't connect to netbox api: Invalid response from server: 500 Can't connect to 192.0.2.20:80 (Network is unreachable)",
    );
    expect((await post("/cluster/sdn/ipams", { ipam: "i1", type: "netbox" })).reason).toBe(
      "missing value for required option 'url'",
    );
    expect((await post("/cluster/sdn/ipams", { ipam: "mine", type: "pve" })).status).toBe(200);
    expect((await put("/cluster/sdn/ipams/mine", { section: 2 })).status).toBe(200);
    expect(object(await get("/cluster/sdn/ipams/mine"))).toMatchObject({ ipam: "mine", type: "pve", section: 2 });
    expect((await get("/cluster/sdn/ipams/mine/status")).reason).toMatch(/^Currently only PVE IPAM is supported!/);
    expect((await del("/cluster/sdn/ipams/mine")).status).toBe(200);
    expect((await del("/cluster/sdn/ipams/mine")).reason).toBe(
      "delete sdn zone object failed: sdn 'mine' does not exist",
    );
    expect((await put("/cluster/sdn/ipams/mine", { section: 1 })).reason).toBe(
      "update sdn ipam object failed: sdn 'mine' does not exist",
    );
    expect((await get("/cluster/sdn/ipams/nosuch")).reason).toBe("sdn 'nosuch' does not exist");
    expect(items(await get("/cluster/sdn/ipams?type=pve")).map((each) => each["ipam"])).toEqual(["pve"]);
    const dns = { dns: "pdns1", type: "powerdns", url: "http://192.0.2.21:8081/api", key: "secret" };
    expect((await post("/cluster/sdn/dns", dns)).reason).toBe(
      "create sdn dns object failed: dns api error: Invalid response from server: 500 Can't connect to 192.0.2.21:8081 (Network is unreachable)",
    );
    expect((await get("/cluster/sdn/dns")).data).toEqual([]);
    expect((await get("/cluster/sdn/dns/pdns1")).reason).toBe("sdn 'pdns1' does not exist");
    expect((await put("/cluster/sdn/dns/pdns1", { ttl: 1 })).reason).toBe(
      "update sdn dns object failed: sdn 'pdns1' does not exist",
    );
    expect((await del("/cluster/sdn/dns/pdns1")).reason).toBe(
      "delete sdn dns object failed: sdn 'pdns1' does not exist",
    );
  });
});
