import type { RecordedAnswer } from "./recording.js";

const LONGEST_TEXT = 100;
const MOST_WORDS = 5;
const ELEMENTS = 6;

/** One short line of JSON for each form that the answers of a GET were seen in; what the lines leave out is repetition. */
export function distil(answers: readonly RecordedAnswer[]): string[] {
  const lines = new Map<string, string>();
  for (const { id, route, data } of answers) {
    if (!route.startsWith("GET ")) continue;
    const short = shorten(data);
    const form = `${route} ${formOf(short)}`;
    if (!lines.has(form)) lines.set(form, JSON.stringify({ id, operation: route, data: short }));
  }
  return [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}

/** Lists keep an element of each form, texts their beginning; keys are sorted, because PVE sends them in any order. */
function shorten(value: unknown): unknown {
  if (typeof value === "string") return shortenText(value);
  if (Array.isArray(value)) {
    const elements = new Map(value.map(shorten).map((element) => [formOf(element), element]));
    return [...elements]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, element]) => element)
      .slice(0, ELEMENTS);
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, shorten(member)]),
  );
}

/** Sentences say nothing about the form, and may be somebody's; anything else is cut where a property string stays one. */
function shortenText(text: string): string {
  if (text.split(/\s+/).length > MOST_WORDS) return "a longer text";
  if (text.length <= LONGEST_TEXT) return text;
  const start = text.slice(0, LONGEST_TEXT);
  const cut = start.lastIndexOf(",");
  return cut > 0 ? start.slice(0, cut) : `${start}…`;
}

/** The types of a value, member by member; numbers in texts count as their own. */
function formOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${[...new Set(value.map(formOf))].sort().join("|")}]`;
  if (typeof value !== "object")
    return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? "figure" : typeof value;
  const members = Object.entries(value).map(([key, member]) => `${key.replace(/\d+$/, "")}:${formOf(member)}`);
  return `{${[...new Set(members)].sort().join(",")}}`;
}
