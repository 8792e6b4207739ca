import { actionOn } from "../action.js";
import { failed } from "../answer.js";
import { type CallAnswer, runAction } from "../run-action.js";
import { findAny, nothingCalled } from "./find-any.js";
import type { MetaTool } from "./meta-tool.js";

type Given = Parameters<MetaTool["run"]>;

/** `call`: runs any tool or operation, on the path of every other call. */
export const runAny: MetaTool["run"] = (...given) => run(given, false);

/** `read`: the same, for what only reads. */
export const readAny: MetaTool["run"] = (...given) => run(given, true);

async function run([settings, caller, args, context]: Given, readOnly: boolean): Promise<CallAnswer> {
  const name = String(args["name"]);
  const named = await findAny(name);
  if (named === undefined) return failed(await nothingCalled(settings, caller, name));
  const { tool, values } = named;
  if (readOnly && tool.risk !== "read") {
    return failed(`${tool.name} is rated ${tool.risk}, and read only reads: use call. Nothing was sent.`);
  }
  const inner = { ...values, ...recordOf(args["arguments"]) };
  return runAction(settings, actionOn(settings.targets, caller, tool, inner, args["target"]), context);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
