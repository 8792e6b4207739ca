import { describe, expect, it, test } from "vitest";
import type { Release } from "../src/index.js";
import { call, items, object } from "./behaviour/caller.js";

const reason = async (answer: Promise<{ reason: string }>): Promise<string> => (await answer).reason;

describe("a release", () => {
  it.each<[Release, string]>([
    ["8.4", "8.4.5"],
    ["9.0", "9.0.11"],
    ["9.1", "9.1.1"],
    ["9.2", "9.2.11"],
  ])("%s says who it is, everywhere alike", async (release, version) => {
    const { get } = call({ release });
    expect(object(await get("/version"))).toMatchObject({ release, version });
    expect(object(await get("/nodes/pve2/version"))).toMatchObject({ release, version });
    expect(object(await get("/nodes/pve1/status"))["pveversion"]).toContain(`pve-manager/${version}/`);
    const packages = items(await get("/nodes/pve1/apt/versions"));
    expect(packages).toContainEqual(expect.objectContaining({ Package: "pve-manager", OldVersion: version }));
  });

  it.each<[Release, string, string, Release]>([
    ["8.4", "GET", "/cluster/ha/rules", "9.0"],
    ["8.4", "GET", "/cluster/sdn/fabrics", "9.0"],
    ["8.4", "POST", "/cluster/sdn/lock", "9.0"],
    ["9.0", "GET", "/cluster/bulk-action", "9.1"],
    ["9.1", "GET", "/cluster/sdn/prefix-lists", "9.2"],
    ["9.1", "GET", "/cluster/qemu/cpu-flags", "9.2"],
  ])("%s does not have %s %s", async (older, method, path, newer) => {
    const send = async (release: Release) => {
      const { sim } = call({ release });
      const headers = { authorization: `PVEAPIToken=${sim.credentials.token}` };
      const { status, statusText } = await sim.fetch(`/api2/json${path}`, { method, headers });
      return `${status} ${statusText}`;
    };
    expect(await send(older)).toBe(`501 Method '${method} ${path}' not implemented`);
    expect(await send(newer)).toBe("200 OK");
  });

  test("8.4 has an operation that was removed later", async () => {
    const path = "/nodes/pve1/scan/glusterfs?server=10.0.0.9";
    expect(await reason(call({ release: "8.4" }).get(path))).toBe("not simulated");
    expect(await reason(call().get(path))).toBe("Method 'GET /nodes/pve1/scan/glusterfs' not implemented");
  });

  it.each<[Release, Record<string, string | number>, Release]>([
    ["8.4", { "with-conntrack-state": 1 }, "9.0"],
    ["9.0", { "nets-host-mtu": "net0=1500" }, "9.1"],
  ])("%s refuses %o of a start as unknown, %s knows it", async (older, params, newer) => {
    const [name = ""] = Object.keys(params);
    const path = "/nodes/pve1/qemu/101/status/start";
    const unknown = "property is not defined in schema and the schema does not allow additional properties";
    expect((await call({ release: older }).post(path, params)).errors).toMatchObject({ [name]: unknown });
    expect((await (await call({ release: newer }).as("root")).post(path, params)).errors ?? {}).not.toHaveProperty(
      name,
    );
  });

  test("8.4 takes what 9.0 has taken away", async () => {
    const disk = { scsi0: "local-lvm:1,heads=16" };
    expect((await call({ release: "8.4" }).post("/nodes/pve1/qemu", { vmid: 900, ...disk })).status).toBe(200);
    expect((await call({ release: "9.0" }).post("/nodes/pve1/qemu", { vmid: 900, ...disk })).status).toBe(400);
  });

  test("8.4 names a missing companion in its own words", async () => {
    const path = "/nodes/pve1/storage/local/download-url";
    const form = { url: "https://images.example/a.iso", content: "iso", filename: "a.iso", checksum: "0123" };
    const ask = async (release: Release) => (await call({ release }).post(path, form)).errors;
    const name = "checksum-algorithm";
    expect(await ask("8.4")).toEqual({ [name]: "missing property - 'checksum' requires this property" });
    expect(await ask("9.0")).toEqual({ [name]: "missing property required by 'checksum'" });
  });
});

describe("privileges before 9.0", () => {
  const agent = "/nodes/pve1/qemu/100/agent/exec";

  test("are those of that release, in roles and in checks", async () => {
    const { get, post, as } = call({ release: "8.4" });
    const roles = items(await get("/access/roles"));
    const privs = (roleid: string): string[] =>
      String(roles.find((role) => role["roleid"] === roleid)?.["privs"]).split(",");
    expect(privs("PVEVMAdmin")).toContain("VM.Monitor");
    expect(privs("Administrator").filter((name) => /^VM\.(GuestAgent|Replicate)/.test(name))).toEqual([]);
    expect((await post("/access/roles", { roleid: "watch", privs: "VM.GuestAgent.Audit" })).errors).toEqual({
      privs: "invalid format - invalid privilege 'VM.GuestAgent.Audit'\n",
    });
    expect((await post("/access/roles", { roleid: "watch", privs: "VM.Monitor" })).status).toBe(200);
    const auditor = await as("auditorToken");
    expect(await reason(auditor.post(agent, { command: "id" }))).toBe("Permission check failed (/vms/100, VM.Monitor)");
  });

  test("became finer with 9.0", async () => {
    const auditor = await call({ release: "9.0" }).as("auditorToken");
    expect(await reason(auditor.post(agent, { command: "id" }))).toBe(
      "Permission check failed (/vms/100, VM.GuestAgent.Unrestricted)",
    );
  });
});

describe("high availability before 9.0", () => {
  test("has groups, which resources name and which stay while one does", async () => {
    const { get, post, put, del } = call({ release: "8.4" });
    const groups = "/cluster/ha/groups";
    expect(items(await get("/cluster/ha"))).toEqual(["status", "resources", "groups"].map((id) => ({ id })));
    expect((await post(groups, { group: "left", nodes: "pve2:2,pve1", restricted: 1 })).status).toBe(200);
    expect(await reason(post(groups, { group: "left", nodes: "pve1" }))).toBe(
      "create ha group failed: ha group ID 'left' already defined",
    );
    const [first] = items(await get(groups));
    expect(first).toMatchObject({ group: "left", type: "group", nodes: "pve1,pve2:2", restricted: 1 });
    expect((await put(`${groups}/left`, { delete: "restricted", comment: "by the door" })).status).toBe(200);
    expect(object(await get(`${groups}/left`))).not.toHaveProperty("restricted");
    expect(await reason(put(`${groups}/left`, { digest: "0".repeat(40) }))).toContain(
      "detected modified configuration",
    );
    expect(await reason(post("/cluster/ha/resources", { sid: "vm:101", group: "right" }))).toBe(
      "HA group 'right' does not exist",
    );
    expect((await post("/cluster/ha/resources", { sid: "vm:101", group: "left" })).status).toBe(200);
    expect(object(await get("/cluster/ha/resources/vm:101"))).toMatchObject({ group: "left" });
    expect(await reason(del(`${groups}/left`))).toBe("delete ha group failed: ha group is used by service 'vm:101'");
    expect((await post("/cluster/ha/resources/vm:101/migrate", { node: "pve2" })).data).toBeNull();
    await del("/cluster/ha/resources/vm:101");
    expect((await del(`${groups}/left`)).status).toBe(200);
    expect(await reason(get(`${groups}/left`))).toBe("no such ha group 'left'");
  });
});

describe("networks among the resources", () => {
  test.each<[Release, string[]]>([
    ["9.0", ["sdn/pve1/localnetwork", "sdn/pve1/one"]],
    ["9.1", []],
  ])("in %s are found by the type of that release", async (release, ids) => {
    const { get, post, put, done } = call({ seed: "one-node", release });
    await post("/cluster/sdn/zones", { zone: "one", type: "simple" });
    await done(await put("/cluster/sdn"));
    expect(items(await get("/cluster/resources?type=sdn")).map(({ id }) => id)).toEqual(ids);
    const [, zone] = items(await get("/cluster/resources")).filter(({ type }) => type === "sdn" || type === "network");
    expect(zone).toMatchObject(
      release === "9.0"
        ? { sdn: "one", type: "sdn", "zone-type": "simple", status: "available" }
        : { id: "network/pve1/zone/one", network: "one", "network-type": "zone" },
    );
  });
});

describe("figures before 9.0", () => {
  test("are fewer, and kept more coarsely", async () => {
    const { get } = call({ release: "8.4" });
    const points = items(await get("/nodes/pve1/qemu/100/rrddata?timeframe=day"));
    expect(points).toHaveLength(70);
    expect(Number(points[1]?.["time"]) - Number(points[0]?.["time"])).toBe(1800);
    const shown = [points.at(-1), object(await get("/nodes/pve1/qemu/100/status/current"))];
    shown.push(items(await get("/cluster/resources?type=vm"))[0]);
    for (const figures of shown) {
      expect(Object.keys(figures ?? {}).filter((key) => /memhost|pressure/.test(key))).toEqual([]);
    }
    expect((await get("/nodes/pve1/rrddata?timeframe=decade")).status).toBe(400);
    expect(object(await call().get("/nodes/pve1/qemu/100/status/current"))).toHaveProperty("memhost");
  });
});
