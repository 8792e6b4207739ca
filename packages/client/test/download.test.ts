import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { createClient as createNeutralClient } from "@pve/client";
import { createClient, downloadFile, downloadTaskLog } from "@pve/client/node";
import { createSimulator } from "@pve/simulator";
import { describe, expect, it, vi } from "vitest";
import { nodeCertificate } from "./certificates.js";
import { failureOf } from "./fault-server.js";
import { simulated, simulatedClient } from "./simulated.js";
import { nodeClient, startTlsServer } from "./tls-server.js";

const tls = { insecure: true } as const;
const volume = "pbs:backup/vm/100/2026-01-02T03:04:05Z";
const file = { node: "pve1", storage: "pbs", volume, filepath: "L2RyaXZlLXNjc2kwL2V0Yy9ob3N0cw==" };

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

describe("a task's log", () => {
  it("comes as text, over TLS and in process", async () => {
    const sim = createSimulator();
    const { url, fingerprint256 } = await sim.listen();
    const auth = { token: sim.credentials.token };
    const overTls = createClient({
      baseUrl: url,
      auth,
      tls: { fingerprint256 },
      sleep: sim.clock.sleep,
      now: sim.clock.now,
    });
    const task = await overTls.nodes("pve1").qemu(110).clone.post({ newid: 905, full: true });
    const lines: string[] = [];
    await task.done({ onLog: (line) => lines.push(line) });
    const { stream, filename, contentType } = await downloadTaskLog(overTls, task.upid);
    expect(await textOf(stream)).toBe(lines.map((line) => `${line}\n`).join(""));
    expect(filename).toMatch(/^task-pve1-qmclone-.*\.log$/);
    expect(contentType).toMatch(/^text\/plain/);
    expect(await textOf((await downloadTaskLog(simulatedClient(sim), task.upid)).stream)).toContain("TASK OK");
    await sim.close();
  });

  it("of no task is refused before anything is sent", async () => {
    const { pve, sim } = simulated();
    expect(await failureOf(downloadTaskLog(pve, "UPID:oops"))).toMatchObject({ code: "PVE_PARAMETER" });
    expect(sim.requests()).toEqual([]);
  });

  it("is announced like a call to whoever wants to hear of requests", async () => {
    const { pve, sim } = simulated();
    const before = vi.fn(() => {
      throw new Error("not now");
    });
    const upid = "UPID:pve1:00001234:00005678:6A000000:qmstart:100:root@pam:";
    expect(await failureOf(downloadTaskLog(pve.withOptions({ before }), upid))).toMatchObject({ message: "not now" });
    const route = "GET /nodes/{node}/tasks/{upid}/log";
    expect(before).toHaveBeenCalledWith({ route, params: { node: "pve1", upid, download: "1" } });
    expect(sim.requests()).toEqual([]);
  });
});

describe("a file of a backup", () => {
  it("is asked for with its path and volume, and streams with its size", async () => {
    const asked: string[] = [];
    await using server = await startTlsServer(nodeCertificate, (response, request) => {
      asked.push(request.url ?? "");
      const headers = { "content-type": "application/octet-stream", "content-length": 5 };
      response.writeHead(200, { ...headers, "content-disposition": 'attachment; filename="hosts"' }).end("hello");
    });
    const { stream, ...facts } = await downloadFile(nodeClient(server.url, { tls }), { ...file, tar: true });
    expect(facts).toEqual({ contentType: "application/octet-stream", filename: "hosts", size: 5 });
    expect(await textOf(stream)).toBe("hello");
    const url = new URL(asked[0] ?? "", server.url);
    expect(url.pathname).toBe("/api2/json/nodes/pve1/storage/pbs/file-restore/download");
    expect(Object.fromEntries(url.searchParams)).toEqual({ filepath: file.filepath, volume, tar: "1" });
  });

  it("is fetched no faster than it is read, and no further", async () => {
    let written = 0;
    let closed = () => undefined as undefined;
    const end = new Promise<void>((resolve) => {
      closed = () => void resolve();
    });
    await using server = await startTlsServer(nodeCertificate, (response) => {
      const piece = Buffer.alloc(64 * 1024);
      const more = () => {
        while (!response.destroyed && written < 2 ** 30) {
          written += piece.length;
          if (!response.write(piece)) return void response.once("drain", more);
        }
      };
      response.once("close", closed);
      more();
    });
    const { stream } = await downloadFile(nodeClient(server.url, { tls }), file);
    const reader = stream.getReader();
    let read = 0;
    while (read < 1_000_000) read += (await reader.read()).value?.length ?? 0;
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBeLessThan(50_000_000);
    await reader.cancel();
    await end;
    expect(written).toBeLessThan(50_000_000);
  });

  it("is unpacked when PVE has packed it unasked", async () => {
    await using server = await startTlsServer(nodeCertificate, (response) => {
      response.writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" }).end(gzipSync("hello"));
    });
    const { stream, size } = await downloadFile(nodeClient(server.url, { tls }), file);
    expect(size).toBeUndefined();
    expect(await textOf(stream)).toBe("hello");
  });

  it("that PVE refuses has its reason", async () => {
    await using server = await startTlsServer(nodeCertificate, (response) => {
      const message = "Only PBS storages supported for file-restore.";
      const body = { data: null, message: "Parameter verification failed.\n", errors: { storage: message } };
      const headers = { "content-type": "application/json" };
      response.writeHead(400, "Parameter verification failed.", headers).end(JSON.stringify(body));
    });
    expect(await failureOf(downloadFile(nodeClient(server.url, { tls }), file))).toMatchObject({
      code: "PVE_REQUEST",
      status: 400,
      fields: { storage: "Only PBS storages supported for file-restore." },
    });
  });

  it("is asked for again when the connection breaks before the answer, and not after", async () => {
    await using server = await startTlsServer(nodeCertificate, (response) => {
      if (server.requests() === 1) response.destroy();
      else {
        response.writeHead(200, { "content-length": 10 }).write("hello");
        setImmediate(() => response.destroy());
      }
    });
    const { stream } = await downloadFile(nodeClient(server.url, { tls }), file);
    expect(await failureOf(textOf(stream))).toMatchObject({ code: "PVE_CONNECTION", kind: "reset" });
    expect(server.requests()).toBe(2);
  });

  it("is refused before anything is sent when its place is another path", async () => {
    const { pve, sim } = simulated();
    const failure = await failureOf(downloadFile(pve, { ...file, node: "pve1/qemu/100", storage: ".." }));
    expect(failure).toMatchObject({
      code: "PVE_PARAMETER",
      problems: { node: expect.any(String), storage: expect.any(String) },
    });
    expect(sim.requests()).toEqual([]);
  });

  it.each([
    ["before it is read", "", 0],
    ["while it is read", "", 1],
    ["before it is read, and it is packed", "gzip", 0],
    ["while it is read, and it is packed", "gzip", 1],
  ])("lets go of its connection when it is cancelled %s", async (_, encoding, reads) => {
    const bytes = randomBytes(3_000_000);
    let isOpen = true;
    await using server = await startTlsServer(nodeCertificate, (response, { socket }) => {
      socket.once("close", () => {
        isOpen = false;
      });
      response.writeHead(200, encoding === "" ? {} : { "content-encoding": encoding });
      response.write(encoding === "" ? bytes : gzipSync(bytes));
    });
    const { stream } = await downloadFile(nodeClient(server.url, { tls }), file);
    const reader = stream.getReader();
    for (let read = 0; read < reads; read += 1) await reader.read();
    await reader.cancel();
    await expect.poll(() => isOpen).toBe(false);
  });

  it("is given up by cancelling also when a fetch carries it", async () => {
    const cancelled = vi.fn();
    const transport = async () => new Response(new ReadableStream({ cancel: cancelled }), { status: 200 });
    const pve = createNeutralClient({ baseUrl: "https://pve1", auth: { token: "root@pam!test=s" }, transport });
    const { stream } = await downloadFile(pve, file);
    await stream.cancel();
    expect(cancelled).toHaveBeenCalled();
  });

  it("ends when its signal fires while it is read", async () => {
    await using server = await startTlsServer(nodeCertificate, (response) => {
      response.writeHead(200, { "content-length": 10 }).write("hello");
    });
    const controller = new AbortController();
    const { stream } = await downloadFile(nodeClient(server.url, { tls }), { ...file, signal: controller.signal });
    const reader = stream.getReader();
    await reader.read();
    const next = failureOf(reader.read());
    controller.abort();
    expect(await next).toMatchObject({ code: "PVE_CONNECTION", kind: "aborted" });
  });

  it("is given up when nothing comes any more", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      await using server = await startTlsServer(nodeCertificate, (response) => {
        response.writeHead(200, { "content-length": 10 }).write("hello");
      });
      const { stream } = await downloadFile(nodeClient(server.url, { tls }), file);
      const reader = stream.getReader();
      await reader.read();
      const next = failureOf(reader.read());
      // A reader that waits has its socket flowing; one that does not could wait for ever.
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      vi.advanceTimersByTime(60_000);
      expect(await next).toMatchObject({ code: "PVE_CONNECTION", kind: "timeout" });
    } finally {
      vi.useRealTimers();
    }
  });
});
