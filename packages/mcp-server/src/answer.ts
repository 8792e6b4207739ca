import type { CallToolResult } from "@modelcontextprotocol/server";
import type { Answer, Json } from "@pve/tools";
import { cleanText, cleanValue, renderText } from "./render.js";

/** A tool's answer as a result: structured, and the same as compact text. */
export function answered({ notes = [], ...rest }: Answer): CallToolResult {
  const data = cleanRecord(rest);
  const clean = notes.map(cleanText);
  const text = [renderText(data), ...clean.map((note) => `Note: ${note}`)].join("\n");
  return {
    content: [{ type: "text", text }],
    structuredContent: { ...data, ...(clean.length > 0 && { notes: clean }) },
  };
}

/** A refusal or failure, marked as one. */
export function failed(text: string): CallToolResult {
  return { isError: true, content: [{ type: "text", text }] };
}

function cleanRecord(record: Readonly<Record<string, Json | undefined>>): Readonly<Record<string, Json | undefined>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [cleanText(key), cleanValue(value)]));
}
