import {
  type CallToolResult,
  Server,
  type ServerContext,
  type Tool,
  type ToolAnnotations,
} from "@modelcontextprotocol/server";
import { findTool, type Hints, type ObjectSchema, type ResolvedTool } from "@pve/tools";
import { type CallSettings, callTool, type ToolCall } from "./call.js";
import { type Caller, localCaller } from "./caller.js";
import { furthestReach, listedTools } from "./exposure.js";
import { instructionsFor } from "./instructions.js";
import { getPrompt, listPrompts } from "./prompts/handlers.js";
import { complete } from "./resources/completion.js";
import { listResources, listTemplates, readResource } from "./resources/handlers.js";
import { type Target, targetsOf } from "./target.js";

/** What a server is made from. */
export interface ServerSettings extends CallSettings {
  readonly version: string;
  /**
   * Hears of every tool call that ended: `done`, `failed` (the result says why), or `rejected` where there was no such tool
   * or target. The name is that of a tool, or `unknown`.
   */
  readonly onToolCall?: (tool: string, outcome: "done" | "failed" | "rejected", seconds: number) => void;
}

/** The list changes only with the server's version, its settings and the caller, so a client may keep it this long. */
const LIST_TTL = 3_600_000;
const LISTS = ["tools/list", "resources/list", "resources/templates/list", "prompts/list", "server/discover"] as const;

/**
 * Makes a factory of MCP servers, one for each caller. Servers hold no state of their own: what one answers follows from
 * the settings, the caller and the request. Nothing is asked of a cluster before a tool is called.
 */
export function createServerFactory(settings: ServerSettings): (caller?: Caller) => Server {
  return (caller = localCaller) => serverFor(settings, caller);
}

function serverFor(settings: ServerSettings, caller: Caller): Server {
  const { targets, version, waitBudget } = settings;
  const cacheHint = { ttlMs: LIST_TTL, cacheScope: "private" } as const;
  const server = new Server(
    { name: "pve-mcp", title: "Proxmox VE", version },
    {
      capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
      instructions: instructionsFor({
        reach: furthestReach(targets, caller),
        waitBudget,
        targets: targetsOf(targets, caller).map(({ name }) => name),
      }),
      cacheHints: Object.fromEntries(LISTS.map((list) => [list, cacheHint])),
    },
  );
  server.setRequestHandler("tools/list", () => ({ tools: advertisedTools(targets, caller) }));
  server.setRequestHandler("tools/call", ({ params }, context) => watchedCall(settings, caller, params, context));
  server.setRequestHandler("resources/list", () => ({ resources: listResources(settings, caller) }));
  server.setRequestHandler("resources/templates/list", () => ({ resourceTemplates: listTemplates(settings, caller) }));
  server.setRequestHandler("resources/read", ({ params }, context) =>
    readResource(settings, caller, params.uri, context),
  );
  server.setRequestHandler("prompts/list", () => ({ prompts: listPrompts() }));
  server.setRequestHandler("prompts/get", ({ params }) => getPrompt(params.name, params.arguments));
  server.setRequestHandler("completion/complete", ({ params }, context) => complete(settings, caller, params, context));
  return server;
}

async function watchedCall(
  settings: ServerSettings,
  caller: Caller,
  call: ToolCall,
  context: ServerContext,
): Promise<CallToolResult> {
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

function advertisedTools(targets: readonly Target[], caller: Caller): Tool[] {
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
    outputSchema: wireSchema(outputSchema),
    annotations: annotationsOf(hints),
  };
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
