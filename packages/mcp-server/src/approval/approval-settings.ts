import type { Desk } from "./desk.js";
import type { Sealer } from "./seal.js";
import type { SingleUse } from "./single-use.js";

/**
 * `auto`: the person at the client, else an operator, else nobody, which refuses. `client`, `operator`: only these.
 * `off`: what is only rated destroy goes ahead unasked; what a rule wants approved is asked for as with `auto`.
 */
export type ApprovalMode = "auto" | "client" | "operator" | "off";

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
