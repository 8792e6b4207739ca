import { describe, expect, test } from "vitest";
import { unifiedDiff } from "../../src/unified-diff.js";
import { call, items, object } from "./caller.js";

const bridge = { iface: "vmbr5", type: "bridge", autostart: 1, cidr: "10.55.0.1/24", bridge_ports: "" };

describe("network configuration", () => {
  test("edits are staged: they show, with a diff, and can be thrown away", async () => {
    const { sim, get, post, del } = call();
    expect((await post("/nodes/pve1/network", bridge)).status).toBe(200);
    const headers = { authorization: `PVEAPIToken=${sim.credentials.token}` };
    const response = await sim.fetch(`${sim.baseUrl}/api2/json/nodes/pve1/network`, { headers });
    const { changes } = (await response.json()) as { changes: string };
    expect(changes).toMatch(/^--- \/etc\/network\/interfaces\t.*\n\+\+\+ \/etc\/network\/interfaces\.new\t/);
    expect(changes).toContain("+auto vmbr5\n+iface vmbr5 inet static\n+\taddress 10.55.0.1/24\n+\tbridge-ports none\n");
    expect(object(await get("/nodes/pve1/network/vmbr5"))).toMatchObject({
      type: "bridge",
      method: "static",
      address: "10.55.0.1",
      netmask: "24",
      cidr: "10.55.0.1/24",
      bridge_stp: "off",
      bridge_fd: "0",
      families: ["inet"],
    });
    await del("/nodes/pve1/network");
    expect((await get("/nodes/pve1/network/vmbr5")).errors).toEqual({ iface: "interface does not exist" });
  });

  test("applying is a task; from then on guests may use the bridge", async () => {
    const { get, put, post, done } = call();
    await post("/nodes/pve1/network", bridge);
    const ended = await done(await put("/nodes/pve1/network"));
    expect([ended.upid.split(":").slice(5, 7), ended.exitstatus]).toEqual([["srvreload", "networking"], "OK"]);
    expect(object(await get("/nodes/pve1/network/vmbr5"))["active"]).toBe(1);
    await put("/nodes/pve1/qemu/103/config", { net0: "virtio,bridge=vmbr5" });
    const config = await get("/nodes/pve1/network?type=bridge");
    expect(items(config).map((item) => item["iface"])).toContain("vmbr5");
  });

  test("an interface changes, loses settings and goes", async () => {
    const { get, post, put, del } = call();
    await post("/nodes/pve1/network", { ...bridge, comments: "first" });
    await put("/nodes/pve1/network/vmbr5", { type: "bridge", delete: "cidr", comments: "second" });
    const changed = object(await get("/nodes/pve1/network/vmbr5"));
    expect([changed["method"], changed["comments"], changed["address"]]).toEqual(["manual", "second\n", undefined]);
    expect((await del("/nodes/pve1/network/vmbr5")).status).toBe(200);
    expect((await del("/nodes/pve1/network/vmbr5")).errors).toEqual({ iface: "interface does not exist" });
    expect((await put("/nodes/pve1/network/vmbr5", { type: "bridge" })).errors).toEqual({
      iface: "interface does not exist",
    });
  });

  test.each([
    [{ iface: "vmbr0", type: "bridge" }, { iface: "interface already exists" }],
    [
      { iface: "vmbr9", type: "bridge", gateway: "10.1.1.254" },
      { gateway: "Default gateway already exists on interface 'vmbr0'." },
    ],
    [
      { iface: "vmbr9", type: "bridge", bridge_ports: "eno1" },
      { bridge_ports: "eno1 is already used on interface 'vmbr0'." },
    ],
    [
      { iface: "vmbr0.50", type: "vlan", cidr6: "2001:db8::1/64" },
      { address: "2001:db8::1 with type 'DOCUMENTATION', cannot be used as host IPv6 address." },
    ],
  ])("%j is refused", async (body, errors) => {
    const answer = await call().post("/nodes/pve1/network", body);
    expect([answer.status, answer.errors]).toEqual([400, errors]);
  });

  test("a bond needs cards that exist", async () => {
    const answer = await call().post("/nodes/pve1/network", { iface: "bond0", type: "bond", slaves: "eth7" });
    expect([answer.status, answer.reason]).toEqual([
      500,
      "bond 'bond0' - wrong interface type on slave 'eth7' ('' != 'eth or bond')",
    ]);
  });

  test("who may not change the node may not apply either", async () => {
    const auditor = await call().as("auditorToken");
    expect((await auditor.put("/nodes/pve1/network")).reason).toBe("Permission check failed (/nodes/pve1, Sys.Modify)");
    expect((await auditor.del("/nodes/pve1/network")).status).toBe(403);
  });
});

describe("a unified diff", () => {
  test.each([
    ["", "a\n", "--- l\n+++ r\n@@ -0,0 +1 @@\n+a\n"],
    ["a\nb\nc\n", "a\nc\n", "--- l\n+++ r\n@@ -1,3 +1,2 @@\n a\n-b\n c\n"],
    ["same\n", "same\n", ""],
  ])("of %j and %j", (before, after, want) => {
    expect(unifiedDiff({ header: "l", text: before }, { header: "r", text: after })).toBe(want);
  });

  test("keeps changes that are far apart in hunks of their own", () => {
    const lines = Array.from({ length: 20 }, (_, n) => `line ${n}`);
    const after = lines.map((line, n) => (n === 1 || n === 18 ? `${line}!` : line));
    const diff = unifiedDiff({ header: "l", text: lines.join("\n") }, { header: "r", text: after.join("\n") });
    expect(diff.match(/^@@.*@@$/gm)).toEqual(["@@ -1,5 +1,5 @@", "@@ -16,5 +16,5 @@"]);
  });
});
