import type { CallToolResult, ServerContext } from "@modelcontextprotocol/server";
import { execute } from "@pve/tools";
import { type Action, boundOf } from "./action.js";
import { allows } from "./allowance.js";
import { answered, failed } from "./answer.js";
import { failureText } from "./failure.js";
import { createProgressSender } from "./progress.js";

/** What running an action needs to know, the same for every call. */
export interface RunSettings {
  /** How long to wait for a task, in milliseconds. */
  readonly waitBudget: number;
  /** The time in milliseconds since the epoch; the machine's unless given. */
  readonly now?: () => number;
  /** Hears of defects of this server, for stderr. */
  readonly onDefect: (message: string) => void;
}

/** Runs an action if it may be run, and turns its answer, or its failure, into a result. */
export async function runAction(
  settings: RunSettings,
  action: Action,
  context: ServerContext,
): Promise<CallToolResult> {
  if (!allows(boundOf(action), action.risk)) return failed(notAllowed(action));
  const progress = createProgressSender(context);
  const { tool, args, target, caller } = action;
  try {
    const answer = await execute(tool, args, {
      client: target.clientFor(caller),
      signal: context.mcpReq.signal,
      onProgress: progress.send,
      waitBudget: settings.waitBudget,
      ...(settings.now !== undefined && { now: settings.now }),
      ...target.gives,
    });
    return await answered(action, answer);
  } catch (error) {
    return failed(failureText(tool.name, error, settings.onDefect));
  } finally {
    await progress.flushed();
  }
}

function notAllowed({ tool, risk, target, caller }: Action): string {
  const what = risk === "destroy" ? "can lose data, cut access or stop what people use" : "changes the cluster";
  const remedy = allows(target.allowed, risk)
    ? `The caller ${caller.id} may not go further than ${caller.reach}.`
    : `The operator can allow it by starting the server with --allow ${risk}.`;
  return `${tool.name} is not allowed in this session: "${tool.title}" ${what}. ${remedy} Nothing was sent.`;
}
