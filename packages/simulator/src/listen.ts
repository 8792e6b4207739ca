import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { deflateSync, gzipSync } from "node:zlib";
import { createCertificate } from "./certificate.js";
import type { WireRequest, WireResponse } from "./http-message.js";

/** Where to listen; the default is a free port of 127.0.0.1. */
export interface ListenOptions {
  readonly host?: string;
  readonly port?: number;
}

/** A simulator that can be reached over HTTPS. */
export interface Listener {
  /** `https://127.0.0.1:34567`. */
  readonly url: string;
  /** SHA-256 of the certificate, as Proxmox VE prints it. */
  readonly fingerprint256: string;
  /** The self-signed certificate as PEM: hand it to a client as its CA. */
  readonly certificate: string;
  close(): Promise<void>;
}

/** PVE closes connections that are idle for this long. */
const idleTimeout = 5000;
const requestsPerConnection = 100;

/** Opens the HTTPS door; every request is answered by `answer`. */
export async function listen(
  answer: (request: WireRequest) => Promise<WireResponse | undefined>,
  { host = "127.0.0.1", port = 0 }: ListenOptions = {},
): Promise<Listener> {
  const { certificate, key, fingerprint256 } = await createCertificate(host);
  const counts = new WeakMap<Socket, number>();
  const server = createServer({ cert: certificate, key, keepAliveTimeout: idleTimeout });
  server.timeout = idleTimeout;
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const count = (counts.get(request.socket) ?? 0) + 1;
    counts.set(request.socket, count);
    void respond(answer, request, response, count >= requestsPerConnection);
  };
  server.on("request", serve);
  // PVE takes no notice of `Expect: 100-continue`: no interim answer.
  server.on("checkContinue", serve);
  server.on("clientError", (_error, socket) => {
    if (socket.writable) {
      socket.end("HTTP/1.0 400 bad request\r\nConnection: close\r\nContent-Length: 11\r\n\r\nbad request");
    }
  });
  await bind(server, host, port);
  const { port: bound } = server.address() as AddressInfo;
  const shown = host.includes(":") ? `[${host}]` : host;
  return { url: `https://${shown}:${bound}`, fingerprint256, certificate, close: () => closeServer(server) };
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function respond(
  answer: (request: WireRequest) => Promise<WireResponse | undefined>,
  request: IncomingMessage,
  response: ServerResponse,
  isLast: boolean,
): Promise<void> {
  // The socket's idle timeout must not cut off an answer that takes its time.
  request.socket.setTimeout(0);
  try {
    const reply = await answer(toRequest(request));
    request.socket.setTimeout(idleTimeout);
    if (reply) {
      send(compress(reply, request.headers["accept-encoding"] ?? ""), response, isLast);
    }
    // Without a reply the idle timeout closes the connection, as it does in PVE.
  } catch {
    request.socket.destroy();
  }
}

function toRequest(request: IncomingMessage): WireRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(", ") : (value ?? "");
  }
  return {
    method: request.method ?? "",
    target: request.url ?? "/",
    headers,
    length: Number(headers["content-length"] ?? 0),
    body: async () => {
      request.socket.setTimeout(idleTimeout);
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(Buffer.from(chunk as Uint8Array));
      }
      request.socket.setTimeout(0);
      return Buffer.concat(chunks);
    },
  };
}

function send(reply: WireResponse, response: ServerResponse, isLast: boolean): void {
  // PVE sends `Connection: close` and `Connection: Keep-Alive` together for what its root daemon did, and keeps the
  // connection open. Node would close it, so only the truth is sent here.
  const close = isLast || reply.status >= 400;
  const headers = reply.headers.filter(([name]) => name !== "Connection").flat();
  response.sendDate = false;
  // An answer without body has no length either; Node would announce chunks.
  response.useChunkedEncodingByDefault = false;
  // The reason phrase goes out as UTF-8 bytes, which Node takes as Latin-1 characters.
  const reason = Buffer.from(reply.reason, "utf8").toString("latin1");
  response.writeHead(reply.status, reason, ["Connection", close ? "close" : "Keep-Alive", ...headers]);
  response.end(reply.body);
}

/** Bodies over 1 KiB are compressed for whoever asks. */
function compress(reply: WireResponse, accepted: string): WireResponse {
  const encoding = /gzip/.test(accepted) ? "gzip" : /deflate/.test(accepted) ? "deflate" : undefined;
  if (!encoding || reply.body.length <= 1024) {
    return reply;
  }
  const body = encoding === "gzip" ? gzipSync(reply.body) : deflateSync(reply.body);
  const headers = reply.headers.map(([name, value]) =>
    name === "Content-Length" ? ([name, String(body.length)] as const) : ([name, value] as const),
  );
  return { ...reply, body, headers: [["Content-Encoding", encoding], ...headers] };
}
