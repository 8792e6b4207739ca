import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { type Agent, request } from "node:https";
import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";
import { asConnectionError } from "./connection.js";
import { PveConnectionError } from "./errors.js";
import type { Abandonable } from "./node-agent.js";
import { rememberAgent } from "./node-link.js";
import type { Transport, TransportInit, TransportResponse } from "./transport.js";

/** How long an answer may take, in ms; without limits only the call's own timeout counts. */
export interface Patience {
  /** From having a connection to the first line of the answer. */
  readonly headers?: number | undefined;
  /** The longest silence within a body. */
  readonly body?: number | undefined;
}

/** A fetch-shaped function over `node:https` that keeps PVE's reason phrase and knows whether anything was sent. */
export function createNodeTransport(agent: Agent, patience: Patience = {}): Transport {
  const addresses = new Map<string, Address>();
  const addressOf = (origin: string): Address => {
    const known = addresses.get(origin);
    if (known !== undefined) return known;
    const { hostname, port } = new URL(origin);
    const address = { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: port === "" ? 443 : Number(port) };
    addresses.set(origin, address);
    return address;
  };
  const transport: Transport = (url, init) => {
    const slash = url.indexOf("/", "https://".length);
    const [origin, path] = slash < 0 ? [url, "/"] : [url.slice(0, slash), url.slice(slash)];
    return send({ ...addressOf(origin), path, agent }, init, patience);
  };
  rememberAgent(transport, agent);
  return transport;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Resolves when the body is complete as well, since nobody wants half of one. */
function send(target: RequestOptions, init: TransportInit, patience: Patience): Promise<TransportResponse> {
  const { method, headers, body, onStop = stopOf(init.signal) } = init;
  return new Promise((resolve, reject) => {
    let sent: "no" | "maybe" = "no";
    const options: RequestOptions & Abandonable = { ...target, method, headers, onStop };
    const outgoing = request(options);
    const late = limit(patience.headers, () => outgoing.destroy(tooLate("no answer", patience.headers)));
    // The agent hands over only connections it has accepted; from here on bytes may leave.
    outgoing.once("socket", () => {
      sent = "maybe";
      late?.start();
    });
    outgoing.on("error", (error) => reject(failure(error, sent)));
    outgoing.once("response", (incoming) => {
      late?.stop();
      readBody(incoming, outgoing, patience).then((bytes) => resolve(asResponse(incoming, bytes)), reject);
    });
    // A request without a connection reports its end only when it gets one, so the promise ends here.
    const off = onStop(() => {
      const error = new PveConnectionError("", { kind: "aborted", sent });
      reject(error);
      outgoing.destroy(error);
    });
    outgoing.once("close", () => {
      late?.stop();
      off();
    });
    outgoing.end(body);
  });
}

/** For whoever calls the transport with a signal alone. */
function stopOf(signal: AbortSignal): NonNullable<TransportInit["onStop"]> {
  return (call) => {
    if (signal.aborted) call();
    else signal.addEventListener("abort", call, { once: true });
    return () => signal.removeEventListener("abort", call);
  };
}

interface Limit {
  readonly start: () => void;
  readonly stop: () => void;
}

function limit(ms: number | undefined, onLate: () => void): Limit | undefined {
  if (ms === undefined) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearTimeout(timer);
  const start = () => {
    stop();
    timer = setTimeout(onLate, ms);
  };
  return { start, stop };
}

function tooLate(what: string, ms: number | undefined): PveConnectionError {
  return new PveConnectionError(`${what} for ${ms} ms`, { kind: "timeout", sent: "maybe" });
}

function failure(error: Error, sent: "no" | "maybe"): PveConnectionError {
  if (error instanceof PveConnectionError) return error;
  const { kind } = asConnectionError(error, { operation: "request", host: "" });
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return new PveConnectionError(code, { kind, sent });
}

function asResponse(incoming: IncomingMessage, bytes: ArrayBuffer): TransportResponse {
  const reason = incoming.statusMessage ?? "";
  return {
    status: incoming.statusCode ?? 0,
    // PVE writes its texts in UTF-8, Node reads the line as Latin-1.
    statusText: reason === "OK" ? reason : Buffer.from(reason, "latin1").toString("utf8"),
    headers: {
      get: (name) => {
        const value = incoming.headers[name.toLowerCase()];
        return value === undefined ? null : String(value);
      },
    },
    arrayBuffer: async () => bytes,
  };
}

/** By events, not by iteration, which costs more than everything else that is done with a small answer. */
function readBody(incoming: IncomingMessage, outgoing: ClientRequest, patience: Patience): Promise<ArrayBuffer> {
  const chunks: Buffer[] = [];
  const late = limit(patience.body, () => outgoing.destroy(tooLate("the body stood still", patience.body)));
  return new Promise((resolve, reject) => {
    late?.start();
    incoming.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      late?.start();
    });
    incoming.once("end", () => {
      late?.stop();
      const whole = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
      const encoding = incoming.headers["content-encoding"];
      if (encoding === undefined) resolve(toArrayBuffer(whole));
      else decompress(whole, encoding).then((body) => resolve(toArrayBuffer(body)), reject);
    });
    incoming.once("error", (error) => reject(failure(error, "maybe")));
    incoming.once("close", () => {
      late?.stop();
      if (!incoming.complete) reject(new PveConnectionError("", { kind: "reset", sent: "maybe" }));
    });
  });
}

/** PVE compresses some answers although nobody asked (`GET /nodes/{node}/journal`). */
async function decompress(body: Buffer, encoding: string): Promise<Buffer> {
  if (encoding === "gzip" || encoding === "x-gzip") return promisify(gunzip)(body);
  return encoding === "deflate" ? promisify(inflate)(body) : body;
}

/** A small buffer is a piece of a larger one that others share. */
function toArrayBuffer(body: Buffer): ArrayBuffer {
  return new Uint8Array(body).buffer;
}
