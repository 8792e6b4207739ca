import type { FactSchema } from "../model.js";
import { knowsKey, readPropertyText } from "./property-text.js";

/** One way in which a value departs from its declaration. */
export interface Departure {
  /** `undeclared` is knowledge we lack; everything else contradicts what we say. */
  readonly kind: "type" | "missing" | "value" | "undeclared";
  /** The place, with list indices left out: `data[].members[].vmid`. */
  readonly at: string;
  readonly expected: string;
  readonly found: string;
}

/** The named property-string grammars, as `buildSpec` returns them. */
export type Grammars = ReadonlyMap<string, Readonly<Record<string, FactSchema>>>;

/**
 * Holds a JSON value against its corrected schema, with the tolerance of the client's decoder: numbers may come as text,
 * booleans in all of PVE's spellings, a list that is a whole result may be null. A union of several types cannot be
 * decoded, so there a value must have one of the types as it is.
 */
export function checkValue(value: unknown, schema: FactSchema, grammars: Grammars): Departure[] {
  if (value === null && schema.type === "array") return [];
  return check(value, schema, { at: "data", decoded: true, grammars });
}

interface Place {
  readonly at: string;
  /** Whether the client turns what is written here into its declared form. */
  readonly decoded: boolean;
  readonly grammars: Grammars;
}

function check(value: unknown, schema: FactSchema, place: Place): Departure[] {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return checkVariants(value, schema, variants, place);
  const grammar = grammarOf(schema, place.grammars);
  if (grammar !== undefined) return checkProperties(value, grammar, place);
  switch (schema.type ?? (schema.properties === undefined ? undefined : "object")) {
    case "array":
      if (!Array.isArray(value)) return [wrongType(value, schema, place)];
      return unique(value.flatMap((item) => check(item, schema.items ?? {}, below(place, "[]"))));
    case "object":
      return isRecord(value) ? checkObject(value, schema, place) : [wrongType(value, schema, place)];
    default:
      return checkScalar(value, schema, place);
  }
}

function checkScalar(value: unknown, schema: FactSchema, place: Place): Departure[] {
  if (!isScalarOf(value, schema.type, place.decoded)) return [wrongType(value, schema, place)];
  if (schema.enum === undefined || schema.enum.some((known) => String(known) === String(value))) return [];
  return [{ kind: "value", at: place.at, expected: shapeText(schema), found: JSON.stringify(value) }];
}

function isScalarOf(value: unknown, type: string | undefined, decoded: boolean): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return decoded && typeof value === "string" ? /^[+-]?\d+$/.test(value) : Number.isInteger(value);
    case "number":
      return decoded && typeof value === "string" ? isNumberText(value) : typeof value === "number";
    case "boolean":
      return typeof value === "boolean" || (decoded && [1, 0, "1", "0", "", null].some((known) => known === value));
    case "null":
      return value === null;
    default:
      return true;
  }
}

function isNumberText(text: string): boolean {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text);
}

/** The best fitting variant speaks for the union. */
function checkVariants(value: unknown, schema: FactSchema, variants: readonly FactSchema[], place: Place): Departure[] {
  const decoded = place.decoded && variants.filter(({ type }) => type !== "null").length === 1;
  const fits = variants
    .map((variant) => check(value, variant, { ...place, decoded }))
    .filter((departures) => departures.every(({ kind }) => kind === "undeclared"))
    .sort((a, b) => a.length - b.length);
  return fits[0] ?? [wrongType(value, schema, place)];
}

function checkObject(value: Readonly<Record<string, unknown>>, schema: FactSchema, place: Place): Departure[] {
  const properties = schema.properties ?? {};
  const missing = Object.entries(properties)
    .filter(([name, inner]) => inner.optional !== true && !name.endsWith("[n]") && !Object.hasOwn(value, name))
    .map(([name, inner]) => departure("missing", below(place, `.${name}`), inner, "nothing"));
  const members = Object.entries(value).flatMap(([key, member]) => {
    const [name, inner] = memberOf(key, schema);
    const at = below(place, `.${name}`);
    if (inner !== undefined) return check(member, inner, at);
    return schema.additionalProperties === true ? [] : [departure("undeclared", at, {}, foundText(member))];
  });
  return unique([...missing, ...members]);
}

/** The name under which a key is declared, and its declaration. */
function memberOf(
  key: string,
  { properties = {}, additionalProperties }: FactSchema,
): [string, FactSchema | undefined] {
  if (Object.hasOwn(properties, key)) return [key, properties[key]];
  const family = key.replace(/\d+$/, "[n]");
  if (family !== key && Object.hasOwn(properties, family)) return [family, properties[family]];
  return typeof additionalProperties === "object" ? ["*", additionalProperties] : [key, undefined];
}

function checkProperties(value: unknown, grammar: Readonly<Record<string, FactSchema>>, place: Place): Departure[] {
  const parts = typeof value === "string" ? readPropertyText(value, grammar) : undefined;
  const record = parts === undefined ? value : Object.fromEntries(parts);
  // A property string that arrives parsed is an object already; the client takes both.
  if (!isRecord(record)) return [{ ...departure("type", place, {}, foundText(value)), expected: "property string" }];
  return Object.keys(record)
    .filter((key) => !knowsKey(grammar, key))
    .map((key) => departure("undeclared", below(place, `.${key}`), {}, foundText(record[key])));
}

function grammarOf(schema: FactSchema, grammars: Grammars): Readonly<Record<string, FactSchema>> | undefined {
  if (typeof schema.format === "object") return schema.format;
  return schema.grammar === undefined ? undefined : grammars.get(schema.grammar);
}

/** A schema in the notation of the corrections, as far as a message needs it. */
function shapeText(schema: FactSchema): string {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return variants.map(shapeText).join(" | ");
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  return schema.type ?? "any";
}

function wrongType(value: unknown, schema: FactSchema, place: Place): Departure {
  return departure("type", place, schema, foundText(value));
}

function departure(kind: Departure["kind"], place: Place, schema: FactSchema, found: string): Departure {
  return { kind, at: place.at, expected: shapeText(schema), found };
}

function foundText(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "object") return "object";
  const text = JSON.stringify(value);
  return `${typeof value} ${text.length > 60 ? `${text.slice(0, 57)}…` : text}`;
}

function below(place: Place, step: string): Place {
  return { ...place, at: place.at + step };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One departure of each kind and place: the elements of a list mostly depart alike. */
function unique(departures: readonly Departure[]): Departure[] {
  const seen = new Map(departures.map((found) => [`${found.kind} ${found.at}`, found]));
  return [...seen.values()];
}
