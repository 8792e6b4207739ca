import { catalogue, type ResolvedTool } from "@pve/tools";
import { allows, lesserRisk } from "../allowance.js";
import type { Caller } from "../caller.js";
import { furthestReach, type Target, targetsOf } from "../target.js";
import { defaultTools } from "./default-tools.js";
import { defaultExposure, type Exposure } from "./exposure-settings.js";

/**
 * The tools on view for a caller, in the order of their names: those of the configuration that at least one of the
 * caller's targets allows.
 */
export function listedTools(
  targets: readonly Target[],
  caller: Caller,
  { toolsets, tools = [], exclude = [] }: Exposure = defaultExposure,
): readonly ResolvedTool[] {
  const chosen = new Set([
    ...tools,
    ...(toolsets.includes("default") ? defaultTools[furthestReach(targets, caller)] : []),
  ]);
  return allowedTools(targets, caller).filter(
    ({ name, toolset }) =>
      !exclude.includes(name) && (toolsets.includes("all") || toolsets.includes(toolset) || chosen.has(name)),
  );
}

/** Every tool that at least one of the caller's targets allows, listed or not. */
export function allowedTools(targets: readonly Target[], caller: Caller): readonly ResolvedTool[] {
  const bounds = targetsOf(targets, caller).map((target) => lesserRisk(target.allowed, caller.reach));
  return catalogue.filter((tool) => bounds.some((bound) => allows(bound, tool.risk)));
}
