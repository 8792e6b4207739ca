import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { PveClient } from "@pve/client";
import { type Answer, execute, findTool, type Json, nearNames, type ResolvedTool } from "@pve/tools";
import { allows, listedTools } from "./allowance.js";
import type { Allowed } from "./config.js";
import { failureText } from "./failure.js";
import { createProgressSender } from "./progress.js";
import { cleanText, cleanValue, renderText } from "./render.js";

/** What running a tool needs to know, the same for every call. */
export interface CallSettings {
  readonly client: PveClient;
  readonly allowed: Allowed;
  /** How long to wait for a task, in milliseconds. */
  readonly waitBudget: number;
  /** The time in milliseconds since the epoch; the machine's unless given. */
  readonly now?: () => number;
  /** Hears of defects of this server, for stderr. */
  readonly onDefect: (message: string) => void;
}

/** What a client asked for. */
export interface ToolCall {
  readonly name: string;
  readonly arguments?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Runs one tool and turns its answer, or its failure, into a result. Only a name that no tool has is a protocol error.
 */
export async function callTool(
  settings: CallSettings,
  call: ToolCall,
  context: ServerContext,
): Promise<CallToolResult> {
  const tool = findTool(call.name);
  if (tool === undefined) throw unknownTool(call.name, settings.allowed);
  if (!allows(settings.allowed, tool.risk)) return failed(notAllowed(tool));
  const progress = createProgressSender(context);
  try {
    const answer = await execute(tool, call.arguments ?? {}, {
      client: settings.client,
      signal: context.mcpReq.signal,
      onProgress: progress.send,
      waitBudget: settings.waitBudget,
      ...(settings.now !== undefined && { now: settings.now }),
    });
    return answered(answer);
  } catch (error) {
    return failed(failureText(call.name, error, settings.onDefect));
  } finally {
    await progress.flushed();
  }
}

function answered({ notes = [], ...rest }: Answer): CallToolResult {
  const data = cleanRecord(rest);
  const clean = notes.map(cleanText);
  const text = [renderText(data), ...clean.map((note) => `Note: ${note}`)].join("\n");
  return {
    content: [{ type: "text", text }],
    structuredContent: { ...data, ...(clean.length > 0 && { notes: clean }) },
  };
}

function cleanRecord(record: Readonly<Record<string, Json | undefined>>): Readonly<Record<string, Json | undefined>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [cleanText(key), cleanValue(value)]));
}

function failed(text: string): CallToolResult {
  return { isError: true, content: [{ type: "text", text }] };
}

function notAllowed({ name, risk, title }: ResolvedTool): string {
  const what = risk === "destroy" ? "can lose data, cut access or stop what people use" : "changes the cluster";
  return `${name} is not allowed in this session: "${title}" ${what}. The operator can allow it by starting the server with --allow ${risk}. Nothing was sent.`;
}

function unknownTool(name: string, allowed: Allowed): ProtocolError {
  const near = nearNames(
    name,
    listedTools(allowed).map((tool) => tool.name),
  );
  const hint = near.length === 0 ? "tools/list names the tools there are" : `did you mean ${near.join(" or ")}?`;
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `No tool is called ${JSON.stringify(cleanText(name))}; ${hint}`,
  );
}
