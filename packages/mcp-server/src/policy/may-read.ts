import { findOperation } from "@pve/tools";
import type { Caller } from "../caller.js";
import { clusterFactsOf, refusalOf } from "../gate.js";
import type { RunSettings } from "../run-action.js";
import type { Target } from "../target.js";
import type { ApiRequest } from "./api-request.js";
import { subjectOf } from "./subject.js";

/**
 * Whether rules let a caller read what no tool is called for, such as what completes an argument. Nobody is asked: what
 * needs approval may not be read this way.
 */
export async function mayRead(
  settings: Pick<RunSettings, "policy" | "now">,
  { target, caller }: { readonly target: Target; readonly caller: Caller },
  request: ApiRequest,
  signal: AbortSignal,
): Promise<boolean> {
  const tool = await findOperation(request.route);
  if (tool === undefined) return false;
  const action = { tool, args: request.params, target, caller, risk: tool.risk };
  const policies = [settings.policy, target.policy].filter((policy) => policy !== undefined);
  const now = settings.now ?? Date.now;
  const cluster = clusterFactsOf(action, now, signal);
  const passed = await refusalOf(policies, subjectOf(action, request, { cluster, now: now() }));
  return passed.kind === "passed" && passed.decision.effect === "allow";
}
