import { type Arguments, checkArguments } from "./arguments.js";
import { withCompleteness } from "./completeness.js";
import { ToolArgumentError, ToolPreconditionError } from "./errors.js";
import { explain } from "./explain.js";
import { permissionRemedy } from "./explain-permission.js";
import { findGuest } from "./find-guest.js";
import type { Answer, ExecuteContext, GuestKind, Invocation } from "./invocation.js";
import { mapArguments, spreadOptions } from "./map-arguments.js";
import { callOperation, isTask } from "./operation.js";
import { verbatimAnswer } from "./operations/verbatim-answer.js";
import { recipes } from "./recipes/recipes.js";
import { checkRelease } from "./release-check.js";
import type { ResolvedTool } from "./resolved.js";
import { isRecord } from "./schema.js";
import { awaitTask } from "./task-answer.js";
import { EMPTY, filterRows, type plain, project, windowOf } from "./window.js";

const DEFAULT_BUDGET = 60_000;
const KINDS = { vm: "qemu", container: "lxc", guest: undefined } as const;

/**
 * Runs a tool and returns its result as plain data.
 *
 * Throws a `ToolError` for everything that goes wrong: arguments (nothing was sent), a missing guest, a refusal, a
 * failed task, no connection. A task that outlasts the budget is no error: the answer then holds its `upid` and
 * `task: "running"`.
 *
 * @example
 * await execute(findTool("start_vm"), { vmid: 104 }, { client, waitBudget: 30_000 });
 */
export async function execute(
  tool: ResolvedTool,
  given: Readonly<Record<string, unknown>>,
  context: ExecuteContext,
): Promise<Answer> {
  const { rows } = tool.entry;
  const args = { ...(rows !== undefined && { limit: rows }), ...checkArguments(tool, given) };
  if (tool.entry.secret === true && context.saveSecret === undefined) throw nowhereToKeep(tool);
  const watch = context.signal === undefined ? {} : { signal: context.signal };
  try {
    await checkRelease(tool, args, context.client, watch);
    const call = await prepare(tool, args, context, watch);
    const recipe = tool.entry.recipe;
    const answer = await (recipe === undefined ? runOperation(call) : recipes[recipe](call));
    return await withCompleteness(tool, args, answer, context);
  } catch (error) {
    throw explain(error, tool, await permissionRemedy(error, tool, args, context));
  }
}

async function prepare(
  tool: ResolvedTool,
  args: Arguments,
  context: ExecuteContext,
  watch: Invocation["watch"],
): Promise<Invocation> {
  const params = mapArguments(tool, args);
  const found = await locate(tool, params, context, watch);
  const node = params["node"] ?? found?.node;
  return {
    tool,
    args,
    params: node === undefined ? params : { ...params, node },
    ...(found?.type !== undefined && { kind: found.type }),
    options: spreadOptions(tool, args),
    pve: context.client,
    watch,
    progress: context.onProgress ?? (() => undefined),
    waitBudget: context.waitBudget ?? DEFAULT_BUDGET,
    ...(context.onAbandoned !== undefined && { onAbandoned: context.onAbandoned }),
    ...(context.saveSecret !== undefined && { saveSecret: context.saveSecret }),
    ...(context.joining !== undefined && { joining: context.joining }),
    ...(context.sendFile !== undefined && { sendFile: context.sendFile }),
    ...(context.openUpgrade !== undefined && { openUpgrade: context.openUpgrade }),
    now: context.now ?? Date.now,
  };
}

function nowhereToKeep(tool: ResolvedTool): ToolPreconditionError {
  return new ToolPreconditionError(
    `${tool.name} is given a secret that PVE shows once, and there is no place to keep it; nothing was sent`,
    "The operator names a directory for secrets where this server is configured.",
  );
}

/** The node that is named, or that is found from the guest or the task. A task is where its id says, and nowhere else. */
async function locate(
  tool: ResolvedTool,
  params: Readonly<Record<string, unknown>>,
  context: ExecuteContext,
  watch: { readonly signal?: AbortSignal },
): Promise<{ readonly node: string; readonly type?: GuestKind } | undefined> {
  const { locates } = tool.entry;
  const named = params["node"];
  if (locates === "task") {
    const { node } = context.client.task(String(params["upid"]));
    if (named === undefined || named === node) return { node };
    throw new ToolArgumentError({ node_name: `the task is one of ${node}` }, "Leave node_name out.");
  }
  // Which kind a guest is of has to be asked for even where its node is given.
  if (locates === undefined || (named !== undefined && locates !== "guest")) return undefined;
  return findGuest(context.client, Number(params["vmid"]), KINDS[locates], watch);
}

/** One call, and its task if it starts one. */
async function runOperation(call: Invocation): Promise<Answer> {
  const { entry } = call.tool;
  const result = await callOperation(call, entry.operation, { ...call.params, ...call.options });
  if (isTask(result)) return withGuest(call, await awaitTask(call, result));
  if (entry.verbatim === true) return verbatimAnswer(call, result);
  if (!Array.isArray(result)) return isRecord(result) ? answerOf(project(result, entry.keep)) : { done: true };
  const rows = result.filter(isRecord);
  if (entry.lists === true) return { ...windowOf(filterRows(rows, call.args["filter"]), call.args, entry.keep) };
  return {
    items: rows.map((row) => project(row, entry.keep)),
    count: rows.length,
    ...(rows.length === 0 && { notes: [EMPTY] }),
  };
}

/** Says which guest an answer is about, where the tool is about one. */
function withGuest(call: Invocation, answer: Answer): Answer {
  const { vmid } = call.params;
  return typeof vmid === "number" ? { ...answer, vmid } : answer;
}

function answerOf(value: ReturnType<typeof plain>): Answer {
  return isRecord(value) ? (value as Answer) : {};
}
