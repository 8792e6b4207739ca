import { describe, expect, test } from "vitest";
import { call, items, object } from "./caller.js";

describe.each([
  ["pci", "hardware", "node=pve1,path=0000:99:00.0,id=10de:1eb8"],
  ["usb", "hardware", "node=pve1,id=0529:0001"],
  ["dir", "directory", "node=pve1,path=/srv/share"],
] as const)("mappings of %s", (kind, word, map) => {
  const path = `/cluster/mapping/${kind}`;

  test("a mapping is made, read, changed and deleted twice", async () => {
    const { get, post, put, del } = call();
    expect((await post(path, { id: "m1", map, description: "d" })).status).toBe(200);
    const read = object(await get(`${path}/m1`));
    expect(read).toMatchObject({ type: kind, map: [map], description: "d" });
    await put(`${path}/m1`, { map, delete: "description", digest: String(read["digest"]) });
    expect(items(await get(path))).toEqual([{ id: "m1", type: kind, map: [map], digest: expect.any(String) }]);
    const stale = await put(`${path}/m1`, { map, description: "x", digest: String(read["digest"]) });
    expect(stale.reason).toMatch(new RegExp(`^update ${word} mapping failed: detected modified configuration`));
    expect((await del(`${path}/m1`)).status).toBe(200);
    expect((await del(`${path}/m1`)).status).toBe(200);
    expect((await get(`${path}/m1`)).reason).toBe("mapping 'm1' not found");
  });

  test("what is there already or not at all is refused", async () => {
    const { post, put, as } = call();
    await post(path, { id: "m1", map });
    expect((await post(path, { id: "m1", map })).reason).toBe(
      `create ${word} mapping failed: ${kind} ID 'm1' already defined`,
    );
    expect((await put(`${path}/ghost`, { map })).reason).toBe(
      `update ${word} mapping failed: ${kind} ID 'ghost' does not exist`,
    );
    const operator = await as("operatorToken");
    expect((await operator.get(path)).data).toEqual([]);
    expect((await operator.del(`${path}/m1`)).status).toBe(403);
  });

  test("a look at one node tells what is missing there", async () => {
    const { get, post } = call();
    await post(path, { id: "m1", map });
    const key = kind === "usb" ? "errors" : "checks";
    const here = items(await get(`${path}?check-node=pve1`))[0]?.[key];
    const device = kind === "pci" ? "0000:99:00.0" : "0529:0001";
    const message = `Invalid configuration: ${kind} device '${device}' not found\n`;
    expect(here).toEqual(kind === "dir" ? [] : [{ severity: "error", message }]);
    expect(items(await get(`${path}?check-node=pve2`))[0]?.[key]).toEqual([
      { severity: "warning", message: "No mapping for node pve2." },
    ]);
  });
});

test("the index of mappings answers, unknown parameters do not", async () => {
  const { get } = call();
  expect(items(await get("/cluster/mapping"))).toEqual([{ name: "dir" }, { name: "pci" }, { name: "usb" }]);
  expect((await get("/cluster/mapping?x=1")).status).toBe(400);
});

describe("metric servers", () => {
  const path = "/cluster/metrics/server/m1";
  const graphite = { type: "graphite", server: "10.0.0.9", port: 2003 };

  test("a server is made, read without its token, changed and deleted", async () => {
    const { get, post, put, del } = call();
    await post(path, { type: "influxdb", server: "10.0.0.9", port: 8089, token: "secret", disable: 1 });
    expect(object(await get(path))).toEqual({ type: "influxdb", server: "10.0.0.9", port: 8089, disable: 1 });
    await put(path, { server: "10.0.0.8", port: 8089, delete: "disable" });
    const listed = { id: "m1", type: "influxdb", server: "10.0.0.8", port: 8089, disable: 0 };
    expect(items(await get("/cluster/metrics/server"))).toEqual([listed]);
    expect((await del(path)).status).toBe(200);
    expect((await del(path)).reason).toMatch(/^cannot lookup undefined type!/);
    expect((await get(path)).reason).toBe("status server entry 'm1' does not exist");
  });

  test("what does not fit is refused", async () => {
    const { post, put, get, as } = call();
    await post(path, graphite);
    expect((await post(path, graphite)).reason).toBe("Metric server 'm1' already exists");
    expect((await post("/cluster/metrics/server/m2", { ...graphite, bucket: "b" })).reason).toBe(
      "unexpected property 'bucket'",
    );
    const change = { server: "x.example", port: 1 };
    expect((await put("/cluster/metrics/server/ghost", change)).reason).toBe("no such server 'ghost'");
    expect((await put(path, { ...change, digest: "0".repeat(40) })).reason).toMatch(/^detected modified/);
    expect((await get("/cluster/metrics?x=1")).status).toBe(400);
    expect((await (await as("operatorToken")).get("/cluster/metrics/server")).status).toBe(403);
  });

  test("figures are exported, counters as such, with history on request", async () => {
    const { get } = call();
    expect(items(await get("/cluster/metrics"))).toEqual([{ name: "server" }]);
    const all = object(await get("/cluster/metrics/export"))["data"] as Record<string, unknown>[];
    expect(all.find((m) => m["id"] === "node/pve2" && m["metric"] === "cpu_max")).toMatchObject({
      type: "gauge",
      value: 16,
    });
    expect(all.find((m) => m["id"] === "qemu/100" && m["metric"] === "net_in")).toMatchObject({ type: "derive" });
    const local = object(await get("/cluster/metrics/export?local-only=1"))["data"] as Record<string, unknown>[];
    expect(new Set(local.filter((m) => String(m["id"]).startsWith("node/")).map((m) => m["id"]))).toEqual(
      new Set(["node/pve1"]),
    );
    const past = object(await get("/cluster/metrics/export?local-only=1&history=1"))["data"] as unknown[];
    expect(past.length).toBeGreaterThan(local.length * 100);
    expect((await get("/cluster/metrics/export?node-list=pve9")).reason).toBe(
      "Requested node-list contains unknown nodes - pve9",
    );
  });
});
