import type { ServerContext } from "@modelcontextprotocol/server";
import { findTool } from "@pve/tools";
import { type CallSettings, callTool, type ToolCall } from "./call.js";
import type { Caller } from "./caller.js";
import { findMetaTool } from "./meta/meta-tools.js";
import type { CallAnswer } from "./run-action.js";
import type { ServerSettings } from "./server.js";

export { advertisedTools } from "./exposure/advertised-tools.js";
export { getPrompt, listPrompts } from "./prompts/handlers.js";
export { complete } from "./resources/completion.js";
export { listResources, listTemplates, readResource } from "./resources/handlers.js";

/** Runs a tool, and tells whoever counts calls how it ended. */
export async function watchedCall(
  settings: CallSettings & ServerSettings,
  caller: Caller,
  call: ToolCall,
  context: ServerContext,
): Promise<CallAnswer> {
  const begun = performance.now();
  const tell = (outcome: "done" | "failed" | "rejected"): void =>
    settings.onToolCall?.(
      (findMetaTool(call.name) ?? findTool(call.name))?.name ?? "unknown",
      outcome,
      (performance.now() - begun) / 1000,
    );
  try {
    const result = await callTool(settings, caller, call, context);
    tell(result.isError === true ? "failed" : "done");
    return result;
  } catch (error) {
    tell("rejected");
    throw error;
  }
}
