import { catalogue, type ResolvedTool } from "@pve/tools";
import { allows, lesserRisk } from "./allowance.js";
import type { Caller } from "./caller.js";
import { type Target, targetsOf } from "./target.js";

/** The tools on view for a caller, in the order of their names: those that at least one of the caller's targets allows. */
export function listedTools(targets: readonly Target[], caller: Caller): readonly ResolvedTool[] {
  const bounds = targetsOf(targets, caller).map((target) => lesserRisk(target.allowed, caller.reach));
  return catalogue.filter((tool) => bounds.some((bound) => allows(bound, tool.risk)));
}
