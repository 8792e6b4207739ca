import type { ContractParameters, Schema } from "./contract.js";
import { invalid } from "./failure.js";
import { formatProblem } from "./formats.js";
import { namedGrammars } from "./formats-grammars.js";
import type { Value } from "./handler.js";
import { type PropertyGrammar, parsePropertyString } from "./property-string.js";

/** Problems by path (`net0`, `target[0]`); two on one path are joined the way PVE does it. */
export type Problems = Map<string, string>;

const unknownParameter = "property is not defined in schema and the schema does not allow additional properties";

/**
 * Checks raw parameters against an operation as PVE checks them and returns them typed for a handler; throws the 400
 * with one text per parameter otherwise. Defaults are documentation: they are never filled in.
 */
export function verifyParameters(
  parameters: ContractParameters,
  raw: Readonly<Record<string, unknown>>,
): Readonly<Record<string, Value>> {
  const given = normalize(parameters, raw);
  const problems: Problems = new Map();
  checkObject(parameters.properties, given, "", parameters.additionalProperties, problems);
  if (problems.size > 0) {
    invalid(Object.fromEntries(problems));
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
    } else if (schema?.type === "array" && typeof value !== "object") {
      given[key] = [value];
    } else {
      given[key] = value;
    }
  }
  return given;
}

/** The schema of a parameter; `net3` is found under the family `net[n]` while the index is legal. */
export function lookUp(properties: Readonly<Record<string, Schema>>, key: string): Schema | undefined {
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
export function checkObject(
  properties: Readonly<Record<string, Schema>>,
  value: Readonly<Record<string, unknown>>,
  path: string,
  additional: Schema["additionalProperties"],
  problems: Problems,
): void {
  const below = (key: string): string => (path === "" ? key : `${path}.${key}`);
  for (const [key, schema] of Object.entries(properties)) {
    if (!key.endsWith("[n]")) {
      checkProperty(Object.hasOwn(value, key) ? value[key] : undefined, schema, below(key), problems);
    }
  }
  for (const [key, given] of Object.entries(value)) {
    const schema = lookUp(properties, key);
    if (!schema) {
      if (typeof additional === "object") {
        checkProperty(given, additional, below(key), problems);
      } else if (additional !== undefined && !additional) {
        add(problems, below(key), unknownParameter);
      }
      continue;
    }
    if (!Object.hasOwn(properties, key)) {
      checkProperty(given, schema, below(key), problems);
    }
    if (schema.requires !== undefined && value[schema.requires] === undefined) {
      add(problems, below(schema.requires), `missing property required by '${below(key)}'`);
    }
  }
}

/** Checks one value; the first thing that is wrong ends the property. */
function checkProperty(value: unknown, schema: Schema, path: string, problems: Problems): void {
  if (schema.alias !== undefined) {
    return;
  }
  if (schema.oneOf) {
    checkVariants(value, schema.oneOf, schema, path, problems);
    return;
  }
  if (value === undefined || value === null) {
    if (!schema.optional) {
      add(problems, path, "property is missing and it is not optional");
    }
    return;
  }
  const problem = typeProblem(value, schema.type);
  if (problem !== undefined) {
    add(problems, path, problem);
  } else if (Array.isArray(value)) {
    const { items } = schema;
    value.forEach((item: unknown, index) => {
      if (items) {
        checkProperty(item, items, `${path}[${index}]`, problems);
      }
    });
  } else if (typeof value === "object") {
    checkObject(schema.properties ?? {}, asRecord(value), path, schema.additionalProperties, problems);
  } else {
    const text = scalarProblem(String(value), schema, path);
    if (text !== undefined) {
      add(problems, path, text);
    }
  }
}

/** One of several schemas, depending on the type of the thing: what suits any of them passes. */
function checkVariants(
  value: unknown,
  variants: readonly Schema[],
  schema: Schema,
  path: string,
  problems: Problems,
): void {
  if (value === undefined && (schema.optional || variants.some((variant) => variant.optional))) {
    return;
  }
  const found = variants.map((variant) => {
    const own: Problems = new Map();
    const given = variant.type === "array" && !Array.isArray(value) && typeof value === "string" ? [value] : value;
    checkProperty(given, variant, path, own);
    return own;
  });
  if (found.every((own) => own.size > 0)) {
    for (const [at, text] of found[0] ?? []) {
      add(problems, at, text);
    }
  }
}

function asRecord(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value));
}

/** Perl's name for a value that is no plain scalar. */
function reference(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    return "ARRAY";
  }
  if (typeof value === "boolean") {
    return "JSON::PP::Boolean";
  }
  return typeof value === "object" && value !== null ? "HASH" : undefined;
}

const scalarTypes: Readonly<Record<string, RegExp>> = {
  integer: /^[+-]?\d+\n?$/,
  number: /^[+-]?(\d+\.\d+|\d+\.|\.\d+|\d+)([eE][+-]?\d+)?\n?$/,
  boolean: /^[01]$/,
};

function typeProblem(value: unknown, type: string | undefined): string | undefined {
  const ref = reference(value);
  if (type === undefined || type === "any" || (type === "boolean" && typeof value === "boolean")) {
    return undefined;
  }
  if (type === "array" || type === "object") {
    const wanted = type === "array" ? "ARRAY" : "HASH";
    return ref === wanted ? undefined : `type check ('${type}') failed`;
  }
  if (ref !== undefined) {
    return `type check ('${type}') failed - got ${ref}`;
  }
  const shape = scalarTypes[type];
  return !shape || shape.test(String(value)) ? undefined : `type check ('${type}') failed - got '${String(value)}'`;
}

/** Format, pattern, length, bounds, enumeration: in PVE's order. */
function scalarProblem(text: string, schema: Schema, path: string): string | undefined {
  const { format } = schema;
  const grammar = typeof format === "string" ? namedGrammars[format] : format;
  const problem = grammar ? propertyProblem(text, grammar, path) : formatProblem(String(format ?? "string"), text);
  if (problem !== undefined) {
    return `invalid format - ${problem}`;
  }
  if (schema.pattern !== undefined && !patternOf(schema.pattern).test(text)) {
    return "value does not match the regex pattern";
  }
  const length = [...text].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    return `value may only be ${schema.maxLength} characters long`;
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    return `value must be at least ${schema.minLength} characters long`;
  }
  return boundsProblem(text, schema) ?? enumProblem(text, schema);
}

/** What is wrong with a property string; inner problems come one a line. */
function propertyProblem(text: string, grammar: PropertyGrammar, path: string): string | undefined {
  const parsed = parsePropertyString(text, grammar);
  if (typeof parsed === "string") {
    return `${parsed}\n`;
  }
  const problems: Problems = new Map();
  checkObject(grammar, parsed, path, false, problems);
  const lines = [...problems].map(([at, problem]) => `${at}: ${problem}\n`);
  return lines.length > 0 ? `format error\n${lines.join("")}` : undefined;
}

function boundsProblem(text: string, schema: Schema): string | undefined {
  if (!scalarTypes["number"]?.test(text)) {
    return undefined;
  }
  if (schema.maximum !== undefined && Number(text) > schema.maximum) {
    return `value must have a maximum value of ${schema.maximum}`;
  }
  if (schema.minimum !== undefined && Number(text) < schema.minimum) {
    return `value must have a minimum value of ${schema.minimum}`;
  }
  return undefined;
}

function enumProblem(text: string, { enum: values }: Schema): string | undefined {
  return !values || values.map(String).includes(text)
    ? undefined
    : `value '${text}' does not have a value in the enumeration '${values.join(", ")}'`;
}

const patterns = new Map<string, RegExp>();

/** PVE puts `^` and `$` around a pattern without a group, and Perl's `$` lets one trailing newline pass. */
function patternOf(source: string): RegExp {
  let pattern = patterns.get(source);
  if (!pattern) {
    const insensitive = source.startsWith("(?i)");
    pattern = new RegExp(`^${insensitive ? source.slice(4) : source}\\n?$`, insensitive ? "i" : "");
    patterns.set(source, pattern);
  }
  return pattern;
}

/** A slip in PVE's code (single quotes) makes the separator the two characters backslash and n. */
function add(problems: Problems, path: string, text: string): void {
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
