import type { ContractParameters, Schema } from "./contract.js";
import { isBefore, type Release } from "./contracts.js";
import { invalid } from "./failure.js";
import { formatProblem } from "./formats.js";
import { namedGrammars } from "./formats-grammars.js";
import type { Value } from "./handler.js";
import { type PropertyGrammar, parsePropertyString } from "./property-string.js";
import { shapeProblem, typeProblem } from "./verify-scalar.js";

/** What is wrong so far, and in whose words. */
interface Verdict {
  readonly release: Release;
  /** By path (`net0`, `target[0]`); two on one path are joined the way PVE does it. */
  readonly problems: Map<string, string>;
}

const unknownParameter = "property is not defined in schema and the schema does not allow additional properties";

/**
 * Checks raw parameters against an operation as PVE checks them and returns them typed for a handler; throws the 400
 * with one text per parameter otherwise. Defaults are documentation: they are never filled in.
 */
export function verifyParameters(
  parameters: ContractParameters,
  raw: Readonly<Record<string, unknown>>,
  release: Release,
): Readonly<Record<string, Value>> {
  const given = normalize(parameters, raw);
  const verdict: Verdict = { release, problems: new Map() };
  checkObject(parameters.properties, given, "", parameters.additionalProperties, verdict);
  if (verdict.problems.size > 0) {
    invalid(Object.fromEntries(verdict.problems));
  }
  const entries = Object.entries(given).map(([key, value]) => [key, typed(lookUp(parameters.properties, key), value)]);
  return Object.fromEntries(entries);
}

/** Drops absent values, joins an array given for a `-list` string and wraps a scalar given for an array. */
function normalize(
  parameters: ContractParameters,
  raw: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const given: Record<string, unknown> = Object.create(null);
  for (const [key, value] of Object.entries(raw)) {
    const schema = lookUp(parameters.properties, key);
    if (value === undefined || value === null) {
      // Absent for a declared parameter; an undeclared one is still reported.
      if (!schema && !parameters.additionalProperties) {
        given[key] = "";
      }
    } else if (Array.isArray(value) && typeof schema?.format === "string" && schema.format.endsWith("-list")) {
      given[key] = value.map(String).join(",");
    } else if (typeof value !== "object" && isArray(schema, raw)) {
      given[key] = [value];
    } else {
      given[key] = value;
    }
  }
  return given;
}

/** Whether a list is wanted, by the schema or by that for things of the type that is given beside it. */
function isArray(schema: Schema | undefined, raw: Readonly<Record<string, unknown>>): boolean {
  const type = String(raw[schema?.["type-property"] ?? ""]);
  const variant = schema?.oneOf?.find((each) => each["instance-types"]?.includes(type));
  return schema?.type === "array" || variant?.items !== undefined;
}

/** The schema of a parameter; `net3` is found under the family `net[n]` while the index is legal. */
function lookUp(properties: Readonly<Record<string, Schema>>, key: string): Schema | undefined {
  if (Object.hasOwn(properties, key) && !key.endsWith("[n]")) {
    return properties[key];
  }
  const [, stem, index] = /^(.*?)(0|[1-9]\d*)$/.exec(key) ?? [];
  const family = stem === undefined ? undefined : `${stem}[n]`;
  if (family === undefined || !Object.hasOwn(properties, family)) {
    return undefined;
  }
  const schema = properties[family];
  return schema && Number(index) < (schema.indices ?? Number.POSITIVE_INFINITY) ? schema : undefined;
}

/** Checks every declared property, then what else was given. Used for parameters and inside property strings. */
function checkObject(
  properties: Readonly<Record<string, Schema>>,
  value: Readonly<Record<string, unknown>>,
  path: string,
  additional: Schema["additionalProperties"],
  verdict: Verdict,
): void {
  const below = (key: string): string => (path === "" ? key : `${path}.${key}`);
  const typeOf = (schema: Schema): unknown => value[schema["type-property"] ?? ""];
  for (const [key, schema] of Object.entries(properties)) {
    if (!key.endsWith("[n]")) {
      checkProperty(Object.hasOwn(value, key) ? value[key] : undefined, schema, below(key), verdict, typeOf(schema));
    }
  }
  for (const [key, given] of Object.entries(value)) {
    const schema = lookUp(properties, key);
    if (!schema) {
      if (typeof additional === "object") {
        checkProperty(given, additional, below(key), verdict);
      } else if (additional !== undefined && !additional) {
        add(verdict, below(key), unknownParameter);
      }
      continue;
    }
    if (!Object.hasOwn(properties, key)) {
      checkProperty(given, schema, below(key), verdict);
    }
    if (schema.requires !== undefined && value[schema.requires] === undefined) {
      add(verdict, below(schema.requires), missingText(below(key), verdict.release));
    }
  }
}

function missingText(by: string, release: Release): string {
  return isBefore(release, "9.0")
    ? `missing property - '${by}' requires this property`
    : `missing property required by '${by}'`;
}

/** Checks one value, of a thing of that type; the first thing that is wrong ends the property. */
function checkProperty(value: unknown, schema: Schema, path: string, verdict: Verdict, type?: unknown): void {
  if (schema.alias !== undefined) {
    return;
  }
  if (schema.oneOf) {
    checkVariants(value, schema.oneOf, schema, path, verdict, type);
    return;
  }
  if (value === undefined || value === null) {
    if (!schema.optional) {
      add(verdict, path, "property is missing and it is not optional");
    }
    return;
  }
  const problem = typeProblem(value, schema.type);
  if (problem !== undefined) {
    add(verdict, path, problem);
  } else if (Array.isArray(value)) {
    const { items } = schema;
    value.forEach((item: unknown, index) => {
      if (items) {
        checkProperty(item, items, `${path}[${index}]`, verdict);
      }
    });
  } else if (typeof value === "object") {
    checkObject(schema.properties ?? {}, asRecord(value), path, schema.additionalProperties, verdict);
  } else {
    const text = scalarProblem(String(value), schema, path, verdict.release);
    if (text !== undefined) {
      add(verdict, path, text);
    }
  }
}

/**
 * One of several schemas. Where a property says of what type the thing is, those of its type count, and nothing is asked of
 * a thing without one; elsewhere what suits any of them passes.
 */
function checkVariants(
  value: unknown,
  variants: readonly Schema[],
  schema: Schema,
  path: string,
  verdict: Verdict,
  type: unknown,
): void {
  if (value === undefined && schema.optional) {
    return;
  }
  if (schema["type-property"] !== undefined) {
    for (const variant of variants.filter((each) => each["instance-types"]?.includes(String(type)))) {
      checkProperty(suited(value, variant), variant, path, verdict);
    }
    return;
  }
  const found = variants.map((variant) => {
    const own: Verdict = { release: verdict.release, problems: new Map() };
    checkProperty(suited(value, variant), variant, path, own);
    return own.problems;
  });
  if (found.every((own) => own.size > 0)) {
    for (const [at, text] of found[0] ?? []) {
      add(verdict, at, text);
    }
  }
}

/** A form cannot say that one value is a list of one. */
function suited(value: unknown, variant: Schema): unknown {
  return variant.type === "array" && typeof value === "string" ? [value] : value;
}

function asRecord(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value));
}

/** The format comes first. */
function scalarProblem(text: string, schema: Schema, path: string, release: Release): string | undefined {
  const { format } = schema;
  const grammar = typeof format === "string" ? namedGrammars[format] : format;
  const problem = grammar
    ? propertyProblem(text, grammar, path, release)
    : formatProblem(String(format ?? "string"), text, release);
  return problem === undefined ? shapeProblem(text, schema) : `invalid format - ${problem}`;
}

/** What is wrong with a property string; inner problems come one a line. */
function propertyProblem(text: string, grammar: PropertyGrammar, path: string, release: Release): string | undefined {
  const parsed = parsePropertyString(text, grammar);
  if (typeof parsed === "string") {
    return `${parsed}\n`;
  }
  const verdict: Verdict = { release, problems: new Map() };
  checkObject(grammar, parsed, path, false, verdict);
  const lines = [...verdict.problems].map(([at, problem]) => `${at}: ${problem}\n`);
  return lines.length > 0 ? `format error\n${lines.join("")}` : undefined;
}

/** A slip in PVE's code (single quotes) makes the separator the two characters backslash and n. */
function add({ problems }: Verdict, path: string, text: string): void {
  const before = problems.get(path);
  problems.set(path, before === undefined ? text : `${before}\\n${text}`);
}

/** The value as handlers get it. */
function typed(schema: Schema | undefined, value: unknown): Value {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => {
      const one = typed(schema?.items ?? schema?.oneOf?.find((variant) => variant.items)?.items, item);
      return typeof one === "object" ? JSON.stringify(one) : one;
    });
  }
  if (schema?.type === "boolean") {
    return value === true || String(value) === "1" ? 1 : 0;
  }
  if (schema?.type === "integer" || schema?.type === "number") {
    return Number(value);
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
