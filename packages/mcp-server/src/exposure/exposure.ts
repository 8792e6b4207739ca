import { catalogue, isAtLeast, type ResolvedTool } from "@pve/tools";
import { allows } from "../allowance.js";
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

/** Every tool that at least one of the caller's targets allows and, as far as is configured, has; listed or not. */
export function allowedTools(targets: readonly Target[], caller: Caller): readonly ResolvedTool[] {
  return catalogue.filter((tool) => refusalOf(tool, targets, caller) === undefined);
}

/** Why every target of a caller refuses a tool or operation whatever it is given; undefined where one does not. */
export function refusalOf(
  tool: Pick<ResolvedTool, "risk" | "since">,
  targets: readonly Target[],
  caller: Caller,
): string | undefined {
  const reasons = targetsOf(targets, caller).map((target) => reasonOf(tool, target, caller));
  return reasons.includes(undefined) ? undefined : (reasons[0] ?? "this caller may use no target");
}

function reasonOf(
  { risk, since }: Pick<ResolvedTool, "risk" | "since">,
  { allowed, release }: Target,
  caller: Caller,
): string | undefined {
  if (!allows(allowed, risk)) return `needs --allow ${risk}`;
  if (!allows(caller.reach, risk)) return `${caller.id} may only ${caller.reach}`;
  const tooOld = since !== undefined && release !== undefined && !isAtLeast(release, since);
  return tooOld ? `needs PVE ${since}` : undefined;
}
