import type { PveClient } from "@pve/client";
import type { ExecuteContext, Risk } from "@pve/tools";
import { lesserRisk } from "./allowance.js";
import type { Caller } from "./caller.js";
import type { Policy } from "./policy/policy.js";

/** One cluster (or single node) that the server speaks to. */
export interface Target {
  /** What callers name it by where there are several; unique in a server. */
  readonly name: string;
  /** How far anybody may go here. */
  readonly allowed: Risk;
  /** Whose API it speaks, where the operator has said so: what came later is then not listed. */
  readonly release?: string;
  /** The client that speaks for this caller: with the target's own token, or with the caller's. */
  readonly clientFor: (caller: Caller) => PveClient;
  /** What tools of this target are given beside the client: a place for secrets, files to send, a terminal. */
  readonly gives?: Pick<ExecuteContext, "saveSecret" | "sendFile" | "joining" | "openUpgrade">;
  /** Rules for this target, beside those of the server. */
  readonly policy?: Policy;
}

/** The targets that a caller may name, in the order of the configuration. */
export function targetsOf<T extends Pick<Target, "name">>(targets: readonly T[], caller: Caller): readonly T[] {
  const { targets: named } = caller;
  return named === undefined ? targets : targets.filter(({ name }) => named.includes(name));
}

/** The furthest that a caller may go anywhere. */
export function furthestReach(targets: readonly Pick<Target, "name" | "allowed">[], caller: Caller): Risk {
  const bounds = targetsOf(targets, caller).map((target) => lesserRisk(target.allowed, caller.reach));
  return bounds.includes("destroy") ? "destroy" : bounds.includes("change") ? "change" : "read";
}
