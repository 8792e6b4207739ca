import type { ServerContext, Tool, ToolAnnotations } from "@modelcontextprotocol/server";
import { findTool, type Hints, type ObjectSchema, type ResolvedTool } from "@pve/tools";
import { type CallSettings, callTool, type ToolCall } from "./call.js";
import type { Caller } from "./caller.js";
import { listedTools } from "./exposure.js";
import type { CallAnswer } from "./run-action.js";
import type { ServerSettings } from "./server.js";
import { type Target, targetsOf } from "./target.js";

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
    settings.onToolCall?.(findTool(call.name)?.name ?? "unknown", outcome, (performance.now() - begun) / 1000);
  try {
    const result = await callTool(settings, caller, call, context);
    tell(result.isError === true ? "failed" : "done");
    return result;
  } catch (error) {
    tell("rejected");
    throw error;
  }
}

/** The tools on view for a caller, as the protocol lists them. */
export function advertisedTools(targets: readonly Target[], caller: Caller): Tool[] {
  const names = targetsOf(targets, caller).map(({ name }) => name);
  return listedTools(targets, caller).map((tool) => advertised(tool, names));
}

function advertised(tool: ResolvedTool, targets: readonly string[]): Tool {
  const { name, title, description, briefSchema, outputSchema, hints } = tool;
  return {
    name,
    title,
    description,
    inputSchema: wireSchema(targets.length > 1 ? withTarget(briefSchema, targets) : briefSchema),
    outputSchema: wireSchema(tool.risk === "read" ? outputSchema : orPlan(outputSchema)),
    annotations: annotationsOf(hints),
  };
}

/** What changes something may answer with a plan instead, so that nothing of its answer is certain. */
function orPlan({ type, properties }: ObjectSchema): ObjectSchema {
  return { type, properties };
}

/** To the protocol the other hints of a tool that only reads mean nothing, so they are not paid for. */
function annotationsOf({ readOnly, destructive, idempotent }: Hints): ToolAnnotations {
  if (readOnly) return { readOnlyHint: true, openWorldHint: false };
  return { readOnlyHint: false, destructiveHint: destructive, idempotentHint: idempotent, openWorldHint: false };
}

/** The schema with the argument that chooses the cluster. */
function withTarget(schema: ObjectSchema, targets: readonly string[]): ObjectSchema {
  const target = { type: "string", enum: targets, description: "Which cluster." } as const;
  return {
    ...schema,
    properties: { target, ...schema.properties },
    required: ["target", ...(schema.required ?? [])],
  };
}

/** The same schema in the SDK's type, which knows JSON only as mutable and open to any key. */
function wireSchema(schema: ObjectSchema): Tool["inputSchema"] {
  return JSON.parse(JSON.stringify(schema));
}
