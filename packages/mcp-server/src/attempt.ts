import type { CallToolResult } from "@modelcontextprotocol/server";
import { execute, type FindJoining, type OpenUpgrade } from "@pve/tools";
import type { Action } from "./action.js";
import { answered, failed } from "./answer.js";
import { failureKind, failureText } from "./failure.js";
import { type Gate, openGate, type Passage, type Stop } from "./gate.js";
import type { ApiRequest } from "./policy/api-request.js";
import type { Run } from "./run-action.js";
import type { Target } from "./target.js";

/** How one run through the gate ended. */
export interface Attempt {
  readonly answer: CallToolResult;
  /** What was stopped, if anything was. */
  readonly stop: Stop | undefined;
  readonly sent: readonly ApiRequest[];
}

/** Runs the tool behind a gate; what the gate stops, the tool cannot carry out by another way. */
export async function attempt(run: Run, passage: Passage): Promise<Attempt> {
  const gate = openGate(run.rules, passage);
  const answer = await answerOf(run, gate);
  return { answer, stop: gate.stopped(), sent: gate.sent() };
}

async function answerOf(run: Run, gate: Gate): Promise<CallToolResult> {
  try {
    return await answered(run.action, await runTool(run, gate));
  } catch (error) {
    // What the gate stopped is no failure of the tool; whoever called says what it is.
    if (gate.stopped() !== undefined) return failed("");
    return failed(failureText(run.action.tool.name, error, run.settings.onDefect), failureKind(error));
  }
}

function runTool({ settings, action: { tool, args, target, caller }, context, progress }: Run, gate: Gate) {
  return execute(tool, args, {
    client: gate.client,
    signal: context.mcpReq.signal,
    onProgress: progress.send,
    waitBudget: settings.waitBudget,
    // The operator's own wish, and about what this very call has started: no rule is asked.
    ...(settings.cancelTasks === true && {
      onAbandoned: (upid) => target.clientFor(caller).task(upid).stop(),
    }),
    ...(settings.now !== undefined && { now: settings.now }),
    ...guardedGives(target.gives ?? {}, gate),
  });
}

/** What tools are given beside the client, where it speaks to a node by itself, behind the same gate. */
function guardedGives(gives: NonNullable<Target["gives"]>, gate: Gate): NonNullable<Target["gives"]> {
  const { joining, openUpgrade } = gives;
  const findJoining: FindJoining | undefined =
    joining &&
    (async (node) => {
      const found = await joining(node);
      return found && { ...found, client: gate.guard(found.client) };
    });
  const open: OpenUpgrade | undefined =
    openUpgrade &&
    (async (client, node, watch) => {
      await gate.pass({ route: "POST /nodes/{node}/termproxy", params: { node, cmd: "upgrade" } });
      return openUpgrade(client, node, watch);
    });
  return {
    ...gives,
    ...(findJoining !== undefined && { joining: findJoining }),
    ...(open !== undefined && { openUpgrade: open }),
  };
}

/** Says why an action was stopped, and what of it had been sent already. */
export function stoppedAnswer({ tool }: Action, why: string, sent: readonly ApiRequest[]): CallToolResult {
  const reason = why.replace(/\.$/, "");
  if (sent.length === 0) return failed(`${tool.name} was refused: ${reason}. Nothing was changed.`, "refused");
  const done = sent.map(({ route }) => route).join(", ");
  return failed(`${tool.name} stopped halfway: ${reason}. Already sent: ${done}.`);
}
