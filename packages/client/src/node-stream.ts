import type { ClientRequest, IncomingMessage } from "node:http";
import { request } from "node:https";
import { asFault } from "./connection.js";
import { PveConnectionError } from "./errors.js";
import { type Connector, singleUseAgent } from "./node-connector.js";

/** A request whose body or answer is too large for memory. */
export interface StreamRequest {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  /** Written piece by piece, as fast as the server takes it. */
  readonly body?: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
  /** Milliseconds without a byte in either direction until the request is given up. */
  readonly idleTimeout: number;
}

/** An answer whose body has not been read yet. */
export interface StreamResponse {
  readonly status: number;
  readonly reason: string;
  readonly header: (name: string) => string;
  readonly body: IncomingMessage;
}

/**
 * Sends one request on a connection of its own, which is accepted (pin, authority) before a byte leaves.
 * A server that answers before it has the whole body is listened to, and the rest is not sent.
 * @throws PveConnectionError, or whatever reading the body failed with
 */
export function requestStream(connector: Connector, url: string, asked: StreamRequest): Promise<StreamResponse> {
  const { method, headers, signal, body, idleTimeout } = asked;
  // A kept connection may be closed by the server at any moment, and a body that is read once cannot be sent again.
  const agent = singleUseAgent(connector);
  return new Promise((resolve, reject) => {
    let sent: "no" | "maybe" = "no";
    let answer: IncomingMessage | undefined;
    const outgoing = request(url, { method, headers, agent });
    const stop = (reason: unknown) => {
      answer?.destroy(reason instanceof Error ? reason : new Error(String(reason)));
      outgoing.destroy();
      // A request that still waits for its connection would report its end only when it gets one.
      reject(reason);
    };
    const onIdle = () => {
      // Whoever reads slowly pauses the socket; that is no fault of the server's.
      if (outgoing.socket?.isPaused() === true) timer?.refresh();
      else stop(new PveConnectionError("", { kind: "timeout", sent }));
    };
    const onAbort = () => stop(new PveConnectionError("", { kind: "aborted", sent }));
    let timer: NodeJS.Timeout | undefined;
    outgoing.once("socket", (socket) => {
      sent = "maybe";
      // Until here the connector has its own limit.
      timer = setTimeout(onIdle, idleTimeout);
      socket.on("data", () => timer?.refresh());
    });
    outgoing.on("error", (error) => reject(asConnectionFault(error, sent)));
    outgoing.once("response", (incoming) => {
      answer = incoming;
      resolve(asResponse(incoming));
    });
    outgoing.once("close", () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    });
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) return onAbort();
    return void write(outgoing, body, () => timer?.refresh()).catch(stop);
  });
}

/**
 * Writes the body piece by piece, the next one only when the last has left the process; ends early when the server has
 * answered.
 */
async function write(outgoing: ClientRequest, body: StreamRequest["body"], onBytes: () => void): Promise<void> {
  let isOver = false;
  let wake = (): void => undefined;
  const end = () => {
    isOver = true;
    wake();
  };
  for (const event of ["response", "error", "close"]) outgoing.once(event, end);
  for await (const piece of body ?? []) {
    await new Promise<void>((resolve) => {
      wake = resolve;
      outgoing.write(piece, () => resolve());
    });
    // Before the next piece is asked for: a stream of which nothing was taken can still be sent elsewhere.
    if (isOver) return;
    onBytes();
  }
  if (!isOver) outgoing.end();
}

function asResponse(incoming: IncomingMessage): StreamResponse {
  return {
    status: incoming.statusCode ?? 0,
    // PVE writes its texts in UTF-8, Node reads the line as Latin-1.
    reason: Buffer.from(incoming.statusMessage ?? "", "latin1").toString("utf8"),
    header: (name) => String(incoming.headers[name] ?? ""),
    body: incoming,
  };
}

/** What a socket failed with, as an error of ours; the message is left out, since it may quote what was sent. */
export function asConnectionFault(error: unknown, sent: "no" | "maybe"): PveConnectionError {
  const fault = asFault(error);
  return fault === error ? fault : new PveConnectionError(fault.message, { kind: fault.kind, sent });
}
