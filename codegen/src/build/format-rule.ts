import { z } from "zod";
import type { YamlDocument } from "./yaml.js";

const key = z.strictObject({
  type: z.enum(["string", "integer", "number", "boolean"]),
  optional: z.literal(true).optional(),
  default_key: z.literal(true).optional(),
  default: z.union([z.string(), z.number()]).optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  pattern: z.string().optional(),
  format: z.string().optional(),
  requires: z.string().optional(),
  alias: z.string().optional(),
  keyAlias: z.string().optional(),
});

const rule = z
  .strictObject({
    pattern: z.string().min(1).optional(),
    enum: z.array(z.string()).min(1).optional(),
    anyOf: z.array(z.string()).min(2).optional(),
    grammar: z.union([z.string(), z.record(z.string(), key)]).optional(),
    free: z.literal(true).optional(),
    note: z.string().optional(),
    source: z.string().min(1),
    examples: z.strictObject({ valid: z.array(z.string()), invalid: z.array(z.string()) }).optional(),
  })
  .refine((entry) => KINDS.filter((kind) => entry[kind] !== undefined).length === 1, {
    error: "a format has exactly one of pattern, enum, anyOf, grammar and free",
  });
const KINDS = ["pattern", "enum", "anyOf", "grammar", "free"] as const;

const listEnding = z.strictObject({ split: z.string(), join: z.string(), note: z.string(), source: z.string() });
const optEnding = z.strictObject({ empty: z.array(z.string()), note: z.string(), source: z.string() });

/** What one format demands, as written in `specs/formats`. */
export type FormatRule = z.infer<typeof rule>;

/** Everything in `specs/formats`, with the place of each rule for messages. */
export interface RuleBook {
  readonly rules: ReadonlyMap<string, FormatRule>;
  /** What `-list` and `-opt` at the end of a name mean. */
  readonly endings: Readonly<Record<string, { readonly source: string }>>;
  fail(name: string, problem: string): never;
}

/** Reads the documents; a rule that is malformed or there twice is an error with its place. */
export function readRules(documents: readonly YamlDocument[]): RuleBook {
  const rules = new Map<string, FormatRule>();
  const places = new Map<string, YamlDocument>();
  const endings: Record<string, { readonly source: string }> = {};
  for (const document of documents) {
    for (const [name, entry] of Object.entries((document.value ?? {}) as Readonly<Record<string, unknown>>)) {
      if (places.has(name)) document.fail([name], `the format "${name}" has two rules`);
      places.set(name, document);
      if (name === "-list") endings[name] = parse(document, name, entry, listEnding);
      else if (name === "-opt") endings[name] = parse(document, name, entry, optEnding);
      else rules.set(name, parse(document, name, entry, rule));
    }
  }
  return {
    rules,
    endings,
    fail(name, problem) {
      places.get(name)?.fail([name], problem);
      throw new Error(`${name}: ${problem}`);
    },
  };
}

function parse<T>(document: YamlDocument, name: string, entry: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(entry);
  if (parsed.success) return parsed.data;
  const { path, message } = deepest(parsed.error.issues[0], []);
  return document.fail([name, ...path], message);
}

type Issue = z.core.$ZodIssue | undefined;

/** Of what is wrong with each alternative of a union, that which lies deepest: the alternative that was meant. */
function deepest(issue: Issue, above: readonly (string | number)[]): { path: (string | number)[]; message: string } {
  const own = {
    path: [...above, ...((issue?.path ?? []) as (string | number)[])],
    message: issue?.message ?? "no rule",
  };
  const inner = issue?.code === "invalid_union" ? issue.errors.map(([first]) => deepest(first, own.path)) : [];
  return inner.reduce((best, found) => (found.path.length > best.path.length ? found : best), own);
}
