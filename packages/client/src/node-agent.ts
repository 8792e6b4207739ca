import { Agent } from "node:https";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { asConnectionError } from "./connection.js";
import { PveConnectionError } from "./errors.js";
import type { TlsOptions } from "./tls-options.js";

/** PVE closes a connection silently after 5 s without a request; ours must be gone before. */
const IDLE_LIMIT = 4000;
/** PVE has few workers; more connections than this only queue up there. */
const MOST_SOCKETS = 16;

/** What an agent is made for. */
export interface AgentSetup {
  readonly tls: TlsOptions | undefined;
  /** Milliseconds for TCP and TLS together. */
  readonly connectTimeout: number;
}

/**
 * An agent that keeps connections alive and hands a connection over only after its certificate was accepted, so no
 * byte of a request can reach an impostor.
 */
export function createAgent({ tls, connectTimeout }: AgentSetup): Agent {
  const agent = new Agent({ keepAlive: true, timeout: IDLE_LIMIT, maxSockets: MOST_SOCKETS, maxCachedSessions: 0 });
  agent.createConnection = ({ host, port }, callback) => {
    const target = { host: host ?? "localhost", port: Number(port ?? 443) };
    openSocket(target, tls, connectTimeout).then(
      (socket) => callback?.(null, socket),
      (error: Error) => callback?.(error, undefined as never),
    );
    return undefined;
  };
  return agent;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Connects, shakes hands and checks the certificate. Every failure is a `PveConnectionError` with `sent: "no"`. */
function openSocket({ host, port }: Address, tls: TlsOptions | undefined, timeout: number): Promise<TLSSocket> {
  const trust = tls === undefined || "ca" in tls;
  const socket = connect({
    host,
    port,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(tls !== undefined && "ca" in tls ? { ca: typeof tls.ca === "string" ? tls.ca : [...tls.ca] } : {}),
    // A pinned certificate is checked below, by its print; it need not be signed by anybody.
    rejectUnauthorized: trust,
  });
  return new Promise((resolve, reject) => {
    const fail = (error: PveConnectionError) => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () => fail(new PveConnectionError(`no connection within ${timeout} ms`, { kind: "timeout", sent: "no" })),
      timeout,
    );
    // Stays on: between here and the agent's own listener the socket must not be without one.
    socket.on("error", (error) => fail(unsent(error)));
    socket.once("secureConnect", () => {
      const mismatch = pinMismatch(socket, tls);
      if (mismatch !== undefined) return fail(mismatch);
      clearTimeout(timer);
      return resolve(socket);
    });
  });
}

function pinMismatch(socket: TLSSocket, tls: TlsOptions | undefined): PveConnectionError | undefined {
  if (tls === undefined || !("fingerprint256" in tls)) return undefined;
  const seen = socket.getPeerCertificate().fingerprint256 ?? "no certificate";
  if (seen === tls.fingerprint256) return undefined;
  return new PveConnectionError("", { kind: "tls-pin", sent: "no", expected: tls.fingerprint256, seen });
}

function unsent(error: Error): PveConnectionError {
  const known = asConnectionError(error, { operation: "connecting", host: "" });
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return new PveConnectionError(code, { kind: known.kind, sent: "no" });
}
