import { describe, expect, it } from "vitest";
import { openSession } from "./session.js";

describe("routing", () => {
  it.each([
    ["GET", "/does/not/exist"],
    ["GET", "/version/foo"],
    ["POST", "/version"],
    ["DELETE", "/nodes"],
    ["PUT", "/cluster/resources"],
    ["DELETE", "/access/ticket"],
  ])("answers %s %s like every path or method it does not have", async (method, path) => {
    const { send } = openSession();
    const text = `Method '${method} ${path}' not implemented`;
    const answer = await send(method, path);
    expect(answer).toMatchObject({ status: 501, reason: text, json: { data: null, message: text } });
    expect(answer.headers.get("connection")).toBe("close");
  });

  it.each(["/api2/json/version/", "/api2/json//version", "/api2//json/version", "/api2/json/%76ersion"])(
    "finds the version under %s",
    async (path) => {
      const { send } = openSession();
      expect(await send("GET", path)).toMatchObject({ status: 200, json: { data: { release: "9.2" } } });
    },
  );

  it("lists at the root what lies below it", async () => {
    const { send } = openSession();
    const subdirs = ["version", "cluster", "nodes", "storage", "access", "pools"];
    expect(await send("GET", "/")).toMatchObject({
      status: 200,
      json: { data: subdirs.map((subdir) => ({ subdir })) },
    });
  });

  it("splits a path after decoding it, so that an encoded slash is a slash", async () => {
    const { send } = openSession();
    expect(await send("GET", "/access/users/a%2Fb")).toMatchObject({
      status: 501,
      reason: "Method 'GET /access/users/a/b' not implemented",
    });
    expect(await send("GET", "/access/users/root%40pam")).toMatchObject({ status: 200 });
  });

  it("takes the rest of the path for a volume", async () => {
    const { send } = openSession();
    const plain = await send("GET", "/nodes/pve1/storage/local/content/local:iso/ghost.iso");
    const encoded = await send("GET", "/nodes/pve1/storage/local/content/local%3Aiso%2Fghost.iso");
    expect(plain.reason).not.toMatch(/not implemented/);
    expect(encoded.text).toBe(plain.text);
  });

  it.each(["HEAD", "PATCH", "OPTIONS"])("has no method %s, not even for strangers", async (method) => {
    const { send } = openSession();
    const answer = await send(method, "/version", { token: null });
    expect(answer).toMatchObject({ status: 501, reason: `method '${method}' not available`, text: "" });
  });

  it.each([
    ["!/api2/xml/version", 501, "no formatter for uri /version, xml"],
    ["!/api2/", 501, "no such uri"],
    ["!/nothing", 500, "no such file '/nothing'\n"],
  ])("refuses %s in plain text", async (path, status, text) => {
    const { send } = openSession();
    const answer = await send("GET", path);
    expect(answer).toMatchObject({ status, reason: text.trimEnd(), text });
    expect(answer.headers.get("content-type")).toBeNull();
    expect(answer.headers.get("content-length")).toBe(String(text.length));
  });

  it("wraps errors in a 200 under /api2/extjs", async () => {
    const { send } = openSession();
    expect(await send("GET", "/api2/extjs/version")).toMatchObject({ status: 200, json: { success: 1 } });
    const absent = await send("GET", "/api2/extjs/does/not/exist");
    expect(absent).toMatchObject({ status: 200, reason: "OK" });
    expect(absent.json).toStrictEqual({
      data: null,
      success: 0,
      status: 501,
      message: "Method 'GET /does/not/exist' not implemented",
    });
    const { json } = await send("POST", "/api2/extjs/access/groups");
    expect(json).toMatchObject({ success: 0, status: "400", errors: { groupid: expect.any(String) } });
  });

  it("names the route of an operation that has no behaviour, after checking permissions and parameters", async () => {
    const { sim, send } = openSession();
    const path = "/nodes/pve1/rrd";
    expect(await send("GET", `${path}?timeframe=hour&ds=cpu`)).toMatchObject({
      status: 501,
      reason: "not simulated",
      json: { data: null, message: "the simulator has no behaviour for 'GET /nodes/{node}/rrd'" },
    });
    expect(await send("GET", path)).toMatchObject({ status: 400 });
    expect(await send("GET", path, { token: sim.credentials.operatorToken })).toMatchObject({ status: 403 });
  });

  it("answers for an unknown node before it looks at parameters", async () => {
    const { send } = openSession();
    const text = "hostname lookup 'ghost' failed - failed to get address info for: ghost: Name or service not known";
    expect(await send("GET", "/nodes/ghost/tasks?limit=abc")).toMatchObject({ status: 500, reason: text });
  });

  it("takes localhost for the node that was asked", async () => {
    const { send } = openSession();
    const { json } = await send("GET", "/nodes/localhost/qemu");
    expect(json.data).toStrictEqual((await send("GET", "/nodes/pve1/qemu")).json.data);
  });

  it("sends the headers of PVE", async () => {
    const { sim, send } = openSession();
    const { headers } = await send("GET", "/version");
    const date = new Date(sim.clock.now() - 10).toUTCString();
    expect(Object.fromEntries(headers)).toStrictEqual({
      "cache-control": "max-age=0",
      connection: "Keep-Alive",
      "content-length": "73",
      "content-type": "application/json;charset=UTF-8",
      date,
      expires: date,
      pragma: "no-cache",
      server: "pve-api-daemon/3.0",
    });
    const viaDaemon = await send("GET", "/access/users");
    expect(viaDaemon.headers.get("connection")).toBe("close, Keep-Alive");
  });

  it("remembers what arrived, in order and with its status", async () => {
    const { sim, send } = openSession();
    await send("GET", "/version?x=1");
    await send("GET", "/version");
    await send("POST", "/nope", { token: null });
    expect(sim.requests()).toStrictEqual([
      { method: "GET", path: "/version", status: 400 },
      { method: "GET", path: "/version", status: 200 },
      { method: "POST", path: "/nope", status: 401 },
    ]);
  });
});
