import type { ClientRequestArgs } from "node:http";
import { Agent } from "node:https";
import { isIP } from "node:net";
import { type ConnectionOptions, connect, createSecureContext, type TLSSocket } from "node:tls";
import { asFault } from "./connection.js";
import { PveConfigError, PveConnectionError, PveError } from "./errors.js";
import { readTlsOptions, type TlsOptions, type TlsSetup } from "./tls-options.js";
import type { TransportInit } from "./transport.js";
import { createTrustCheck, type TrustCheck } from "./trust.js";

/** What a connector is made for. */
export interface ConnectorSetup {
  readonly tls: TlsOptions | undefined;
  /** Milliseconds for TCP and TLS together. */
  readonly connectTimeout: number;
}

/**
 * Makes a connection and hands it over only after its certificate was accepted, so no byte of a request can reach an
 * impostor. Every failure is a `PveConnectionError` with `sent: "no"`. `onStop` lets go of a connection being made.
 */
export type Connector = (target: Address, onStop?: TransportInit["onStop"]) => Promise<TLSSocket>;

/** Where to connect to. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Makes a connector.
 * @throws PveConfigError when the TLS options cannot be right
 */
export function createConnector({ tls, connectTimeout }: ConnectorSetup): Connector {
  const setup = readTlsOptions(tls);
  const handshake = { options: connectOptions(setup), check: createTrustCheck(setup.trust), connectTimeout };
  return (target, onStop) => openSocket(target, handshake, onStop);
}

/** An agent for one request or web socket, over a connection of its own. */
export function singleUseAgent(connector: Connector): Agent {
  const agent = new Agent({ keepAlive: false, maxCachedSessions: 0 });
  agent.createConnection = ({ host, port }: ClientRequestArgs, callback) => {
    connector({ host: host ?? "localhost", port: Number(port ?? 443) }).then(
      (socket) => callback?.(null, socket),
      (error: Error) => callback?.(error, undefined as never),
    );
    return undefined;
  };
  return agent;
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

/** Connects, shakes hands and checks the certificate. */
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
  return new PveConnectionError(codeOf(error), { kind: asFault(error).kind, sent: "no" });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
