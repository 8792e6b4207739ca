import type { Action } from "../action.js";

/** What the argument `plan` asks for: true for a plan, its id to apply one. */
export type PlanArgument = true | string | undefined;

/** Takes the argument `plan` out of a changing action's; it belongs to every tool that changes something, and to none alone. */
export function planArgumentOf(given: Action): { readonly action: Action; readonly plan: PlanArgument } {
  const { plan, ...args } = given.args;
  if (given.risk === "read" || plan === undefined || "plan" in given.tool.inputSchema.properties)
    return { action: given, plan: undefined };
  const action = { ...given, args };
  if (plan === true || plan === "true") return { action, plan: true };
  // A wrong value is not to be taken for "go ahead"; as an id it is none.
  return { action, plan: plan === false || plan === "false" || plan === null ? undefined : String(plan) };
}
