import type { Schema } from "./contract.js";

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

/** What is wrong with the type of a value; numbers and booleans may come as texts. */
export function typeProblem(value: unknown, type: string | undefined): string | undefined {
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

/** What is wrong with a text whose format is right: pattern, length, bounds, enumeration, in PVE's order. */
export function shapeProblem(text: string, schema: Schema): string | undefined {
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
