import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { nearNames, type ResolvedTool, type Risk } from "@pve/tools";
import { lesserRisk } from "./allowance.js";
import type { Caller } from "./caller.js";
import { cleanText } from "./render.js";
import { type Target, targetsOf } from "./target.js";

/** One tool about to be run: everything that policy, approval, audit and execution look at. */
export interface Action {
  readonly tool: ResolvedTool;
  /** As the caller gave them, without `target`; not checked yet. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly target: Target;
  readonly caller: Caller;
  readonly risk: Risk;
}

/** How far an action may go: what both its target and its caller allow. */
export function boundOf({ target, caller }: Pick<Action, "target" | "caller">): Risk {
  return lesserRisk(target.allowed, caller.reach);
}

/**
 * The action that a call of `tool` asks for. The argument `target` names the cluster where the caller may reach more than
 * one; it is an error where there is nothing to choose.
 *
 * @throws ProtocolError when the target is missing, unknown, or not the caller's.
 */
export function actionOf(
  targets: readonly Target[],
  caller: Caller,
  tool: ResolvedTool,
  given: Readonly<Record<string, unknown>>,
): Action {
  const reachable = targetsOf(targets, caller);
  if (reachable.length <= 1 && reachable[0] !== undefined) {
    return { tool, args: given, target: reachable[0], caller, risk: tool.risk };
  }
  const { target: name, ...args } = given;
  return actionOn(targets, caller, tool, args, name);
}

/**
 * The action of `tool` on a named target, which may be left out where there is only one. Arguments stay as they are:
 * an operation may have a parameter called `target` of its own.
 *
 * @throws ProtocolError when the target is missing, unknown, or not the caller's.
 */
export function actionOn(
  targets: readonly Target[],
  caller: Caller,
  tool: ResolvedTool,
  args: Readonly<Record<string, unknown>>,
  name: unknown,
): Action {
  const reachable = targetsOf(targets, caller);
  const only = reachable.length === 1 && name === undefined ? reachable[0] : undefined;
  const target = only ?? reachable.find((one) => one.name === name);
  if (target === undefined) throw unknownTarget(name, reachable);
  return { tool, args, target, caller, risk: tool.risk };
}

function unknownTarget(name: unknown, reachable: readonly Target[]): ProtocolError {
  const names = reachable.map((one) => one.name);
  const known = names.length === 0 ? "this caller may use no target" : `targets: ${names.join(", ")}`;
  const near = typeof name === "string" ? nearNames(name, names) : [];
  const said =
    name === undefined
      ? "The argument target is missing"
      : `There is no target ${JSON.stringify(cleanText(String(name)))}`;
  const hint = near.length === 0 ? "" : ` Did you mean ${near.join(" or ")}?`;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `${said}; ${known}.${hint} Nothing was sent.`);
}
