import { createClient as createNeutralClient, type PveClient } from "./client.js";
import { PveConfigError } from "./errors.js";
import { createConnector } from "./node-connector.js";
import { createNodeTransport } from "./node-transport.js";
import { type OpenIdLogin, type OpenIdRequest, openIdLogin as openIdLoginOver } from "./openid.js";
import { type NodeAuth, readSecretFiles } from "./secret-file.js";
import type { TlsOptions } from "./tls-options.js";
import type { Transport } from "./transport.js";
import type { WireOptions } from "./wire.js";

export { readCertificate, type ShownCertificate } from "./certificate.js";
export { type OpenTerminalOptions, openTerminal } from "./console.js";
export type { Console } from "./console-session.js";
export type { ConsoleTarget } from "./console-target.js";
export {
  type SpiceConnection,
  type SpiceOptions,
  spiceConfig,
  type VncConnection,
  vncConnection,
} from "./console-viewer.js";
export {
  type Download,
  type DownloadOptions,
  downloadFile,
  downloadTaskLog,
  type RestoreFileOptions,
} from "./download.js";
export type { OpenIdLogin, OpenIdRequest } from "./openid.js";
export type { NodeAuth, PasswordFileAuth, TokenFileAuth } from "./secret-file.js";
export type { ClientCertificate, TlsOptions, TlsTrust, TrustStore } from "./tls-options.js";
export { fileTrustStore } from "./trust-file.js";
export { type ChecksumAlgorithm, type UploadOptions, type UploadProgress, upload } from "./upload.js";
export { type UploadContent, uploadName } from "./upload-name.js";
export type { UploadFile, UploadStream } from "./upload-source.js";

/** Milliseconds for the parts of a request. What is not given is limited by the call's own timeout alone. */
export interface Timeouts {
  /** Until a connection stands, TLS included. Default: 10 000, and 2000 where there is another node to go to. */
  readonly connect?: number | undefined;
  /** From there to the first line of the answer. */
  readonly headers?: number | undefined;
  /** The longest silence within the body of an answer. */
  readonly body?: number | undefined;
}

/** How a program on Node reaches its cluster. */
export interface NodeWireOptions extends Omit<WireOptions, "transport"> {
  readonly tls?: TlsOptions | undefined;
  readonly timeouts?: Timeouts | undefined;
  /** Hears of each request when it is over: the HTTP status, or `undefined` when no answer came. For counting; must not throw. */
  readonly onExchange?: (status: number | undefined) => void;
}

/** What a client on Node needs to know. */
export interface NodeClientOptions extends NodeWireOptions {
  readonly auth: NodeAuth;
}

let warned = false;

/**
 * Makes a client over HTTPS: certificates can be pinned or checked against an authority, connections are kept
 * alive, and whether a failed request was sent is known rather than guessed.
 * @throws PveConfigError when the options cannot be right
 */
export function createClient(options: NodeClientOptions): PveClient {
  return createNeutralClient({ ...overHttps(options), auth: readSecretFiles(options.auth) });
}

/**
 * Makes clients with different credentials for one cluster, over the same connections: `maxConcurrent` and `maxPerSecond`
 * are each client's own, the number of connections is common to all.
 * @throws PveConfigError when the options cannot be right
 */
export function createClients(options: NodeWireOptions): (auth: NodeAuth) => PveClient {
  const wire = overHttps(options);
  return (auth) => createNeutralClient({ ...wire, auth: readSecretFiles(auth) });
}

/**
 * Begins a login over an OpenID provider: hand `authUrl` to a browser, and what it comes back with to `finish`.
 * @throws PveConfigError · PveConnectionError · PveRequestError
 */
export function openIdLogin(options: NodeWireOptions & OpenIdRequest): Promise<OpenIdLogin> {
  return openIdLoginOver(overHttps(options));
}

/** The same options with a transport that does what those of Node ask for. */
function overHttps<Options extends NodeWireOptions>(
  options: Options,
): Omit<Options, "tls" | "timeouts" | "onExchange"> & { readonly transport: Transport } {
  const { tls, timeouts = {}, onExchange, ...rest } = options;
  const bases = typeof options.baseUrl === "string" ? [options.baseUrl] : options.baseUrl;
  if (!bases.every((base) => /^https:\/\//i.test(base))) throw new PveConfigError("baseUrl must begin with https://");
  for (const [part, ms] of Object.entries(timeouts)) {
    if (ms !== undefined && !(ms > 0)) throw new PveConfigError(`timeouts.${part} must be milliseconds above 0`);
  }
  const { connect = bases.length > 1 ? 2000 : 10_000, headers, body } = timeouts;
  const connector = createConnector({ tls, connectTimeout: connect });
  if (tls !== undefined && "insecure" in tls) warnOnce();
  return { ...rest, transport: createNodeTransport(connector, { headers, body }, onExchange) };
}

function warnOnce(): void {
  if (warned) return;
  warned = true;
  process.emitWarning("Certificates are not checked (tls.insecure); pin one with tls.fingerprint256 instead.", {
    type: "PveInsecureTls",
    code: "PVE_TLS_INSECURE",
  });
}
