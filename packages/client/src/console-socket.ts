import type { WebSocket } from "ws";
import { readAnswer } from "./answer.js";
import { asConnectionError, connectionError } from "./connection.js";
import { PveConfigError, PveConnectionError, PveProtocolError } from "./errors.js";
import type { ClientLink } from "./link.js";
import { type Connector, singleUseAgent } from "./node-connector.js";
import { connectorBehind } from "./node-link.js";
import { asConnectionFault } from "./node-stream.js";
import { mayRetryError, mostRetries, tryRepeatedly } from "./retry.js";

/** Connecting has a limit of its own; this one is for the answer as well, which may never come through a proxy. */
const OPENING_TIMEOUT = 20_000;

/** What opening a web socket needs. */
export interface SocketRequest {
  readonly operation: string;
  readonly url: URL;
  readonly signal: AbortSignal;
}

/**
 * What makes the connections of web sockets.
 * @throws PveConfigError when the client was not made by `@pve/client/node`
 */
export function connectorOf(link: ClientLink): Connector {
  const connector = connectorBehind(link.transport);
  if (connector !== undefined) return connector;
  throw new PveConfigError("consoles need a client that createClient of @pve/client/node made");
}

/**
 * Opens a web socket with the client's credentials, over a connection that was accepted (pin, authority). Tried again only
 * when provably nothing was sent.
 * @throws PveConfigError when the client was not made by `@pve/client/node`
 * @throws PveConnectionError · PveRequestError · PveProtocolError
 */
export async function openSocket(link: ClientLink, request: SocketRequest): Promise<WebSocket> {
  const { url, signal } = request;
  // The ticket belongs to the host that made it, and to the first who comes with it.
  const here = { choose: () => url.origin };
  const most = mostRetries(undefined, 1);
  const outcome = await tryRepeatedly<WebSocket | PveConnectionError>(
    { endpoints: here, url: url.href, most, pause: (ms) => link.sleep(ms, signal).catch(() => undefined) },
    () => connect(link, request).catch(connectionFault),
    (known) => known instanceof PveConnectionError && mayRetryError("POST", known),
  );
  if (outcome instanceof PveConnectionError) throw outcome;
  return outcome;
}

function connectionFault(error: unknown): PveConnectionError {
  if (error instanceof PveConnectionError) return error;
  throw error;
}

async function connect(link: ClientLink, request: SocketRequest): Promise<WebSocket> {
  const { operation, url, signal } = request;
  const [{ WebSocket: Socket }, headers] = await Promise.all([import("ws"), link.auth.headers("GET")]);
  const agent = singleUseAgent(connectorOf(link));
  const target = { operation, host: url.host };
  if (signal.aborted) throw connectionError(target, { kind: "aborted", sent: "no" });
  const socket = new Socket(url, "binary", { agent, headers, perMessageDeflate: false, followRedirects: false });
  return new Promise((resolve, reject) => {
    const give = (kind: "aborted" | "timeout") => {
      reject(connectionError(target, { kind, sent: "maybe" }));
      socket.terminate();
    };
    const onAbort = () => give("aborted");
    signal.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(() => give("timeout"), OPENING_TIMEOUT);
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    };
    // Stays on, or an error after the opening would end the process; the close event says the rest.
    socket.on("error", (error) => {
      settle();
      reject(asConnectionError(asConnectionFault(error, "maybe"), target));
    });
    socket.once("unexpected-response", (outgoing, incoming) => {
      settle();
      const status = incoming.statusCode ?? 0;
      const reason = Buffer.from(incoming.statusMessage ?? "", "latin1").toString("utf8");
      outgoing.destroy();
      reject(refusalOf(operation, status, reason));
    });
    socket.once("open", () => {
      settle();
      resolve(socket);
    });
  });
}

function refusalOf(operation: string, status: number, reason: string): unknown {
  try {
    readAnswer({ operation, status, reason, contentType: "", body: '{"data":null}' });
  } catch (error) {
    return error;
  }
  return new PveProtocolError(operation, status, "answered without opening the web socket; a proxy may not pass it on");
}
