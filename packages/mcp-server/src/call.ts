import { ProtocolError, ProtocolErrorCode, type ServerContext } from "@modelcontextprotocol/server";
import { findTool, nearNames } from "@pve/tools";
import { actionOf } from "./action.js";
import type { Caller } from "./caller.js";
import { listedTools } from "./exposure.js";
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
  const tool = findTool(call.name);
  if (tool === undefined) throw unknownTool(settings, caller, call.name);
  return runAction(settings, actionOf(settings.targets, caller, tool, call.arguments ?? {}), context);
}

function unknownTool({ targets }: CallSettings, caller: Caller, name: string): ProtocolError {
  const near = nearNames(
    name,
    listedTools(targets, caller).map((tool) => tool.name),
  );
  const hint = near.length === 0 ? "tools/list names those there are." : `did you mean ${near.join(" or ")}?`;
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `No tool is called ${JSON.stringify(cleanText(name))}; ${hint}`,
  );
}
