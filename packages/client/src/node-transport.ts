import type { IncomingMessage } from "node:http";
import { type Agent, request } from "node:https";
import { promisify } from "node:util";
import { gunzip, inflate } from "node:zlib";
import { asConnectionError } from "./connection.js";
import { PveConnectionError } from "./errors.js";
import type { Transport, TransportInit, TransportResponse } from "./transport.js";

/** A fetch-shaped function over `node:https` that keeps PVE's reason phrase and knows whether anything was sent. */
export function createNodeTransport(agent: Agent): Transport {
  return (url, init) => send(agent, url, init);
}

function send(agent: Agent, url: string, init: TransportInit): Promise<TransportResponse> {
  const { method, headers, signal, body } = init;
  return new Promise((resolve, reject) => {
    let sent: "no" | "maybe" = "no";
    const outgoing = request(url, { method, headers, agent, signal });
    // The agent hands over only connections it has accepted; from here on bytes may leave.
    outgoing.once("socket", () => {
      sent = "maybe";
    });
    outgoing.on("error", (error) => reject(failure(error, sent)));
    outgoing.once("response", (incoming) => resolve(asResponse(incoming)));
    // A request without a connection reports its end only when it gets one, so the signal is heard here as well.
    const onAbort = () => reject(new PveConnectionError("", { kind: "aborted", sent }));
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    outgoing.once("close", () => signal.removeEventListener("abort", onAbort));
    outgoing.end(body);
  });
}

function failure(error: Error, sent: "no" | "maybe"): PveConnectionError {
  if (error instanceof PveConnectionError) return error;
  const { kind } = asConnectionError(error, { operation: "request", host: "" });
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return new PveConnectionError(code, { kind, sent });
}

function asResponse(incoming: IncomingMessage): TransportResponse {
  const bytes = readBody(incoming);
  // Read at once, or a broken connection would go unnoticed; whoever asks for the body gets the failure.
  bytes.catch(() => undefined);
  return {
    status: incoming.statusCode ?? 0,
    // PVE writes its texts in UTF-8, Node reads the line as Latin-1.
    statusText: Buffer.from(incoming.statusMessage ?? "", "latin1").toString("utf8"),
    headers: {
      get: (name) => {
        const value = incoming.headers[name.toLowerCase()];
        return value === undefined ? null : String(value);
      },
    },
    arrayBuffer: () => bytes,
  };
}

async function readBody(incoming: IncomingMessage): Promise<ArrayBuffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk)));
  const whole = await decompress(Buffer.concat(chunks), incoming.headers["content-encoding"]);
  return new Uint8Array(whole).buffer;
}

/** PVE compresses some answers although nobody asked (`GET /nodes/{node}/journal`). */
async function decompress(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding === "gzip" || encoding === "x-gzip") return promisify(gunzip)(body);
  return encoding === "deflate" ? promisify(inflate)(body) : body;
}
