import { createServer } from "node:net";
import type { TransportInit } from "@pve/client";
import { describe, expect, it, test } from "vitest";
import { answerJson, type FaultServer, failureOf, faultClient, startFaultServer } from "./fault-server.js";

const START = "POST /nodes/{node}/qemu/{vmid}/status/start";
const guest = { node: "pve1", vmid: 100 };
const upid = "UPID:pve1:0000A1B2:00C3D4E5:66F00000:qmstart:100:root@pam:";
const MINUTE = 60_000;

/** A transport that plays the network between a client and some nodes of one cluster. */
function cluster() {
  const dead = new Map<string, string>();
  const arrived: string[] = [];
  const transport = async (url: string, { method }: TransportInit) => {
    const { host, pathname } = new URL(url);
    const code = dead.get(host);
    if (code === "ECONNREFUSED") arrived.push(`(${host})`);
    else arrived.push(`${method} ${host}${pathname.replace("/api2/json", "")}`);
    if (code !== undefined) throw Object.assign(new Error("x"), { code });
    const data = method === "GET" ? [] : upid;
    return new Response(JSON.stringify({ data }), { headers: { "content-type": "application/json" } });
  };
  let now = 0;
  const advance = (ms: number) => {
    now += ms;
  };
  const seen = () => arrived.splice(0);
  const baseUrl = ["https://pve1.lan:8006", "https://pve2.lan:8006", "https://pve3.lan:8006"];
  const client = (more: object = {}) => faultClient("", { baseUrl, transport, now: () => now, ...more });
  return { dead, seen, advance, client };
}

/** Lets everything that is ready happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("several nodes", () => {
  it("are used in order of preference: the first as long as it answers", async () => {
    const { client, seen } = cluster();
    const { pve } = client();
    await pve.nodes.get();
    await pve.call(START, guest);
    expect(seen()).toEqual(["GET pve1.lan:8006/nodes", `POST pve1.lan:8006/nodes/pve1/qemu/100/status/start`]);
  });

  it("a GET leaves the first after two failures in a row, and later calls do not come back to it", async () => {
    const { client, seen, dead } = cluster();
    const { pve, pauses } = client();
    dead.set("pve1.lan:8006", "ECONNRESET");
    await pve.nodes.get();
    expect(seen()).toEqual(["GET pve1.lan:8006/nodes", "GET pve1.lan:8006/nodes", "GET pve2.lan:8006/nodes"]);
    expect(pauses).toEqual([250]);
    await pve.call(START, guest);
    expect(seen()).toEqual(["POST pve2.lan:8006/nodes/pve1/qemu/100/status/start"]);
  });

  it("one failure is forgiven when the next try goes well", async () => {
    const { client, seen, dead } = cluster();
    const { pve } = client({ retries: 0 });
    for (const _ of [1, 2, 3]) {
      dead.set("pve1.lan:8006", "ECONNRESET");
      await failureOf(pve.nodes.get({}, { retries: false }));
      dead.clear();
      await pve.nodes.get();
    }
    expect(seen().every((line) => line === "GET pve1.lan:8006/nodes")).toBe(true);
  });

  it("a POST moves on when nobody listened, and nowhere once it may have arrived", async () => {
    const { client, seen, dead } = cluster();
    dead.set("pve1.lan:8006", "ECONNREFUSED");
    await client().pve.call(START, guest);
    expect(seen()).toEqual([
      "(pve1.lan:8006)",
      "(pve1.lan:8006)",
      "POST pve2.lan:8006/nodes/pve1/qemu/100/status/start",
    ]);
    dead.set("pve1.lan:8006", "ECONNRESET");
    expect(await failureOf(client().pve.call(START, guest))).toMatchObject({ kind: "reset", sent: "maybe" });
    expect(seen()).toHaveLength(1);
  });

  it("each is tried twice when all are dead, and the error names the last", async () => {
    const { client, seen, dead } = cluster();
    for (const name of ["pve1", "pve2", "pve3"]) dead.set(`${name}.lan:8006`, "ECONNREFUSED");
    const { pve } = client();
    const error = await failureOf(pve.nodes.get());
    expect(error).toMatchObject({ kind: "refused", sent: "no" });
    expect(String(error)).toContain("to pve3.lan:8006:");
    expect(seen()).toEqual(["pve1", "pve1", "pve2", "pve2", "pve3", "pve3"].map((name) => `(${name}.lan:8006)`));
    dead.delete("pve2.lan:8006");
    await pve.nodes.get();
    expect(seen().at(-1)).toBe("GET pve2.lan:8006/nodes");
  });

  it("a node that was left is asked once, a minute later and beside the calls, and used again when it answers", async () => {
    const { client, seen, dead, advance } = cluster();
    const { pve } = client();
    dead.set("pve1.lan:8006", "ECONNREFUSED");
    await pve.nodes.get();
    seen();
    advance(MINUTE - 1);
    await pve.nodes.get();
    expect(seen()).toEqual(["GET pve2.lan:8006/nodes"]);
    advance(1);
    await Promise.all([pve.nodes.get(), pve.nodes.get(), pve.nodes.get()]);
    await settle();
    const lines = seen();
    expect(lines.filter((line) => line === "(pve1.lan:8006)")).toHaveLength(1);
    expect(lines.filter((line) => line === "GET pve2.lan:8006/nodes")).toHaveLength(3);
    dead.clear();
    advance(MINUTE);
    await pve.nodes.get();
    await settle();
    await pve.nodes.get();
    expect(seen()).toEqual(["GET pve1.lan:8006/access/ticket", "GET pve2.lan:8006/nodes", "GET pve1.lan:8006/nodes"]);
  });

  test.each([500, 502, 595, 596])("an answer never leads away from a node, not even a %i", async (status) => {
    await using bad = await startFaultServer((response) => answerJson(response, null, status, "x"));
    await using good = await startFaultServer((response) => answerJson(response, []));
    const { pve } = faultClient("", { baseUrl: [bad.url, good.url] });
    for (const _ of [1, 2, 3]) expect(await failureOf(pve.nodes.get())).toMatchObject({ code: "PVE_REQUEST", status });
    expect(good.arrived).toEqual([]);
  });

  it("a call that may not be sent again is not sent to another node either", async () => {
    const { client, seen, dead } = cluster();
    dead.set("pve1.lan:8006", "ECONNREFUSED");
    await failureOf(client().pve.nodes.get({}, { retries: false }));
    expect(seen()).toEqual(["(pve1.lan:8006)"]);
  });

  it.each([
    ["none", []],
    ["the same one twice", ["https://pve1:8006", "https://pve1:8006/api2/json"]],
  ])("must be named once each: not %s", (_, baseUrl) => {
    expect(() => faultClient("", { baseUrl })).toThrow(expect.objectContaining({ code: "PVE_CONFIG" }));
  });
});

describe("affinity", () => {
  it("takes what concerns a node straight to it, by the names of the hosts", async () => {
    const { client, seen, dead } = cluster();
    const { pve } = client({ affinity: true });
    await pve.nodes("pve2").qemu.get();
    await pve.nodes("pve9").qemu.get();
    await pve.nodes.get();
    expect(seen()).toEqual([
      "GET pve2.lan:8006/nodes/pve2/qemu",
      "GET pve1.lan:8006/nodes/pve9/qemu",
      "GET pve1.lan:8006/nodes",
    ]);
    dead.set("pve2.lan:8006", "ECONNRESET");
    await pve.nodes("pve2").qemu.get();
    expect(seen().at(-1)).toBe("GET pve1.lan:8006/nodes/pve2/qemu");
  });

  it("takes a map where the names differ, and none that leads elsewhere", async () => {
    const { client, seen } = cluster();
    await client({ affinity: { alpha: "https://pve3.lan:8006/" } })
      .pve.nodes("alpha")
      .qemu.get();
    expect(seen()).toEqual(["GET pve3.lan:8006/nodes/alpha/qemu"]);
    expect(() => client({ affinity: { alpha: "https://pve4.lan:8006" } })).toThrow(/none of the addresses/);
  });
});

describe("over real connections", () => {
  it("a node that dies is left, whatever was on its way", async () => {
    const servers: FaultServer[] = [];
    for (const _ of [1, 2]) servers.push(await startFaultServer((response) => answerJson(response, [])));
    const [first, second] = servers;
    if (first === undefined || second === undefined) throw new Error("no servers");
    const { pve } = faultClient("", { baseUrl: [first.url, second.url] });
    await pve.nodes.get();
    await first[Symbol.asyncDispose]();
    await Promise.all([pve.nodes.get(), pve.nodes.get(), pve.nodes.get()]);
    expect([first.arrived.length, second.arrived.length]).toEqual([1, 3]);
    await second[Symbol.asyncDispose]();
  });

  it("with one dead address from the start, a POST arrives once", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const address = closed.address();
    await new Promise((resolve) => closed.close(resolve));
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await using server = await startFaultServer((response) => answerJson(response, upid));
    const { pve } = faultClient("", { baseUrl: [`http://127.0.0.1:${port}`, server.url] });
    expect((await pve.call(START, guest)).upid).toBe(upid);
    expect(server.arrived).toHaveLength(1);
  });
});
