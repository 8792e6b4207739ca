import type { RefusalKind } from "./refusal.js";

/** What every error of this package carries; match on it rather than on messages. */
export type PveErrorCode =
  | "PVE_CONFIG"
  | "PVE_PARAMETER"
  | "PVE_CONNECTION"
  | "PVE_REQUEST"
  | "PVE_TASK"
  | "PVE_PROTOCOL";

/** The common base. No error of this package ever holds a credential, a header or a body. */
export abstract class PveError extends Error {
  abstract readonly code: PveErrorCode;
}

/** The client itself is set up wrongly; calling again cannot help. */
export class PveConfigError extends PveError {
  readonly code = "PVE_CONFIG";
  override readonly name = "PveConfigError";
}

/** What is known about a call whose parameters were turned down before sending. */
export interface ParameterFault {
  /** The route, or the name of the function that was called. */
  readonly operation: string;
  /** Every problem, keyed by parameter. */
  readonly problems: Readonly<Record<string, string>>;
  /** Value of the first parameter named, if it is a plain one; left out where it may be a secret. */
  readonly value?: unknown;
}

/** The parameters cannot be right; nothing was sent. All problems are reported together. */
export class PveParameterError extends PveError {
  readonly code = "PVE_PARAMETER";
  override readonly name = "PveParameterError";
  readonly operation: string;
  /** The first parameter with a problem. */
  readonly field: string;
  readonly value?: unknown;
  readonly problems: Readonly<Record<string, string>>;

  constructor(fault: ParameterFault) {
    const lines = Object.entries(fault.problems).map(([field, problem]) => `${field}: ${problem}`);
    super(`${fault.operation}: ${lines.join("; ")}`);
    this.operation = fault.operation;
    this.field = Object.keys(fault.problems)[0] ?? "";
    if (fault.value !== undefined) this.value = fault.value;
    this.problems = fault.problems;
  }
}

/** What went wrong between here and the server. */
export type ConnectionKind = "refused" | "timeout" | "dns" | "reset" | "tls" | "tls-pin" | "aborted" | "other";

/** What is known about a failed connection. */
export interface ConnectionFault {
  readonly kind: ConnectionKind;
  /** `no`: not a byte of the request left; `maybe`: the operation may have happened. */
  readonly sent: "no" | "maybe";
  /** Certificate prints, where `kind` is `tls-pin`. */
  readonly expected?: string;
  readonly seen?: string;
}

/** The request got no complete answer. `sent` says whether it can have had an effect. */
export class PveConnectionError extends PveError {
  readonly code = "PVE_CONNECTION";
  override readonly name = "PveConnectionError";
  readonly kind: ConnectionKind;
  readonly sent: "no" | "maybe";
  /** SHA-256 print that was asked for; only with kind `tls-pin`. */
  readonly expected?: string;
  /** SHA-256 print that the server showed; only with kind `tls-pin`. */
  readonly seen?: string;

  constructor(message: string, fault: ConnectionFault) {
    super(message);
    this.kind = fault.kind;
    this.sent = fault.sent;
    if (fault.expected !== undefined) this.expected = fault.expected;
    if (fault.seen !== undefined) this.seen = fault.seen;
  }
}

/** What a server said when it refused. */
export interface RequestFault {
  readonly operation: string;
  readonly status: number;
  /** PVE's text, all lines. */
  readonly reason: string;
  /** PVE's texts per parameter. */
  readonly fields: Readonly<Record<string, string>>;
  readonly kind: RefusalKind;
}

/** The server answered and refused. `kind` says what a caller can do about it. */
export class PveRequestError extends PveError {
  readonly code = "PVE_REQUEST";
  override readonly name = "PveRequestError";
  readonly operation: string;
  readonly status: number;
  readonly reason: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly kind: RefusalKind;

  constructor(fault: RequestFault) {
    const fields = Object.entries(fault.fields).map(([field, text]) => `${field}: ${text.trim()}`);
    const detail = fields.length === 0 ? "" : ` (${fields.join("; ")})`;
    super(`${fault.operation}: ${fault.status} ${fault.reason}${detail}`);
    this.operation = fault.operation;
    this.status = fault.status;
    this.reason = fault.reason;
    this.fields = fault.fields;
    this.kind = fault.kind;
  }
}

/** A task ended with something else than `OK` or warnings. */
export class PveTaskError extends PveError {
  readonly code = "PVE_TASK";
  override readonly name = "PveTaskError";
  readonly upid: string;
  readonly exitstatus: string;
  /** The last lines of the task's log, at most 20. */
  readonly log: readonly string[];

  constructor(upid: string, exitstatus: string, log: readonly string[]) {
    super(`task ${upid} failed: ${exitstatus}`);
    this.upid = upid;
    this.exitstatus = exitstatus;
    this.log = log;
  }
}

/** The answer is not one of PVE's: HTML of a proxy, cut JSON, a redirect. */
export class PveProtocolError extends PveError {
  readonly code = "PVE_PROTOCOL";
  override readonly name = "PveProtocolError";
  readonly operation: string;
  readonly status: number;

  constructor(operation: string, status: number, problem: string) {
    super(`${operation}: ${problem}`);
    this.operation = operation;
    this.status = status;
  }
}
