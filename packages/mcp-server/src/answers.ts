import type { ServerContext, Tool } from "@modelcontextprotocol/server";
import { findTool } from "@pve/tools";
import { type CallSettings, callTool, type ToolCall } from "./call.js";
import type { Caller } from "./caller.js";
import { advertisedTools } from "./exposure/advertised-tools.js";
import { listedTools } from "./exposure/exposure.js";
import { defaultExposure } from "./exposure/exposure-settings.js";
import { findMetaTool } from "./meta/meta-tools.js";
import { outOfReachOf } from "./policy/out-of-reach.js";
import type { CallAnswer } from "./run-action.js";
import type { ServerSettings } from "./server.js";
import { targetsOf } from "./target.js";

export { createApproval } from "./approval/create-approval.js";
export { getPrompt, listPrompts } from "./prompts/handlers.js";
export { complete } from "./resources/completion.js";
export { listResources, listTemplates, readResource } from "./resources/handlers.js";

const advertised = new WeakMap<CallSettings & ServerSettings, Map<string, Tool[]>>();

/** What is advertised to everybody with the same targets and reach, made once: there are as many as the settings tell apart. */
function advertisedTo(settings: CallSettings & ServerSettings, caller: Caller): Tool[] {
  const kept = advertised.get(settings) ?? new Map<string, Tool[]>();
  advertised.set(settings, kept);
  const key = JSON.stringify([caller.reach, ...targetsOf(settings.targets, caller).map(({ name }) => name)]);
  const tools = kept.get(key) ?? advertisedTools(settings.targets, caller, settings.exposure);
  kept.set(key, tools);
  return tools;
}

/** The tools on view for a caller: marked, or without those, that the caller's token cannot use, where that is configured. */
export async function toolsOnView(settings: CallSettings & ServerSettings, caller: Caller): Promise<Tool[]> {
  const { targets, exposure = defaultExposure, permissions, now = Date.now } = settings;
  if (permissions !== "mark" && permissions !== "hide") return advertisedTo(settings, caller);
  const outOfReach = await outOfReachOf(targets, caller, now());
  if (permissions === "mark") return advertisedTools(targets, caller, exposure, outOfReach);
  const hidden = listedTools(targets, caller, exposure).filter((tool) => outOfReach(tool) !== undefined);
  const exclude = [...(exposure.exclude ?? []), ...hidden.map(({ name }) => name)];
  return advertisedTools(targets, caller, { ...exposure, exclude });
}

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
