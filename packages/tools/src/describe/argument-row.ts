import type { OperationParameter } from "../operations/operation-table.js";
import { type JsonSchema, typesOf } from "../schema.js";

/** One argument as it is described. */
export interface ArgumentRow {
  /** A family is written `net[n]`; a member of another argument `config.net[n]`. */
  readonly name: string;
  readonly type: string;
  readonly about: string;
}

const MOST_CHOICES = 24;
const LONGEST_TEXT = 320;

/** Name, type with bounds, and what it is for; `*` at the name of an argument that must be given. */
export function argumentRow(
  name: string,
  { schema, parts, since }: OperationParameter,
  required: boolean,
): ArgumentRow {
  const about = [
    cut(schema.description ?? ""),
    parts === undefined ? "" : `Parts: ${parts.join(", ")}.`,
    since === undefined ? "" : `Since ${since}.`,
  ];
  return { name: required ? `${name}*` : name, type: typeText(schema), about: about.filter(Boolean).join(" ") };
}

function typeText(schema: JsonSchema): string {
  const { minimum, maximum, enum: choices } = schema;
  const fallback = schema.default === undefined ? "" : ` = ${String(schema.default)}`;
  if (choices !== undefined) return `${choicesText(choices)}${fallback}`;
  const range = minimum === undefined && maximum === undefined ? "" : ` ${minimum ?? ""}..${maximum ?? ""}`;
  return `${typesOf(schema).join(" or ") || "any"}${range}${fallback}`;
}

/** `ide0..ide3, scsi0..scsi30`: choices that only count on are written by their first and last. */
function choicesText(choices: readonly (string | number)[]): string {
  const runs: { readonly first: string; last: string }[] = [];
  for (const choice of choices.map(String)) {
    const run = runs.at(-1);
    if (run !== undefined && follows(run.last, choice)) run.last = choice;
    else runs.push({ first: choice, last: choice });
  }
  const texts = runs.map(({ first, last }) => (first === last ? first : `${first}..${last}`));
  const shown = texts.slice(0, MOST_CHOICES).join(", ");
  return texts.length > MOST_CHOICES ? `${shown}, … ${texts.length - MOST_CHOICES} more` : shown;
}

function follows(one: string, next: string): boolean {
  const [, stem = "", count = ""] = /^(.*?[a-z])(\d+)$/.exec(one) ?? [];
  return count !== "" && next === `${stem}${Number(count) + 1}`;
}

function cut(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  const end = text.lastIndexOf(" ", LONGEST_TEXT);
  return `${text.slice(0, end)} …`;
}
