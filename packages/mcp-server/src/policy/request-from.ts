import type { ResolvedTool } from "@pve/tools";
import type { ApiRequest } from "./api-request.js";

/**
 * The request that a tool's arguments ask for, before anything was looked up: what is not said, such as the node of a
 * guest, is missing. Good enough to refuse early; what is really sent is judged again.
 */
export function requestFrom(tool: ResolvedTool, args: Readonly<Record<string, unknown>>): ApiRequest {
  const { accepts, fixed, operation } = tool.entry;
  const named = Object.entries(accepts).flatMap(([name, target]): [string, unknown][] => {
    const parameter = typeof target === "string" ? target : target.for;
    return parameter === undefined ? [] : [[parameter, args[name]]];
  });
  const spread = Object.keys(tool.options ?? {}).flatMap((name) => Object.entries(recordOf(args[name])));
  const params = [...Object.entries(fixed ?? {}), ...named, ...spread].flatMap(([name, value]) => {
    const text = wireText(value);
    return text === undefined ? [] : [[name, text] as const];
  });
  return { route: operation, params: Object.fromEntries(params) };
}

/** An object, or the JSON text of one. */
function recordOf(value: unknown): object {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  if (typeof value !== "string") return {};
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "string" ? {} : recordOf(parsed);
  } catch {
    return {};
  }
}

function wireText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value ? "1" : "0";
  if (Array.isArray(value)) return value.map((item) => wireText(item) ?? "").join(",");
  if (typeof value !== "object") return String(value);
  const parts = Object.entries(value).map(([key, part]) => `${key}=${wireText(part) ?? ""}`);
  return parts.join(",");
}
