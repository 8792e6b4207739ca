import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type PveClient, PveConfigError } from "@pve/client";
import { createClient, type NodeClientOptions, type UploadOptions, upload, uploadName } from "@pve/client/node";
import { createSimulator, type Listener, type Simulator } from "@pve/simulator";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { nodeCertificate } from "./certificates.js";
import { failureOf } from "./fault-server.js";
import { simulated, simulatedClient } from "./simulated.js";
import { nodeClient, startTlsServer } from "./tls-server.js";

const bytes = randomBytes(700_000);
const sha256 = createHash("sha256").update(bytes).digest("hex");
const where = { node: "pve1", storage: "local", content: "iso" } as const;

let sim: Simulator;
let address: Listener;
let folder: string;
beforeAll(async () => {
  sim = createSimulator();
  address = await sim.listen();
  folder = await mkdtemp(path.join(tmpdir(), "pve-client-"));
  await writeFile(path.join(folder, "my image (1).iso"), bytes);
});
afterAll(async () => {
  await sim.close();
  await rm(folder, { recursive: true });
});

function overTls(options: Partial<NodeClientOptions> = {}): PveClient {
  const auth = { token: sim.credentials.token };
  const tls = { fingerprint256: address.fingerprint256 };
  return createClient({ baseUrl: address.url, auth, tls, sleep: sim.clock.sleep, now: sim.clock.now, ...options });
}

/** A stream of so many bytes, and how often it was asked. */
function streamOf(size: number, pieceSize = 64 * 1024) {
  let pulled = 0;
  async function* pieces() {
    for (let left = size; left > 0; left -= pieceSize) {
      pulled += 1;
      yield new Uint8Array(Math.min(left, pieceSize));
    }
  }
  return { stream: pieces(), size, pulled: () => pulled };
}

/** Resolves when a counter has not moved for a hundred turns of the event loop. */
async function standstill(count: () => number): Promise<void> {
  for (let last = -1, turns = 0; turns < 100; turns += 1) {
    if (count() !== last) turns = 0;
    last = count();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function sizeOf(pve: PveClient, volid: string): Promise<number | undefined> {
  const list = await pve.nodes("pve1").storage("local").content.get({ content: "iso" });
  return list.find((volume) => volume.volid === volid)?.size;
}

describe("an upload over TLS", () => {
  it("takes a path, computes the checksum beforehand and gives the task that checks it", async () => {
    const file = path.join(folder, "my image (1).iso");
    const steps: string[] = [];
    const onProgress: UploadOptions["onProgress"] = ({ step, bytes: done, total }) =>
      steps.push(`${step} ${done}/${total}`);
    const task = await upload(overTls(), { ...where, file, checksum: "sha256", onProgress });
    expect(task.upid).toMatch(/^UPID:pve1:.*:imgcopy::root@pam!full:$/);
    const log: string[] = [];
    await task.done({ onLog: (line) => log.push(line) });
    expect(log).toContain("calculating checksum...OK, checksum verified");
    expect(await sizeOf(overTls(), `local:iso/${uploadName(file)}`)).toBe(bytes.length);
    expect(steps.filter((step) => step.startsWith("checksum")).at(-1)).toBe("checksum 700000/700000");
    expect(steps.at(-1)).toBe("upload 700000/700000");
  });

  it("takes a Blob and a stream of known size", async () => {
    const pve = overTls();
    await (await upload(pve, { ...where, file: new File([bytes], "blob.iso"), checksum: "md5" })).done();
    expect(await sizeOf(pve, "local:iso/blob.iso")).toBe(bytes.length);
    const file = { stream: new Blob([bytes]).stream(), size: bytes.length };
    const checksum = { algorithm: "sha256", value: sha256 } as const;
    await (await upload(pve, { ...where, file, filename: "stream.img", checksum })).done();
    expect(await sizeOf(pve, "local:iso/stream.img")).toBe(bytes.length);
  });

  it("tells its progress piece by piece, however large the pieces of the file are", async () => {
    const large = new Uint8Array(2 ** 21);
    const heard: number[] = [];
    const onProgress: UploadOptions["onProgress"] = ({ bytes: done }) => void heard.push(done);
    const whole = {
      stream: (async function* () {
        yield large;
      })(),
      size: large.length,
    };
    for (const file of [new Blob([large]), whole]) {
      await upload(overTls(), { ...where, file, filename: "large.iso", onProgress });
      expect(heard.splice(0)).toEqual([1, 2, 3, 4].map((part) => part * 2 ** 19));
    }
  });

  it("that arrives damaged fails in its task", async () => {
    const checksum = { algorithm: "sha256", value: "0".repeat(64) } as const;
    const file = new File([bytes], "damaged.iso");
    const task = await upload(overTls(), { ...where, file, checksum });
    const exitstatus = `checksum mismatch: got '${sha256}' != expect '${"0".repeat(64)}'`;
    expect(await failureOf(task.done())).toMatchObject({ code: "PVE_TASK", exitstatus });
    expect(await sizeOf(overTls(), "local:iso/damaged.iso")).toBeUndefined();
  });

  it("reaches no server with another certificate", async () => {
    const before = sim.requests().length;
    const file = streamOf(10);
    const pve = overTls({ tls: { fingerprint256: "AB:".repeat(31).concat("AB") } });
    const error = await failureOf(upload(pve, { ...where, file, filename: "a.iso" }));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "tls-pin", sent: "no", seen: address.fingerprint256 });
    expect(sim.requests()).toHaveLength(before);
  });

  it("is refused with PVE's own words", async () => {
    const file = streamOf(3_000_000);
    const pve = overTls({ auth: { token: sim.credentials.auditorToken } });
    const error = await failureOf(upload(pve, { ...where, file, filename: "a.iso" }));
    expect(error).toMatchObject({ code: "PVE_REQUEST", status: 403, kind: "permission" });
    expect(String(error)).toContain("Datastore.AllocateTemplate");
    const unknown = await failureOf(
      upload(overTls(), { ...where, storage: "nope", file: streamOf(3), filename: "a.iso" }),
    );
    expect(unknown).toMatchObject({ status: 500, kind: "not-found" });
  });
});

describe("an upload in process", () => {
  it("goes through any fetch-shaped transport, in memory", async () => {
    const { pve, sim: inside } = simulated();
    const task = await upload(pve, { ...where, file: new File([bytes], "inside.iso"), checksum: "sha512" });
    await task.done();
    expect(await sizeOf(simulatedClient(inside), "local:iso/inside.iso")).toBe(bytes.length);
  });

  it("is turned down where it would fill the memory", async () => {
    const file = streamOf(65 * 1024 ** 2);
    const error = await failureOf(upload(simulated().pve, { ...where, file, filename: "a.iso" }));
    expect(error).toBeInstanceOf(PveConfigError);
    expect(file.pulled()).toBe(0);
  });
});

describe("before anything is sent", () => {
  const { pve, sim: untouched } = simulated();
  it.each<[string, Partial<UploadOptions>, Record<string, RegExp>]>([
    ["the extension", { file: new File([], "a.qcow2") }, { filename: /wrong extension for iso/ }],
    ["a name", { file: new Blob([]) }, { filename: /is missing/ }],
    ["a file", { file: "/nowhere/a.iso" }, { file: /cannot be read \(ENOENT\)/ }],
    ["a folder", { file: tmpdir() }, { file: /is no file/ }],
    ["the size of a stream", { file: { ...streamOf(1), size: Number.NaN } }, { file: /needs its size/ }],
    [
      "the checksum of a stream",
      { file: streamOf(1), filename: "a.iso", checksum: "sha256" },
      { checksum: /of a stream/ },
    ],
    ["a checksum's length", { checksum: { algorithm: "md5", value: sha256 } }, { checksum: /32 hex digits for md5/ }],
    ["a checksum's digits", { checksum: { algorithm: "md5", value: `${"0".repeat(30)}\r\n` } }, { checksum: /32 hex/ }],
    ["the node", { node: "../x" }, { node: /slash/ }],
    ["the storage", { storage: "" }, { storage: /empty/ }],
  ])("%s is checked", async (_, wrong, problems) => {
    const error = await failureOf(upload(pve, { ...where, file: new File([bytes], "a.iso"), ...wrong }));
    expect(error).toMatchObject({ code: "PVE_PARAMETER", operation: "upload" });
    const found = (error as { problems: Record<string, string> }).problems;
    for (const [field, text] of Object.entries(problems)) expect(found[field]).toMatch(text);
    expect(untouched.requests()).toEqual([]);
  });
});

describe("an upload that does not get through", () => {
  const tls = { insecure: true } as const;

  it("ends at once when its signal fires, and stops reading the file", async () => {
    let arrived = 0;
    await using server = await startTlsServer(nodeCertificate, (_response, request) => {
      request.on("data", (piece: Buffer) => {
        arrived += piece.length;
      });
    });
    const controller = new AbortController();
    const file = streamOf(2 ** 30);
    const onProgress: UploadOptions["onProgress"] = ({ bytes: done }) => {
      if (done > 3_000_000) controller.abort();
    };
    const { signal } = controller;
    const pve = nodeClient(server.url, { tls });
    const error = await failureOf(upload(pve, { ...where, file, filename: "a.iso", signal, onProgress }));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "aborted", sent: "maybe" });
    expect(file.pulled()).toBeLessThan(100);
    expect(arrived).toBeLessThan(10_000_000);
  });

  it("is not begun with a signal that has fired", async () => {
    await using server = await startTlsServer(nodeCertificate);
    const file = streamOf(10);
    const signal = AbortSignal.abort();
    const error = await failureOf(
      upload(nodeClient(server.url, { tls }), { ...where, file, filename: "a.iso", signal }),
    );
    expect(error).toMatchObject({ kind: "aborted", sent: "no" });
    expect(server.requests()).toBe(0);
  });

  it("hears a refusal that comes before the body was read, and sends no more", async () => {
    const file = streamOf(2 ** 30);
    await using server = await startTlsServer(nodeCertificate, (response, request) => {
      request.once("data", async () => {
        // As PVE refuses: late, when nothing moves any more; with the reason alone; and the rest is left unread.
        request.pause();
        await standstill(file.pulled);
        const reason = "Permission check failed (/storage/local, Datastore.AllocateTemplate)";
        response.writeHead(403, reason, { connection: "close", "content-length": 0 });
        response.end(() => request.socket.destroy());
      });
    });
    const error = await failureOf(upload(nodeClient(server.url, { tls }), { ...where, file, filename: "a.iso" }));
    expect(error).toMatchObject({
      code: "PVE_REQUEST",
      status: 403,
      kind: "permission",
      reason: "Permission check failed (/storage/local, Datastore.AllocateTemplate)",
    });
    expect(file.pulled()).toBeLessThan(1000);
    expect(server.requests()).toBe(1);
  });

  it("has the server's word on each parameter", async () => {
    await using server = await startTlsServer(nodeCertificate, (response, request) => {
      const errors = { filename: "wrong file extension" };
      const body = JSON.stringify({ data: null, message: "Parameter verification failed.\n", errors });
      const answer = () => response.writeHead(400, { "content-type": "application/json" }).end(body);
      request.on("end", answer).resume();
    });
    const error = await failureOf(upload(nodeClient(server.url, { tls }), { ...where, file: new File([], "a.iso") }));
    expect(error).toMatchObject({ code: "PVE_REQUEST", status: 400, fields: { filename: "wrong file extension" } });
  });

  it("is never sent twice when the connection breaks", async () => {
    await using server = await startTlsServer(nodeCertificate, (_response, request) => {
      request.once("data", () => request.socket.destroy());
    });
    const file = new File([new Uint8Array(5_000_000)], "a.iso");
    const error = await failureOf(upload(nodeClient(server.url, { tls }), { ...where, file }));
    expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "reset", sent: "maybe" });
    expect(server.requests()).toBe(1);
  });

  it("gives up on a server that takes nothing any more", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const file = streamOf(2 ** 30);
      await using server = await startTlsServer(nodeCertificate, async (_response, request) => {
        request.pause();
        await standstill(file.pulled);
        vi.advanceTimersByTime(60_000);
      });
      const error = await failureOf(upload(nodeClient(server.url, { tls }), { ...where, file, filename: "a.iso" }));
      expect(error).toMatchObject({ code: "PVE_CONNECTION", kind: "timeout", sent: "maybe" });
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ["shorter", -1, /ended after 199 of 200 bytes/],
    ["longer", 1, /more than the 200 bytes/],
  ])("is broken off when the stream is %s than it said", async (_, more, want) => {
    await using server = await startTlsServer(nodeCertificate, (response) => void response);
    const file = { stream: streamOf(200 + more, 50).stream, size: 200 };
    const error = await failureOf(upload(nodeClient(server.url, { tls }), { ...where, file, filename: "a.iso" }));
    expect(error).toMatchObject({ code: "PVE_PARAMETER", problems: { file: expect.stringMatching(want) } });
  });

  it("passes on what the caller's stream fails with", async () => {
    await using server = await startTlsServer(nodeCertificate, (response) => void response);
    const mine = new Error("mine");
    async function* failing() {
      yield new Uint8Array(10);
      throw mine;
    }
    const options = { ...where, file: { stream: failing(), size: 20 }, filename: "a.iso" };
    expect(await failureOf(upload(nodeClient(server.url, { tls }), options))).toBe(mine);
  });
});

it("an upload whose ticket has run out renews it and sends a file again, once", async () => {
  const password = () => sim.credentials.password;
  // By the client's clock the ticket is young, so it is the server that says no.
  const pve = overTls({ auth: { username: "root@pam", password }, now: () => 0 });
  const file = new File([bytes], "ticket.iso");
  await (await upload(pve, { ...where, file })).done();
  await sim.clock.advance(3 * 3_600_000);
  const before = sim.requests().length;
  await (await upload(pve, { ...where, file })).done();
  const statuses = sim
    .requests()
    .slice(before)
    .filter(({ path: asked }) => asked.endsWith("/upload"));
  expect(statuses.map(({ status }) => status)).toEqual([401, 200]);
  expect(await sizeOf(pve, "local:iso/ticket.iso")).toBe(bytes.length);
});
