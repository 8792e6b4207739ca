import { getEventListeners } from "node:events";
import { createServer, type Socket } from "node:net";
import type { PveClient, PveConnectionError, TransportInit } from "@pve/client";
import { createSimulator } from "@pve/simulator";
import { beforeAll, describe, expect, it, test, vi } from "vitest";
import { nodeCertificate } from "./certificates.js";
import { answerJson, failureOf, faultClient } from "./fault-server.js";
import { nodeClient, startSecureServer } from "./secure-server.js";
import { countRequests, simulatedClient } from "./simulated.js";

const tls = { ca: nodeCertificate.cert };
const answered = async () => new Response('{"data":[]}', { headers: { "content-type": "application/json" } });

beforeAll(async () => {
  // What is loaded with the first limited call is loaded before the turns are counted.
  await faultClient("https://pve1:8006", { transport: answered, maxConcurrent: 1, maxPerSecond: 9 }).pve.nodes.get();
});

/** Lets everything that is ready happen. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A transport that answers when told to, in the order of the requests. */
function heldBack() {
  const waiting: (() => void)[] = [];
  let most = 0;
  const transport = async (_: string, { signal }: TransportInit) => {
    await new Promise<void>((resolve, reject) => {
      waiting.push(resolve);
      signal.addEventListener("abort", () => reject(new Error("aborted")));
      most = Math.max(most, waiting.length);
    });
    return new Response('{"data":[]}', { headers: { "content-type": "application/json" } });
  };
  const answer = () => waiting.splice(0).forEach((go) => void go());
  return { transport, waiting, answer, most: () => most };
}

describe("maxConcurrent", () => {
  it("keeps the others waiting, in order", async () => {
    const { transport, waiting, answer, most } = heldBack();
    const { pve } = faultClient("https://pve1:8006", { transport, maxConcurrent: 2 });
    const done: number[] = [];
    const all = [1, 2, 3, 4, 5].map((number) => pve.nodes.get().then(() => done.push(number)));
    for (const want of [2, 2, 1]) {
      // The first call also loads the table of its area, which may take longer than a moment.
      await vi.waitFor(() => expect(waiting).toHaveLength(want));
      answer();
    }
    await Promise.all(all);
    expect(most()).toBe(2);
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });

  it("gives up a turn and a place in the line on an abort", async () => {
    const { transport, waiting, answer } = heldBack();
    const { pve } = faultClient("https://pve1:8006", { transport, maxConcurrent: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const running = failureOf(pve.nodes.get({}, { signal: first.signal }));
    const inLine = failureOf(pve.nodes.get({}, { signal: second.signal }));
    const third = pve.nodes.get();
    await settle();
    second.abort();
    expect(await inLine).toMatchObject({ kind: "aborted", sent: "no" });
    expect(waiting).toHaveLength(1);
    first.abort();
    expect(await running).toMatchObject({ kind: "aborted", sent: "maybe" });
    await settle();
    answer();
    expect(await third).toEqual([]);
  });

  it("lets a login through on the way of the only call there may be", async () => {
    const sim = createSimulator();
    const { username, password } = sim.credentials;
    const pve = simulatedClient(sim, { auth: { username, password }, maxConcurrent: 1 });
    expect(await Promise.all([pve.nodes.get(), pve.nodes.get()])).toHaveLength(2);
    expect(countRequests(sim, "POST", /ticket/)).toBe(1);
  });
});

/** A clock that stands still until it is told to move. */
function standingClock() {
  let time = 0;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  const sleep = (ms: number) => new Promise<void>((wake) => sleepers.add({ until: time + ms, wake }));
  const advance = async (ms: number) => {
    await settle();
    time += ms;
    for (const sleeper of sleepers) {
      if (sleeper.until > time) continue;
      sleepers.delete(sleeper);
      sleeper.wake();
    }
    await settle();
  };
  return { now: () => time, sleep, advance };
}

describe("maxPerSecond", () => {
  it("lets no more requests begin within any second", async () => {
    const { now, sleep, advance } = standingClock();
    const starts: number[] = [];
    const transport = () => {
      starts.push(now());
      return answered();
    };
    const { pve } = faultClient("https://pve1:8006", { transport, now, sleep, maxPerSecond: 3 });
    const all = [pve.nodes.get(), pve.nodes.get()];
    await advance(400);
    all.push(...Array.from({ length: 6 }, () => pve.nodes.get()));
    for (let step = 0; step < 30; step += 1) await advance(100);
    await Promise.all(all);
    expect(starts).toEqual([0, 0, 400, 1000, 1000, 1400, 2000, 2000]);
  });

  it("loses no turn to those who leave the line", async () => {
    const { now, sleep, advance } = standingClock();
    let sent = 0;
    const transport = () => {
      sent += 1;
      return answered();
    };
    const { pve } = faultClient("https://pve1:8006", { transport, now, sleep, maxPerSecond: 1 });
    await pve.nodes.get();
    const controller = new AbortController();
    const left = failureOf(pve.nodes.get({}, { signal: controller.signal }));
    const stays = pve.nodes.get();
    await advance(500);
    controller.abort();
    expect(await left).toMatchObject({ kind: "aborted", sent: "no" });
    expect(sent).toBe(1);
    await advance(500);
    await stays;
    expect(sent).toBe(2);
  });
});

test.each([{ maxConcurrent: 0 }, { maxPerSecond: 1.5 }, { maxConcurrent: Number.NaN }])("%o is no limit", (limit) => {
  expect(() => faultClient("https://pve1:8006", limit)).toThrow(expect.objectContaining({ code: "PVE_CONFIG" }));
});

describe("timeouts", () => {
  it.each<[string, number, (pve: PveClient) => Promise<unknown>]>([
    ["GET", 3, (pve) => pve.nodes.get()],
    ["POST", 1, (pve) => pve.pools.post({ poolid: "p" })],
    ["PUT", 1, (pve) => pve.nodes("pve1").qemu(100).config.put({ cores: 2 })],
    ["DELETE", 1, (pve) => pve.nodes("pve1").qemu(100).delete()],
  ])("an answer to a %s that does not begin is given up, and it is sent %i times", async (_, times, call) => {
    await using server = await startSecureServer(nodeCertificate, () => undefined);
    const error = await failureOf(call(nodeClient(server.url, { tls, timeouts: { headers: 20 } })));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "timeout", sent: "maybe" });
    expect(String(error)).toContain("no answer for 20 ms");
    await expect.poll(server.requests).toBe(times);
  });

  it("a body that stands still is given up, one that goes on is not", async () => {
    await using server = await startSecureServer(nodeCertificate, (response, _, number) => {
      if (number > 1) return answerJson(response, []);
      response.writeHead(200, { "content-type": "application/json", "content-length": 100 }).write('{"data":');
    });
    const pve = nodeClient(server.url, { tls, timeouts: { headers: 5000, body: 20 } });
    const error = await failureOf(pve.nodes.get({}, { retries: false }));
    expect(error).toMatchObject({ kind: "timeout", sent: "maybe" });
    expect(String(error)).toContain("the body stood still for 20 ms");
    expect(await pve.nodes.get()).toEqual([]);
  });

  it.each([{ connect: 0 }, { headers: -1 }, { body: Number.NaN }])("must be above 0, unlike %o", (timeouts) => {
    expect(() => nodeClient("https://127.0.0.1:1", { timeouts })).toThrow(/must be milliseconds above 0/);
  });
});

describe("an abort", () => {
  it("closes the connection that waits for an answer", async () => {
    const controller = new AbortController();
    await using server = await startSecureServer(nodeCertificate, () => controller.abort());
    const pve = nodeClient(server.url, { tls });
    const error = await failureOf(pve.nodes("pve1").qemu(100).delete({}, { signal: controller.signal }));
    expect(error).toMatchObject({ kind: "aborted", sent: "maybe" });
    await expect.poll(server.open).toBe(0);
  });

  it("closes the connection that is being made", async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket.on("error", () => undefined).resume()));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const controller = new AbortController();
    const pve = nodeClient(`https://127.0.0.1:${port}`, { tls });
    const work = failureOf(pve.nodes("pve1").qemu(100).delete({}, { signal: controller.signal }));
    await expect.poll(() => sockets.length).toBe(1);
    controller.abort();
    expect(await work).toMatchObject({ kind: "aborted", sent: "no" });
    await expect.poll(() => sockets[0]?.destroyed).toBe(true);
    await new Promise((resolve) => silent.close(resolve));
  });

  it("ends all calls that share its signal, which has one listener for all of them", async () => {
    await using server = await startSecureServer(nodeCertificate, () => undefined);
    const controller = new AbortController();
    const { signal } = controller;
    const pve = nodeClient(server.url, { tls });
    const calls = Array.from({ length: 30 }, () => failureOf(pve.nodes.get({}, { signal })));
    await expect.poll(server.requests).toBe(16);
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    controller.abort();
    const sent = (await Promise.all(calls)).map((error) => (error as PveConnectionError).sent);
    expect(sent.filter((word) => word === "maybe")).toHaveLength(16);
    expect(sent.filter((word) => word === "no")).toHaveLength(14);
    expect(server.requests()).toBe(16);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it.each([
    ["a call", (pve: PveClient, signal: AbortSignal) => pve.pools.post({ poolid: "p" }, { signal })],
    [
      "a call that middleware sees",
      (pve: PveClient, signal: AbortSignal) => {
        pve.http.use({ onRequest: ({ request }) => request });
        return pve.pools.post({ poolid: "p" }, { signal });
      },
    ],
  ])("before %s keeps it from a transport that takes no notice of signals", async (_, call) => {
    const transport = vi.fn(answered);
    const { pve } = faultClient("https://pve1:8006", { transport });
    const error = await failureOf(call(pve, AbortSignal.abort()));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "aborted", sent: "no" });
    expect(transport).not.toHaveBeenCalled();
  });

  it("is left alone when its call is over", async () => {
    await using server = await startSecureServer(nodeCertificate);
    const { signal } = new AbortController();
    await nodeClient(server.url, { tls }).nodes.get({}, { signal });
    // A combined signal with a listener would never be collected, and some programs make one for each call.
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("leaves the connection to others when it comes after the answer", async () => {
    await using server = await startSecureServer(nodeCertificate);
    const controller = new AbortController();
    const pve = nodeClient(server.url, { tls });
    await pve.nodes.get({}, { signal: controller.signal });
    controller.abort();
    await pve.nodes.get();
    expect(server.connections()).toBe(1);
  });
});
