import type { Json } from "@pve/tools";

type JsonRecord = Readonly<Record<string, Json | undefined>>;

// Written from code points: a source file that holds these characters itself cannot be reviewed.
const ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;

/**
 * Takes out what a person reading the text would not see: terminal sequences, control characters, invisible and
 * direction-changing characters, unpaired surrogates. Line breaks and tabs stay.
 *
 * Guest names, notes and logs are written by whoever uses the cluster; what reaches the model is what an operator sees.
 */
export function cleanText(text: string): string {
  return text
    .replaceAll(ESCAPE_SEQUENCE, "")
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(UNSEEN, (character) => (character === "\n" || character === "\t" ? character : ""));
}

/** The same value with every string and key cleaned; functions and `undefined` members are dropped as JSON drops them. */
export function cleanValue(value: unknown): Json {
  if (typeof value === "string") return cleanText(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean" || value === null || value === undefined) return value ?? null;
  if (Array.isArray(value)) return value.map(cleanValue);
  if (typeof value !== "object") return cleanText(String(value));
  const members = Object.entries(value).filter(([, member]) => member !== undefined && typeof member !== "function");
  return Object.fromEntries(members.map(([key, member]) => [cleanText(key), cleanValue(member)]));
}

/**
 * Compact text of a cleaned value: `key: value` lines, records in a list as one table with the columns named once,
 * several lines of text as a block behind `> `. Nothing is left out.
 */
export function renderText(value: Json): string {
  if (isRecord(value)) return linesOfRecord(value).join("\n") || "(nothing)";
  if (isList(value)) return linesOfList(value).join("\n");
  return typeof value === "string" && isBlock(value) ? block(value).join("\n") : scalar(value);
}

function linesOfRecord(record: JsonRecord): readonly string[] {
  return Object.entries(record).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const inline = inlineText(value);
    if (inline !== undefined) return [`${key}: ${inline}`];
    if (isRecord(value)) return nested(key, linesOfRecord(value));
    if (isList(value)) return nested(`${key} (${value.length})`, linesOfList(value));
    return typeof value === "string" && isBlock(value) ? nested(key, block(value)) : [`${key}: ${scalar(value)}`];
  });
}

function nested(heading: string, lines: readonly string[]): readonly string[] {
  return [`${heading}:`, ...lines.map((line) => `  ${line}`)];
}

function linesOfList(list: readonly Json[]): readonly string[] {
  if (list.length === 0) return ["(none)"];
  if (list.every(isRecord)) return table(list);
  return list.map((item) => (typeof item === "string" && !isBlock(item) ? item : cell(item)));
}

function table(rows: readonly JsonRecord[]): readonly string[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(" | "));
  return [columns.join(" | "), ...lines.map((line) => line.trimEnd())];
}

/** A value of a table on one line. */
function cell(value: Json | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string") return quotedIf(/[|\n]/, value);
  return inlineText(value) ?? JSON.stringify(value);
}

const INLINE_LIMIT = 100;

/** A small list as `a, b`, a small record as `a=1 b=2`; undefined when the value is neither, or too large for that. */
function inlineText(value: Json): string | undefined {
  if (isList(value)) {
    if (value.length === 0) return "(none)";
    return joined(value, ", ", (item) => word(item, /[,|\n]/));
  }
  if (!isRecord(value)) return undefined;
  const members = Object.entries(value);
  if (members.length === 0) return "(nothing)";
  return joined(members, " ", ([key, member]) => {
    const text = member === undefined ? undefined : word(member, /[\s|=]/);
    return text === undefined ? undefined : `${key}=${text}`;
  });
}

function joined<Item>(
  items: readonly Item[],
  separator: string,
  show: (item: Item) => string | undefined,
): string | undefined {
  const shown = items.map(show);
  const text = shown.join(separator);
  return shown.includes(undefined) || text.length > INLINE_LIMIT ? undefined : text;
}

function word(value: Json, separators: RegExp): string | undefined {
  if (isRecord(value) || isList(value)) return undefined;
  return typeof value === "string" ? quotedIf(separators, value) : String(value);
}

/** Text that could be taken for a separator, or for nothing, is quoted. */
function quotedIf(separators: RegExp, text: string): string {
  const plain = text !== "" && text.trim() === text && !text.startsWith('"') && !separators.test(text);
  return plain ? text : JSON.stringify(text);
}

function scalar(value: string | number | boolean | null): string {
  return value === null ? "-" : value === "" ? '""' : String(value);
}

function isBlock(value: Json): boolean {
  return typeof value === "string" && value.includes("\n");
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function block(text: string): readonly string[] {
  return text
    .replace(/\n+$/, "")
    .split("\n")
    .map((line) => `> ${line}`);
}

function isRecord(value: Json | undefined): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
