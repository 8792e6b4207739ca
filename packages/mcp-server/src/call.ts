import { ProtocolError, ProtocolErrorCode, type ServerContext } from "@modelcontextprotocol/server";
import { checkArguments, findTool, nearNames, ToolArgumentError } from "@pve/tools";
import { actionOf } from "./action.js";
import { failed } from "./answer.js";
import type { Caller } from "./caller.js";
import { allowedTools } from "./exposure/exposure.js";
import { failureText } from "./failure.js";
import type { MetaTool } from "./meta/meta-tool.js";
import { findMetaTool } from "./meta/meta-tools.js";
import { cleanText } from "./render.js";
import { type CallAnswer, type RunSettings, runAction } from "./run-action.js";
import type { Target } from "./target.js";

/** What answering `tools/call` needs to know. */
export interface CallSettings extends RunSettings {
  /** The clusters that can be reached; the first is meant where a caller may name only one. */
  readonly targets: readonly Target[];
}

/** What a client asked for. */
export interface ToolCall {
  readonly name: string;
  readonly arguments?: Readonly<Record<string, unknown>> | undefined;
}

/** Runs one tool for a caller. Only a name that no tool has, or a target that is none, is a protocol error. */
export async function callTool(
  settings: CallSettings,
  caller: Caller,
  call: ToolCall,
  context: ServerContext,
): Promise<CallAnswer> {
  const meta = findMetaTool(call.name);
  if (meta !== undefined) return callMetaTool(settings, caller, meta, call, context);
  const tool = findTool(call.name);
  if (tool === undefined) throw unknownTool(settings, caller, call.name);
  return runAction(settings, actionOf(settings.targets, caller, tool, call.arguments ?? {}), context);
}

async function callMetaTool(
  settings: CallSettings,
  caller: Caller,
  meta: MetaTool,
  { arguments: given = {} }: ToolCall,
  context: ServerContext,
): Promise<CallAnswer> {
  try {
    // Which target is meant is judged where targets are known.
    const { target, ...rest } = given;
    const args = checkArguments(meta, meta.runs === true ? rest : given);
    return await meta.run(settings, caller, { ...args, ...(meta.runs === true && { target }) }, context);
  } catch (error) {
    if (!(error instanceof ToolArgumentError)) throw error;
    return failed(failureText(meta.name, error, settings.onDefect));
  }
}

function unknownTool({ targets }: CallSettings, caller: Caller, name: string): ProtocolError {
  const near = nearNames(
    name,
    allowedTools(targets, caller).map((tool) => tool.name),
  );
  const hint = near.length === 0 ? "search_tools finds those there are." : `did you mean ${near.join(" or ")}?`;
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `No tool is called ${JSON.stringify(cleanText(name))}; ${hint}`,
  );
}
