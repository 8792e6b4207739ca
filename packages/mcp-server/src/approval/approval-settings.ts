import type { Desk } from "./desk.js";
import type { Sealer } from "./seal.js";
import type { SingleUse } from "./single-use.js";

/**
 * `auto`: the person at the client, else an operator, else nobody, which refuses. `client`, `operator`: only these.
 * `off`: what is only rated destroy goes ahead unasked; what a rule wants approved is asked for as with `auto`.
 */
export type ApprovalMode = "auto" | "client" | "operator" | "off";

/** What is configured of approval. */
export interface ApprovalConfig {
  readonly mode: ApprovalMode;
  /** Where key, questions, answers and marks of use lie; processes that share it share approvals. Absent: this process alone. */
  readonly directory?: string;
  /** Milliseconds a question may be answered. */
  readonly expires: number;
  /** Milliseconds a call waits for an operator. */
  readonly patience: number;
}

/** What holds where nothing is configured: five minutes to answer, and a call that waits less than clients do. */
export const defaultApproval: ApprovalConfig = { mode: "auto", expires: 300_000, patience: 45_000 };

/** How approval is sought; the same for every call. */
export interface ApprovalSettings {
  readonly mode: ApprovalMode;
  readonly sealer: Sealer;
  readonly singleUse: SingleUse;
  /** Where an operator is asked; absent where no directory for it is configured. */
  readonly desk?: Desk;
  /** How long a question may be answered, in milliseconds. */
  readonly expires: number;
  /** How long a call waits for an operator before it answers that approval is pending, in milliseconds. */
  readonly patience: number;
  /** How often a waiting call says that it waits, in milliseconds. */
  readonly heartbeat: number;
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}
