import type { ClientRequestArgs } from "node:http";
import { Agent } from "node:https";
import { isIP } from "node:net";
import { type ConnectionOptions, connect, createSecureContext, type TLSSocket } from "node:tls";
import { asConnectionError } from "./connection.js";
import { PveConfigError, PveConnectionError, PveError } from "./errors.js";
import { readTlsOptions, type TlsOptions, type TlsSetup } from "./tls-options.js";
import type { TransportInit } from "./transport.js";
import { createTrustCheck, type TrustCheck } from "./trust.js";

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
 * @throws PveConfigError when the TLS options cannot be right
 */
export function createAgent({ tls, connectTimeout }: AgentSetup): Agent {
  const setup = readTlsOptions(tls);
  const handshake = { options: connectOptions(setup), check: createTrustCheck(setup.trust), connectTimeout };
  const agent = new Agent({ keepAlive: true, timeout: IDLE_LIMIT, maxSockets: MOST_SOCKETS, maxCachedSessions: 0 });
  agent.createConnection = ({ host, port, onStop }: ClientRequestArgs & Abandonable, callback) => {
    const target = { host: host ?? "localhost", port: Number(port ?? 443) };
    openSocket(target, handshake, onStop).then(
      (socket) => callback?.(null, socket),
      (error: Error) => callback?.(error, undefined as never),
    );
    return undefined;
  };
  return agent;
}

/** How a request tells its agent that it no longer wants a connection. Node keeps a `signal` to itself. */
export interface Abandonable {
  readonly onStop?: TransportInit["onStop"];
}

interface Address {
  readonly host: string;
  readonly port: number;
}

interface Handshake {
  readonly options: ConnectionOptions;
  readonly check: TrustCheck | undefined;
  readonly connectTimeout: number;
}

function connectOptions({ trust, identity }: TlsSetup): ConnectionOptions {
  const ca = trust.kind === "ca" ? { ca: [...trust.ca] } : {};
  // A pinned certificate is checked below, by its print; it need not be signed by anybody.
  const rejectUnauthorized = trust.kind === "system" || trust.kind === "ca";
  try {
    return { secureContext: createSecureContext({ ...identity, ...ca }), rejectUnauthorized };
  } catch (error) {
    const text = "tls.cert, tls.key, tls.passphrase or tls.ca cannot be read, or do not match";
    throw new PveConfigError(`${text} (${codeOf(error)})`);
  }
}

/** Connects, shakes hands and checks the certificate. Every failure is a `PveConnectionError` with `sent: "no"`. */
function openSocket(
  { host, port }: Address,
  { options, check, connectTimeout }: Handshake,
  onStop: TransportInit["onStop"],
): Promise<TLSSocket> {
  const socket = connect({ ...options, host, port, ...(isIP(host) === 0 ? { servername: host } : {}) });
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      off?.();
    };
    const fail = (error: PveConnectionError) => {
      settle();
      socket.destroy();
      reject(error);
    };
    const late = new PveConnectionError(`no connection within ${connectTimeout} ms`, { kind: "timeout", sent: "no" });
    const timer = setTimeout(() => fail(late), connectTimeout);
    // Last, because it may call back at once.
    let off: (() => void) | undefined;
    off = onStop?.(() => fail(new PveConnectionError("", { kind: "aborted", sent: "no" })));
    // Stays on: between here and the agent's own listener the socket must not be without one.
    socket.on("error", (error) => fail(unsent(error)));
    socket.once("secureConnect", () => {
      judge(check, `${host}:${port}`, socket).then(() => {
        settle();
        resolve(socket);
      }, fail);
    });
  });
}

/** Lets the certificate's print be checked. Whatever goes wrong there is no reason to try again. */
async function judge(check: TrustCheck | undefined, host: string, socket: TLSSocket): Promise<void> {
  if (check === undefined) return;
  const seen = socket.getPeerCertificate().fingerprint256 ?? "no certificate";
  const mismatch = await check(host, seen).catch((error: unknown) => {
    const text = error instanceof PveError ? error.message : codeOf(error);
    throw new PveConnectionError(`the store of fingerprints failed: ${text}`, { kind: "tls", sent: "no" });
  });
  if (mismatch !== undefined) throw new PveConnectionError("", { kind: "tls-pin", sent: "no", ...mismatch });
}

function unsent(error: Error): PveConnectionError {
  const { kind } = asConnectionError(error, { operation: "connecting", host: "" });
  return new PveConnectionError(codeOf(error), { kind, sent: "no" });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
