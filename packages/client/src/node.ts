import { type ClientOptions, createClient as createNeutralClient, type PveClient } from "./client.js";
import { PveConfigError } from "./errors.js";
import { createAgent } from "./node-agent.js";
import { createNodeTransport } from "./node-transport.js";
import { readTlsOptions, type TlsOptions } from "./tls-options.js";

export type { TlsOptions } from "./tls-options.js";

/** What a client on Node needs to know. */
export interface NodeClientOptions extends Omit<ClientOptions, "transport"> {
  readonly tls?: TlsOptions;
  /** Milliseconds until a connection must stand, TLS included. Default: 10 000. */
  readonly connectTimeout?: number;
}

let warned = false;

/**
 * Makes a client over `node:https`: certificates can be pinned or checked against an authority, connections are kept
 * alive, and whether a failed request was sent is known rather than guessed.
 * @throws PveConfigError when the options cannot be right
 */
export function createClient(options: NodeClientOptions): PveClient {
  const { tls: given, connectTimeout = 10_000, ...rest } = options;
  if (!/^https:\/\//i.test(options.baseUrl)) throw new PveConfigError("baseUrl must begin with https://");
  const tls = readTlsOptions(given);
  if (tls !== undefined && "insecure" in tls) warnOnce();
  return createNeutralClient({ ...rest, transport: createNodeTransport(createAgent({ tls, connectTimeout })) });
}

function warnOnce(): void {
  if (warned) return;
  warned = true;
  process.emitWarning("Certificates are not checked (tls.insecure); pin one with tls.fingerprint256 instead.", {
    type: "PveInsecureTls",
    code: "PVE_TLS_INSECURE",
  });
}
