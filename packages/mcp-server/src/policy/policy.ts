import type { Risk } from "@pve/tools";
import type { TimeWindow } from "./time-window.js";

/** What a rule says: go on, ask a person first, or stop. */
export type Effect = "allow" | "approve" | "deny";

/** VMIDs from one to another, both included. */
export interface VmidRange {
  readonly from: number;
  readonly to: number;
}

/** What must be so for a rule to decide; everything given must, and of a list anything. Names may hold `*`. */
export interface Criteria {
  readonly tool?: readonly string[];
  readonly operation?: readonly string[];
  readonly toolset?: readonly string[];
  readonly risk?: readonly Risk[];
  readonly caller?: readonly string[];
  readonly node?: readonly string[];
  readonly vmid?: readonly VmidRange[];
  readonly tag?: readonly string[];
  readonly pool?: readonly string[];
  readonly storage?: readonly string[];
  readonly time?: readonly TimeWindow[];
}

/** One rule. */
export interface Rule {
  readonly name?: string;
  readonly effect: Effect;
  readonly when: Criteria;
  /** With `allow`: what is rated destroy needs nobody's approval here. */
  readonly unattended: boolean;
}

/** Guests that nothing may destroy, and that change only with approval. */
export interface Protection {
  readonly name?: string;
  readonly when: Pick<Criteria, "vmid" | "tag" | "pool">;
}

/** Rules in their order, the first that applies decides; and the guests that are protected before any of them. */
export interface Policy {
  /** Names the policy in refusals: `policy`, or `targets.home.policy`. */
  readonly source: string;
  readonly protect: readonly Protection[];
  readonly rules: readonly Rule[];
  /** What happens where no rule applies. */
  readonly otherwise: Effect;
}
