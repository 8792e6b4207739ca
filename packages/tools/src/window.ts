import type { Arguments } from "./arguments.js";
import { ToolArgumentError } from "./errors.js";
import { isRecord, type Json, type JsonSchema, listOf, type ObjectSchema, openObject } from "./schema.js";

/** A record as PVE lists it. */
export type Row = Readonly<Record<string, unknown>>;

const DEFAULT_LIMIT = 50;
const SEARCHED = [
  ...["name", "id", "vmid", "tags", "node", "pool", "status", "storage", "volid", "notes"],
  ...["userid", "ugid", "roleid", "path", "comment", "Package", "package", "os", "headline"],
];

const windowParameters: Readonly<Record<"filter" | "fields" | "sort" | "limit" | "offset", JsonSchema>> = {
  filter: {
    type: "string",
    description: "Only rows with this text in name, id, tags, node, pool or status; case does not matter.",
  },
  fields: { type: ["array", "string"], description: 'Fields to show, or "all".', items: { type: "string" } },
  sort: { type: "string", description: 'Field to sort by; "-mem" puts the largest first.' },
  limit: {
    type: "integer",
    description: "Rows to show; 0 for the counts alone.",
    minimum: 0,
    maximum: 1000,
    default: DEFAULT_LIMIT,
  },
  offset: { type: "integer", description: "Rows to skip.", minimum: 0, default: 0 },
};

/** The parameters of a list that shows `rows` rows unless `limit` says otherwise. */
export function windowParametersOf(rows: number = DEFAULT_LIMIT): typeof windowParameters {
  return { ...windowParameters, limit: { ...windowParameters.limit, default: rows } };
}

/** What is said of every empty list. */
export const EMPTY =
  "Nothing to show. PVE leaves out what the token may not see, so this does not prove that there is nothing.";

/** What a window shows: the rows, how many there are in all, and what was left out. */
export interface Window {
  readonly items: readonly Json[];
  /** Rows that fit the filter. */
  readonly total: number;
  /** Rows shown. */
  readonly returned: number;
  readonly notes?: readonly string[];
}

/** The rows that contain the text of `filter` in one of the fields people search by. */
export function filterRows(rows: readonly Row[], filter: unknown): readonly Row[] {
  if (typeof filter !== "string" || filter.trim() === "") return rows;
  const wanted = filter.trim().toLowerCase();
  return rows.filter((row) =>
    SEARCHED.some((field) =>
      String(row[field] ?? "")
        .toLowerCase()
        .includes(wanted),
    ),
  );
}

/** Sorts, cuts and projects rows as the arguments ask; `keep` are the fields shown when none are named. */
export function windowOf(rows: readonly Row[], args: Arguments, keep: readonly string[] | undefined): Window {
  const offset = typeof args["offset"] === "number" ? args["offset"] : 0;
  const limit = typeof args["limit"] === "number" ? args["limit"] : DEFAULT_LIMIT;
  const fields = fieldsOf(args["fields"], keep);
  const known = new Set(rows.flatMap((row) => Object.keys(row)));
  const shown = sortRows(rows, args["sort"], known).slice(offset, offset + limit);
  const notes =
    rows.length === 0
      ? [EMPTY]
      : [...leftOut(rows.length, shown.length, offset), ...unknownFields(fields, args["fields"], known)];
  return {
    items: shown.map((row) => project(row, fields)),
    total: rows.length,
    returned: shown.length,
    ...(notes.length > 0 && { notes }),
  };
}

/** The schema of a window over rows of the given shape. */
export function windowSchema(items: JsonSchema, more: Readonly<Record<string, JsonSchema>> = {}): ObjectSchema {
  return openObject(
    {
      items: listOf(items),
      total: { type: "integer", description: "Rows that fit, shown or not." },
      returned: { type: "integer", description: "Rows shown." },
      ...more,
      notes: notesSchema,
    },
    ["items", "total", "returned"],
  );
}

/** `notes` of any answer. */
export const notesSchema: JsonSchema = listOf({ type: "string" }, "What to know about this answer.");

/** One record with the named fields in their order, or all of them; long fractions are cut to four decimals. */
export function project(row: Row, fields: readonly string[] | undefined): Json {
  const names = fields ?? Object.keys(row);
  return Object.fromEntries(names.filter((name) => row[name] !== undefined).map((name) => [name, plain(row[name])]));
}

/** A value as JSON, with long fractions cut to four decimals. */
export function plain(value: unknown): Json {
  if (typeof value === "number") return Number.isInteger(value) ? value : Math.round(value * 10_000) / 10_000;
  if (typeof value === "string" || typeof value === "boolean" || value === null || value === undefined)
    return value ?? null;
  if (Array.isArray(value)) return value.map(plain);
  if (!isRecord(value)) return String(value);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, plain(inner)]])),
  );
}

function fieldsOf(given: unknown, keep: readonly string[] | undefined): readonly string[] | undefined {
  const names = Array.isArray(given) ? given.map(String) : typeof given === "string" ? given.split(",") : [];
  const fields = names.map((name) => name.trim()).filter((name) => name !== "");
  if (fields.includes("all")) return undefined;
  return fields.length > 0 ? fields : keep;
}

function unknownFields(
  fields: readonly string[] | undefined,
  given: unknown,
  known: ReadonlySet<string>,
): readonly string[] {
  if (given === undefined || fields === undefined || known.size === 0) return [];
  const unknown = fields.filter((field) => !known.has(field));
  return unknown.length === 0 ? [] : [`No row has ${unknown.join(", ")}. Fields: ${[...known].sort().join(", ")}.`];
}

function sortRows(rows: readonly Row[], sort: unknown, known: ReadonlySet<string>): readonly Row[] {
  if (typeof sort !== "string" || sort.trim() === "" || rows.length === 0) return rows;
  const field = sort.trim().replace(/^-/, "");
  if (!known.has(field)) {
    throw new ToolArgumentError({ sort: `no row has the field ${field}` }, `Fields: ${[...known].sort().join(", ")}`);
  }
  const direction = sort.trim().startsWith("-") ? -1 : 1;
  return [...rows].sort((a, b) => compare(a[field], b[field], direction));
}

/** Rows without the field come last in either direction. */
function compare(a: unknown, b: unknown, direction: number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const order =
    typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : Number(String(a) > String(b));
  return order * direction;
}

function leftOut(total: number, returned: number, offset: number): readonly string[] {
  if (returned === total) return [];
  if (returned === 0) return [`None of ${total} rows shown.`];
  const last = offset + returned;
  const next = last < total ? ` The next start at offset ${last}; filter narrows them down.` : "";
  return [`Rows ${offset + 1} to ${last} of ${total}.${next}`];
}
