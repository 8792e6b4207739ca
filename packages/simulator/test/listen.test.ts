import { request } from "node:https";
import { connect as connectPlain } from "node:net";
import { connect } from "node:tls";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Listener, Simulator } from "../src/index.js";
import { openSession } from "./session.js";

interface RawAnswer {
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly headers: Record<string, unknown>;
  readonly body: Buffer;
  readonly fingerprint256: string;
}

function ask(listener: Listener, path: string, headers: Record<string, string>, method = "GET"): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const options = { method, headers, ca: listener.certificate, agent: false } as const;
    const sent = request(new URL(path, listener.url), options, (response) => {
      const chunks: Buffer[] = [];
      // The socket is gone by the end of the answer, so its certificate is read first.
      const { fingerprint256 } = (response.socket as import("node:tls").TLSSocket).getPeerCertificate();
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const { statusCode: status, statusMessage: reason, headers: received } = response;
        resolve({ status, reason, headers: received, body: Buffer.concat(chunks), fingerprint256 });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

function asRoot(sim: Simulator): Record<string, string> {
  return { authorization: `PVEAPIToken=${sim.credentials.token}` };
}

/** Sends bytes as they are over one connection and returns what comes back until it is closed. */
function speak({ url, certificate }: Listener, text: string, kind: "tls" | "plain" = "tls"): Promise<string> {
  return new Promise((resolve, reject) => {
    const where = { host: "127.0.0.1", port: Number(new URL(url).port) };
    const socket =
      kind === "plain" ? connectPlain(where) : connect({ ...where, ca: certificate, servername: "localhost" });
    let heard = "";
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
    });
    socket.on("close", () => resolve(heard));
    socket.on("error", reject);
    socket.write(text);
  });
}

describe("the HTTPS door", () => {
  it("answers like the door in process, behind a certificate that clients can verify and pin", async () => {
    const { sim, send } = openSession();
    const listener = await sim.listen();
    const answer = await ask(listener, "/api2/json/version", asRoot(sim));
    expect(answer).toMatchObject({ status: 200, reason: "OK" });
    expect(answer.body.toString()).toBe((await send("GET", "/version")).text);
    expect(answer.headers).toMatchObject({ server: "pve-api-daemon/3.0", connection: "close" });
    expect(answer.fingerprint256).toBe(listener.fingerprint256);
    expect(listener.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(listener.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  });

  it("sends PVE's reason phrases, closes after errors and leaves the content type out", async () => {
    const { sim } = openSession();
    const listener = await sim.listen();
    const denied = await ask(listener, "/api2/json/nodes/ghost/status", asRoot(sim));
    expect(denied.reason).toMatch(/^hostname lookup 'ghost' failed/);
    expect(denied.headers["connection"]).toBe("close");
    const stranger = await ask(listener, "/api2/json/version", {});
    expect(stranger).toMatchObject({ status: 401, reason: "No ticket" });
    for (const name of ["content-type", "content-length", "transfer-encoding"]) {
      expect(stranger.headers).not.toHaveProperty(name);
    }
    expect(stranger.body).toHaveLength(0);
  });

  it("sends a reason phrase beyond ASCII as UTF-8 bytes", async () => {
    const { sim } = openSession();
    const listener = await sim.listen();
    const { status, reason, body } = await ask(listener, "/api2/json/access/users?userid=%C3%B6", asRoot(sim), "POST");
    expect(status).toBe(500);
    expect(Buffer.from(reason ?? "", "latin1").toString("utf8")).toBe("user name 'ö' is too short");
    expect(body.toString("utf8")).toContain("user name 'ö' is too short");
  });

  it("compresses what is longer than a kibibyte for whoever asks", async () => {
    const { sim, send } = openSession();
    const listener = await sim.listen();
    const long = await ask(listener, "/api2/json/access/roles", { ...asRoot(sim), "accept-encoding": "gzip, deflate" });
    expect(long.headers["content-encoding"]).toBe("gzip");
    expect(long.headers["content-length"]).toBe(String(long.body.length));
    expect(gunzipSync(long.body).toString()).toBe((await send("GET", "/access/roles")).text);
    const short = await ask(listener, "/api2/json/version", { ...asRoot(sim), "accept-encoding": "gzip" });
    expect(short.headers).not.toHaveProperty("content-encoding");
  });

  it.each([
    [
      "a chunked body",
      "PUT /api2/json/version HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 501 chunked transfer encoding not supported\r\n",
    ],
    ["garbage", "GARBAGE\r\n\r\n", "HTTP/1.0 400 bad request\r\n"],
  ])("refuses %s", async (_title, text, statusLine) => {
    const { sim } = openSession();
    const heard = await speak(await sim.listen(), text);
    expect(heard.startsWith(statusLine)).toBe(true);
  });

  it("refuses a body that is announced as too large without waiting for it", async () => {
    const { sim } = openSession();
    const head = ["PUT /api2/json/version HTTP/1.1", "Host: x", "Content-Length: 99999999"];
    const text = [...head, `Authorization: PVEAPIToken=${sim.credentials.token}`, "", ""].join("\r\n");
    const heard = await speak(await sim.listen(), text);
    expect(heard).toMatch(/^HTTP\/1\.1 501 for data too large\r\n/);
    expect(heard).toMatch(/\r\n\r\nfor data too large$/);
  });

  it("says close with the hundredth request of a connection", async () => {
    const { sim } = openSession();
    const one = `GET /api2/json/version HTTP/1.1\r\nHost: x\r\nAuthorization: PVEAPIToken=${sim.credentials.token}\r\n\r\n`;
    const heard = await speak(await sim.listen(), one.repeat(100));
    const connections = [...heard.matchAll(/\r\nConnection: (\S+)/g)].map((match) => match[1]);
    expect(connections).toStrictEqual([...Array<string>(99).fill("Keep-Alive"), "close"]);
  });

  it("sends both connection headers for what the root daemon did, and keeps the connection open", async () => {
    const { sim } = openSession();
    const head = ["PUT /api2/json/cluster/options HTTP/1.1", "Host: x", "Content-Length: 14"];
    const sign = `Authorization: PVEAPIToken=${sim.credentials.token}`;
    const change = [...head, sign, "", "keyboard=en-us"].join("\r\n");
    const last = ["GET /api2/json/version HTTP/1.1", "Host: x", "Connection: close", sign, "", ""].join("\r\n");
    const heard = await speak(await sim.listen(), change + last);
    const connections = [...heard.matchAll(/\r\nConnection: (\S+)/g)].map((match) => match[1]);
    expect(connections).toStrictEqual(["close", "Keep-Alive", "close"]);
  });

  it("closes after the answer to HTTP/1.0 and refuses HTTP/2", async () => {
    const { sim } = openSession();
    const listener = await sim.listen();
    const sign = `Authorization: PVEAPIToken=${sim.credentials.token}`;
    const old = await speak(listener, `GET /api2/json/version HTTP/1.0\r\n${sign}\r\n\r\n`);
    expect(old).toMatch(/^HTTP\/1\.0 200 OK\r\n/);
    expect(old).toMatch(/\r\nConnection: close\r\n/);
    const modern = await speak(listener, "GET /api2/json/version HTTP/2.0\r\n\r\n");
    expect(modern).toMatch(/^HTTP\/1\.0 506 http protocol version 2\.0 not supported\r\n/);
  });

  it.each([
    ["too many header lines", Array.from({ length: 70 }, (_, n) => `X-H${n}: 1`)],
    ["too many header bytes", [`X-Big: ${"x".repeat(8200)}`]],
  ])("never answers a request with %s", async (_title, lines) => {
    const { sim } = openSession();
    const listener = await sim.listen({ idleTimeout: 50 });
    const head = ["GET /api2/json/version HTTP/1.1", "Host: x", ...lines, "", ""].join("\r\n");
    expect(await speak(listener, head)).toBe("");
    expect(await speak(listener, "GET /api2/json/version HTTP/1.1\r\n")).toBe("");
    expect(sim.requests()).toHaveLength(0);
  });

  it("waits for an answer for longer than it keeps an idle connection", async () => {
    const { sim } = openSession({ clock: { speed: 1 }, faults: [{ kind: "latency", ms: 200 }] });
    const listener = await sim.listen({ idleTimeout: 50 });
    const { authorization } = asRoot(sim);
    const get = `GET /api2/json/version HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`;
    // Two on one connection; that it is closed after the second, or nothing would come back, is the idle timeout's doing.
    const heard = await speak(listener, get + get);
    expect(heard.match(/HTTP\/1\.1 200 OK\r\n/g)).toHaveLength(2);
    expect(sim.requests().map(({ status }) => status)).toEqual([200, 200]);
  });

  it("closes a connection whose request was left without an answer", async () => {
    const { sim } = openSession({ clock: { speed: 1 }, faults: [{ kind: "latency", ms: 200 }] });
    const listener = await sim.listen({ idleTimeout: 50 });
    const target = "/api2/json/nodes/pve1/storage/local/upload?tmpfilename=/etc/passwd";
    const head = `POST ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: ${asRoot(sim)["authorization"]}\r\n`;
    expect(await speak(listener, `${head}Content-Length: 1\r\n\r\nx`)).toBe("");
    expect(sim.requests().map(({ status }) => status)).toEqual([0]);
  });

  it.each([
    ["GET", "301 Moved Permanently"],
    ["POST", "308 Permanent Redirect"],
  ])("sends plain HTTP to HTTPS: %s", async (method, status) => {
    const { sim } = openSession();
    const listener = await sim.listen({ idleTimeout: 50 });
    const { host } = new URL(listener.url);
    const text = `${method} /api2/json/version HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\n\r\n`;
    const heard = await speak(listener, text, "plain");
    expect(heard.startsWith(`HTTP/1.1 ${status}\r\n`)).toBe(true);
    expect(heard).toContain(`\r\nLocation: ${listener.url}/api2/json/version\r\n`);
  });

  it("is closed with its simulator", async () => {
    const { sim } = openSession();
    const listener = await sim.listen();
    await sim.close();
    await expect(ask(listener, "/api2/json/version", {})).rejects.toThrow(/ECONNREFUSED/);
  });

  it("reports a port that is taken", async () => {
    const { sim } = openSession();
    const { url } = await sim.listen();
    await expect(sim.listen({ port: Number(new URL(url).port) })).rejects.toThrow(/EADDRINUSE/);
  });
});
