import type { Risk } from "@pve/tools";
import type { Action } from "../action.js";
import { allows } from "../allowance.js";
import type { Decision } from "./decide.js";

/** Says that an action goes further than its target or its caller may. */
export function notAllowed({ tool, target, caller }: Action, risk: Risk, dangers: readonly string[]): string {
  const what = risk === "destroy" ? "can lose data, cut access or stop what people use" : "changes the cluster";
  const why = dangers.length === 0 ? `"${tool.title}" ${what}` : `this call ${what}: ${dangers.join("; ")}`;
  const remedy = allows(target.allowed, risk)
    ? `The caller ${caller.id} may not go further than ${caller.reach}.`
    : `The operator can allow it by starting the server with --allow ${risk}.`;
  return `it is not allowed in this session: ${why}. ${remedy}`;
}

/** Says which rule of a policy is in the way, and who can change it. */
export function ruledOut({ by = "the policy" }: Decision): string {
  return `${by} forbids it. The operator can change that in the server's configuration`;
}
