import type { Risk } from "@pve/tools";

/** Who a request comes from. What the server does follows from its settings, the caller and the request, and nothing else. */
export interface Caller {
  /** Names the caller in refusals and in the audit: `local`, a token's name, an OAuth subject. */
  readonly id: string;
  /** How far this caller may go, whatever the target allows beyond it. */
  readonly reach: Risk;
  /** The targets this caller may name; all of them when absent. */
  readonly targets?: readonly string[];
}

/** Whoever started the process: over stdio there is nobody else. */
export const localCaller: Caller = { id: "local", reach: "destroy" };
