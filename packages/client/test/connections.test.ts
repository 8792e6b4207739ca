import type { ServerResponse } from "node:http";
import { createServer } from "node:net";
import { describe, expect, it, test } from "vitest";
import { nodeCertificate } from "./certificates.js";
import { answerJson, failureOf } from "./fault-server.js";
import { nodeClient, startSecureServer } from "./secure-server.js";

const tls = { ca: nodeCertificate.cert };

/** A server that answers when told to, in the order of the requests. */
async function startHeldServer() {
  const held: ServerResponse[] = [];
  const server = await startSecureServer(nodeCertificate, (response) => held.push(response));
  const answer = () => {
    const ready = held.splice(0);
    for (const response of ready) answerJson(response, []);
    return ready.length;
  };
  return { server, held, answer };
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("connections to a node", () => {
  it("are one for calls that follow each other", async () => {
    await using server = await startSecureServer(nodeCertificate);
    const pve = nodeClient(server.url, { tls });
    for (let call = 0; call < 20; call += 1) await pve.nodes.get();
    expect(server.connections()).toBe(1);
  });

  it("are sixteen at most, and the calls beyond wait for one in order", async () => {
    const { server, held, answer } = await startHeldServer();
    await using _ = server;
    const pve = nodeClient(server.url, { tls });
    const done: number[] = [];
    const all = Array.from({ length: 40 }, (_, number) => pve.nodes.get().then(() => done.push(number)));
    for (const want of [16, 16, 8]) {
      await expect.poll(() => held.length).toBe(want);
      expect(answer()).toBe(want);
    }
    await Promise.all(all);
    expect(server.connections()).toBe(16);
    expect(done.slice(0, 16).every((number) => number < 16)).toBe(true);
  });

  it("are not waited for any longer by a call that is given up, and it is not sent", async () => {
    const { server, held, answer } = await startHeldServer();
    await using _ = server;
    const pve = nodeClient(server.url, { tls });
    const under = Array.from({ length: 16 }, () => pve.nodes.get());
    await expect.poll(() => held.length).toBe(16);
    const controller = new AbortController();
    const waiting = failureOf(pve.nodes("pve1").qemu(100).delete({}, { signal: controller.signal }));
    const next = pve.version.get();
    controller.abort();
    expect(await waiting).toMatchObject({ kind: "aborted", sent: "no" });
    answer();
    await Promise.all(under);
    await expect.poll(() => held.length).toBe(1);
    expect(answer()).toBe(1);
    await next;
    expect(server.requests()).toBe(17);
  });

  it("make room for another when one is closed by an abort", async () => {
    const { server, held, answer } = await startHeldServer();
    await using _ = server;
    const pve = nodeClient(server.url, { tls });
    const controller = new AbortController();
    const given = Array.from({ length: 16 }, () => failureOf(pve.nodes.get({}, { signal: controller.signal })));
    await expect.poll(() => held.length).toBe(16);
    held.splice(0);
    const next = Array.from({ length: 3 }, () => pve.nodes.get());
    controller.abort();
    await Promise.all(given);
    await expect.poll(() => held.length).toBe(3);
    answer();
    await Promise.all(next);
    expect(server.open()).toBeLessThanOrEqual(3);
  });

  it("that nobody takes fail every call, however many wait", async () => {
    const pve = nodeClient(`https://127.0.0.1:${await closedPort()}`, { tls });
    const calls = Array.from({ length: 40 }, () => failureOf(pve.pools.post({ poolid: "p" })));
    for (const error of await Promise.all(calls)) expect(error).toMatchObject({ kind: "refused", sent: "no" });
  });
});

describe("an answer", () => {
  it("may come in many pieces, after an interim one", async () => {
    const nodes = Array.from({ length: 20_000 }, (_, number) => ({ node: `pve${number}` }));
    await using server = await startSecureServer(nodeCertificate, (response) => {
      response.writeProcessing();
      answerJson(response, nodes);
    });
    const pve = nodeClient(server.url, { tls, timeouts: { headers: 5000, body: 5000 } });
    expect(await pve.nodes.get()).toEqual(nodes);
  });

  test.each([
    ["with a length", { "content-length": 100 }],
    ["in chunks", { "transfer-encoding": "chunked" }],
    ["in chunks on a connection that ends with it", { "transfer-encoding": "chunked", connection: "close" }],
  ])("that is cut off %s is none", async (_, headers) => {
    await using server = await startSecureServer(nodeCertificate, (response) => {
      response.writeHead(200, { "content-type": "application/json", ...headers });
      response.write('{"data":[]', () => response.socket?.destroy());
    });
    const error = await failureOf(nodeClient(server.url, { tls }).pools.post({ poolid: "p" }));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "reset", sent: "maybe" });
    expect(server.requests()).toBe(1);
  });

  it("that comes as chunks is read like any other", async () => {
    await using server = await startSecureServer(nodeCertificate, (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"data":');
      response.end('[{"node":"größer"}]}');
    });
    expect(await nodeClient(server.url, { tls }).nodes.get()).toEqual([{ node: "größer" }]);
  });
});
