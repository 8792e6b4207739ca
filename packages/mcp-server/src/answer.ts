import type { CallToolResult, ContentBlock } from "@modelcontextprotocol/server";
import type { Answer, Json } from "@pve/tools";
import type { Action } from "./action.js";
import { fenced } from "./fence.js";
import { cleanText, cleanValue, renderText } from "./render.js";
import { linksFor } from "./resources/links.js";

/**
 * A tool's answer as a result: structured, and the same as compact text, with links to what was left out. With the
 * argument `chart` the readings come as a picture instead of as numbers.
 */
export async function answered(action: Action, given: Answer): Promise<CallToolResult> {
  const { chart } = action.args;
  const picture = chart === "svg" || chart === "png" ? await pictureOf(given, chart) : undefined;
  const shown = picture === undefined ? given : { ...given, series: undefined };
  const { content, ...result } = resultOf(shown, fenced);
  return { ...result, content: [...content, ...(picture === undefined ? [] : [picture]), ...linksFor(action, shown)] };
}

/** What this server itself has to say, as a result. Nothing of it comes from a cluster, so there is nothing to fence. */
export function ownAnswer(answer: Answer): CallToolResult {
  return resultOf(answer, (text) => text);
}

function resultOf({ notes = [], ...rest }: Answer, frame: (text: string) => string): CallToolResult {
  const data = cleanRecord(rest);
  const clean = notes.map(cleanText);
  const text = [frame(renderText(data)), ...clean.map((note) => `Note: ${note}`)].join("\n");
  return {
    content: [{ type: "text", text }],
    structuredContent: { ...data, ...(clean.length > 0 && { notes: clean }) },
  };
}

/** The key of a failed result under which programs read its kind; models have no need of it. */
export const FAILURE_KEY = "pve-mcp/failure";

/** Why a call failed, for programs: rules or a missing approval kept it back, or no node could be reached. */
export type FailureKind = "refused" | "unreachable";

/** A refusal or failure, marked as one. */
export function failed(text: string, kind?: FailureKind): CallToolResult {
  return {
    isError: true,
    content: [{ type: "text", text }],
    ...(kind !== undefined && { _meta: { [FAILURE_KEY]: kind } }),
  };
}

async function pictureOf(answer: Answer, format: "svg" | "png"): Promise<ContentBlock | undefined> {
  const { chartOf } = await import("./chart/chart-of-answer.js");
  return chartOf(answer, format);
}

function cleanRecord(record: Readonly<Record<string, Json | undefined>>): Readonly<Record<string, Json | undefined>> {
  const present = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([key, value]) => [cleanText(key), cleanValue(value)]));
}
