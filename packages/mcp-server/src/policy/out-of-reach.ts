import { judgeTool, type ResolvedTool } from "@pve/tools";
import type { Caller } from "../caller.js";
import { type Target, targetsOf } from "../target.js";
import { grantsOf, lacking } from "./permission.js";

/** Says of a tool or operation why no target would let the caller's token use it; undefined where one might. */
export type OutOfReach = (tool: ResolvedTool) => string | undefined;

/**
 * Reads what the caller's tokens may do, once a minute at most, and judges tools by it: whatever arguments they get. Where
 * a target does not tell, nothing is out of reach. Route: `GET /access/permissions`.
 */
export async function outOfReachOf(targets: readonly Target[], caller: Caller, now: number): Promise<OutOfReach> {
  const all = await Promise.all(targetsOf(targets, caller).map((target) => grantsOf(target.clientFor(caller), now)));
  return (tool) => {
    const reasons = all.map((grants) =>
      grants === undefined ? undefined : lacking(judgeTool(tool, undefined, grants)),
    );
    return reasons.includes(undefined) ? undefined : reasons[0];
  };
}
