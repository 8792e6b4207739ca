import { type ConnectionFault, type ConnectionKind, PveConnectionError } from "./errors.js";

/** Error codes of Node and undici that tell what happened; all others count as `other`. */
const CODES: Readonly<Record<string, readonly [ConnectionKind, ConnectionFault["sent"]]>> = {
  ECONNREFUSED: ["refused", "no"],
  ENOTFOUND: ["dns", "no"],
  EAI_AGAIN: ["dns", "no"],
  EHOSTUNREACH: ["other", "no"],
  ENETUNREACH: ["other", "no"],
  EHOSTDOWN: ["other", "no"],
  UND_ERR_CONNECT_TIMEOUT: ["timeout", "no"],
  ETIMEDOUT: ["timeout", "maybe"],
  UND_ERR_HEADERS_TIMEOUT: ["timeout", "maybe"],
  UND_ERR_BODY_TIMEOUT: ["timeout", "maybe"],
  ECONNRESET: ["reset", "maybe"],
  EPIPE: ["reset", "maybe"],
  ECONNABORTED: ["reset", "maybe"],
  UND_ERR_SOCKET: ["reset", "maybe"],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ["reset", "maybe"],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["tls", "no"],
  SELF_SIGNED_CERT_IN_CHAIN: ["tls", "no"],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ["tls", "no"],
  UNABLE_TO_GET_ISSUER_CERT: ["tls", "no"],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ["tls", "no"],
  HOSTNAME_MISMATCH: ["tls", "no"],
  EPROTO: ["tls", "maybe"],
};

const MEANING: Readonly<Record<ConnectionKind, string>> = {
  refused: "nothing listens there (connection refused)",
  dns: "the host name cannot be resolved",
  timeout: "no answer in time",
  reset: "the connection broke before the answer was complete",
  tls: "the certificate or the TLS handshake was not accepted",
  "tls-pin": "the certificate is not the pinned one",
  aborted: "aborted by the caller",
  other: "the connection failed",
};

/** Where a request was going, for messages; never holds a query, since queries may hold secrets. */
export interface Target {
  readonly operation: string;
  readonly host: string;
}

/** Makes the error for a connection that failed in a known way. */
export function connectionError(target: Target, fault: ConnectionFault, detail?: string): PveConnectionError {
  const { kind, sent, expected, seen } = fault;
  const outcome = sent === "no" ? "nothing was sent" : "the request may have had its effect";
  const prints = kind === "tls-pin" ? `: expected ${expected}, seen ${seen}` : "";
  const more = detail === undefined || detail === "" ? "" : ` [${detail}]`;
  const remedy = detail !== undefined && UNKNOWN_SIGNER.test(detail) ? `; ${PIN_IT}` : "";
  return new PveConnectionError(
    `${target.operation} to ${target.host}: ${MEANING[kind]}${prints}${more}${remedy}; ${outcome}`,
    fault,
  );
}

/** A certificate that nobody known here has signed: what every fresh node has. */
const UNKNOWN_SIGNER = /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)$/;
const PIN_IT =
  "a node signs its own unless it was given another: with @pve/client/node pin it (tls.fingerprint256), or trust its " +
  "authority (tls.ca)";

/**
 * Makes a `PveConnectionError` of whatever a transport threw. The error itself is not kept, nor its message: a fetch
 * may quote headers in it. The error code is enough. A `PveConnectionError` keeps what it knows.
 */
export function asConnectionError(error: unknown, target: Target): PveConnectionError {
  const fault = asFault(error);
  return connectionError(target, faultOf(fault), fault.message);
}

/** The same, with nothing but the code for a message, where it is not known yet what was called. */
export function asFault(error: unknown): PveConnectionError {
  if (error instanceof PveConnectionError) return error;
  const { code, syscall } = systemError(error, 0) ?? {};
  if (code === undefined) return new PveConnectionError("", { kind: "other", sent: "maybe" });
  const [kind, sent] = CODES[code] ?? fallback(code);
  return new PveConnectionError(code, { kind, sent: syscall === "connect" ? "no" : sent });
}

function fallback(code: string): readonly [ConnectionKind, ConnectionFault["sent"]] {
  if (code.startsWith("CERT_") || code === "ERR_TLS_CERT_ALTNAME_INVALID") return ["tls", "no"];
  return [/^ERR_(?:TLS|SSL)_/.test(code) ? "tls" : "other", "maybe"];
}

interface SystemError {
  readonly code: string;
  readonly syscall?: unknown;
}

/** The system error inside an error; fetch wraps it, and several addresses come as an aggregate. */
function systemError(error: unknown, depth: number): SystemError | undefined {
  if (typeof error !== "object" || error === null || depth > 4) return undefined;
  if ("code" in error && typeof error.code === "string") {
    return "syscall" in error ? { code: error.code, syscall: error.syscall } : { code: error.code };
  }
  const inner: unknown[] = "errors" in error && Array.isArray(error.errors) ? error.errors : [];
  const causes = "cause" in error ? [error.cause, ...inner] : inner;
  return causes.map((cause) => systemError(cause, depth + 1)).find((found) => found !== undefined);
}

function faultOf({ kind, sent, expected, seen }: PveConnectionError): ConnectionFault {
  return { kind, sent, ...(expected === undefined ? {} : { expected }), ...(seen === undefined ? {} : { seen }) };
}
