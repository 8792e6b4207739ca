import { createServer } from "node:net";
import type { TransportInit } from "@pve/client";
import {
  createClient,
  downloadTaskLog,
  type NodeClientOptions,
  openTerminal,
  upload,
  vncConnection,
} from "@pve/client/node";
import { createSimulator, type Listener, type Simulator } from "@pve/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeCertificate } from "./certificates.js";
import { answerJson, failureOf, faultClient } from "./fault-server.js";
import { nodeClient, startSecureServer } from "./secure-server.js";
import { startTerminalServer } from "./terminal-server.js";

const where = { node: "pve1", storage: "local", content: "iso", filename: "a.iso" } as const;
const size = 300_000;
const upid = "UPID:pve1:0000A1B2:00C3D4E5:66F00000:imgcopy::root@pam:";
const tls = { ca: nodeCertificate.cert };

let sim: Simulator;
let address: Listener;
let dead: string;
beforeAll(async () => {
  sim = createSimulator();
  address = await sim.listen();
  dead = await closedAddress();
});
afterAll(async () => {
  await sim.close();
});

/** An address where nobody listens. */
async function closedAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `https://127.0.0.1:${typeof bound === "object" && bound !== null ? bound.port : 0}`;
}

/** A client of the simulator, behind addresses that do not answer. */
function client(...before: readonly string[]) {
  const options: NodeClientOptions = {
    baseUrl: [...before, address.url],
    auth: { token: sim.credentials.token },
    tls: { fingerprint256: address.fingerprint256 },
    sleep: async (ms, signal) => (before.length > 0 && ms < 60_000 ? undefined : sim.clock.sleep(ms, signal)),
    now: sim.clock.now,
  };
  return createClient(options);
}

/** Bytes that can be read once, and how often they were asked for. */
function onceOnly() {
  let asked = 0;
  async function* pieces() {
    for (let left = size; left > 0; left -= 100_000) {
      asked += 1;
      yield new Uint8Array(100_000);
    }
  }
  return { stream: pieces(), size, asked: () => asked };
}

function uploadsAt(simulator: Simulator): number {
  return simulator.requests().filter(({ method, path }) => method === "POST" && path.endsWith("/upload")).length;
}

describe("an upload", () => {
  it("goes to the next node when nobody listened at the first, even from a stream that can be read once", async () => {
    const before = uploadsAt(sim);
    const pve = client(dead);
    await (await upload(pve, { ...where, file: onceOnly() })).done();
    const list = await pve.nodes("pve1").storage("local").content.get({ content: "iso" });
    expect(list.find(({ volid }) => volid === "local:iso/a.iso")?.size).toBe(size);
    expect(uploadsAt(sim)).toBe(before + 1);
  });

  it("stays away from a node that calls have left", async () => {
    await using first = await startSecureServer(nodeCertificate, (response) => response.socket?.destroy());
    await using second = await startSecureServer(nodeCertificate, (response, request) => {
      request.resume().once("end", () => answerJson(response, request.method === "POST" ? upid : []));
    });
    const pve = nodeClient([first.url, second.url], { tls });
    await pve.nodes.get();
    expect(first.requests()).toBe(2);
    await upload(pve, { ...where, file: onceOnly() });
    expect([first.requests(), second.requests()]).toEqual([2, 2]);
  });

  it("goes nowhere else once a byte of it may have arrived", async () => {
    await using first = await startSecureServer(nodeCertificate, (response) => response.socket?.destroy());
    await using second = await startSecureServer(nodeCertificate);
    const pve = nodeClient([first.url, second.url], { tls });
    const error = await failureOf(upload(pve, { ...where, file: new Blob([new Uint8Array(size)]) }));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", sent: "maybe" });
    expect([first.requests(), second.requests()]).toEqual([1, 0]);
  });

  it("is read once for all nodes where a transport takes it as a whole", async () => {
    const tried: string[] = [];
    const transport = async (url: string, { body }: TransportInit) => {
      const { host } = new URL(url);
      tried.push(host);
      if (host === "pve1:8006") throw Object.assign(new Error("x"), { code: "ECONNREFUSED" });
      expect(body?.length).toBeGreaterThan(size);
      return new Response(JSON.stringify({ data: upid }), { headers: { "content-type": "application/json" } });
    };
    const file = onceOnly();
    const { pve } = faultClient("", { baseUrl: ["https://pve1:8006", "https://pve2:8006"], transport });
    expect((await upload(pve, { ...where, file })).upid).toBe(upid);
    expect(tried).toEqual(["pve1:8006", "pve1:8006", "pve2:8006"]);
    expect(file.asked()).toBe(3);
  });

  it("names the node that it tried last, and takes nothing of the stream, when all are dead", async () => {
    const other = await closedAddress();
    const file = onceOnly();
    const error = await failureOf(upload(nodeClient([dead, other], { tls }), { ...where, file }));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "refused", sent: "no" });
    expect(String(error)).toContain(new URL(other).host);
    expect(file.asked()).toBe(0);
  });
});

describe("a download", () => {
  const text = async (stream: ReadableStream<Uint8Array>) => new Response(stream).text();

  it("goes to the next node after any network error and when no node was reached", async () => {
    await using reset = await startSecureServer(nodeCertificate, (response) => response.socket?.destroy());
    await using gateway = await startSecureServer(nodeCertificate, (response, _, number) => {
      if (number === 1) return answerJson(response, null, 595, "no route to host");
      return void response.writeHead(200, { "content-type": "text/plain" }).end("a line");
    });
    const pve = nodeClient([reset.url, gateway.url], { tls });
    const { stream } = await downloadTaskLog(pve, upid);
    expect(await text(stream)).toBe("a line");
    expect([reset.requests(), gateway.requests()]).toEqual([2, 2]);
  });

  it("that is refused is not asked for elsewhere", async () => {
    await using first = await startSecureServer(nodeCertificate, (response) => answerJson(response, null, 403, "no"));
    await using second = await startSecureServer(nodeCertificate);
    const error = await failureOf(downloadTaskLog(nodeClient([first.url, second.url], { tls }), upid));
    expect(error).toMatchObject({ status: 403, kind: "permission" });
    expect([first.requests(), second.requests()]).toEqual([1, 0]);
  });
});

describe("a console", () => {
  const auth = { username: "root@pam", ticket: "PVE:root@pam:66F00000::c2ln", csrfToken: "x:y" };
  const now = () => 0x66f00000 * 1000;

  it("is opened at the next node when nobody listens at the first, and its socket at the one that made the ticket", async () => {
    await using server = await startTerminalServer();
    const pve = nodeClient([dead, server.url], { tls, auth, now });
    const terminal = await openTerminal(pve, { node: "pve1" });
    await terminal.close();
    expect(server.calls).toEqual(["POST /nodes/pve1/termproxy"]);
    expect(server.upgrades).toHaveLength(1);
    const { url } = await vncConnection(pve, { node: "pve1" });
    expect(new URL(url).host).toBe(new URL(server.url).host);
  });

  it("of a node that has an address of its own has its socket there", async () => {
    await using first = await startTerminalServer();
    await using second = await startTerminalServer();
    const pve = nodeClient([first.url, second.url], { tls, auth, now, affinity: { pve2: second.url } });
    await (await openTerminal(pve, { node: "pve2" })).close();
    expect([first.calls, first.upgrades]).toEqual([[], []]);
    expect(second.upgrades).toHaveLength(1);
  });

  it("is not opened a second time when the first may have been", async () => {
    await using first = await startSecureServer(nodeCertificate, (response) => response.socket?.destroy());
    await using second = await startTerminalServer();
    const pve = nodeClient([first.url, second.url], { tls, auth, now });
    expect(await failureOf(openTerminal(pve, { node: "pve1" }))).toMatchObject({ kind: "reset", sent: "maybe" });
    expect(first.requests()).toBe(1);
    expect(second.calls).toEqual([]);
  });
});
