import { isRecord } from "./encode.js";
import { readNumber } from "./scalar.js";

/** How many lines are asked for at once. */
export const LOG_PAGE = 500;

/**
 * The lines of a log page that come after the first `seen`. PVE numbers lines from 1 and answers an empty window with
 * one line `no content`, numbered 1; a log that it cannot open is one line as well, and none of the task's own.
 */
export function freshLines(page: unknown, seen: number): string[] {
  const entries = logEntries(page);
  const [only] = entries;
  if (entries.length === 1 && only?.n === 1 && isSentinel(only.t)) return [];
  return entries.filter(({ n }) => n > seen).map(({ t }) => t);
}

function isSentinel(text: string): boolean {
  return text === "no content" || text.startsWith("unable to open file - ");
}

/** Whether a page was filled, so that there may be more. */
export function isFullPage(page: unknown): boolean {
  return logEntries(page).length >= LOG_PAGE;
}

function logEntries(page: unknown): { readonly n: number; readonly t: string }[] {
  const entries: unknown[] = Array.isArray(page) ? page : [];
  return entries.flatMap((entry) => {
    if (!isRecord(entry)) return [];
    const n = readNumber(entry["n"]);
    const t = entry["t"];
    return typeof n === "number" ? [{ n, t: typeof t === "string" ? t : "" }] : [];
  });
}
