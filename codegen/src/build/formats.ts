import type { FactSchema, ReleaseFacts } from "../model.js";
import { expandPatterns, grouped } from "./format-patterns.js";
import { type FormatRule, type RuleBook, readRules } from "./format-rule.js";
import { usedFormats } from "./format-uses.js";
import type { YamlDocument } from "./yaml.js";

type GrammarKeys = Readonly<Record<string, FactSchema>>;

/** What is known of the named formats. */
export interface Formats {
  /** By name, without the endings `-list` and `-opt`. */
  readonly rules: ReadonlyMap<string, FormatRule>;
  /** What the endings mean. */
  readonly endings: RuleBook["endings"];
  /** The property strings of named formats, key by key. */
  readonly grammars: ReadonlyMap<string, GrammarKeys>;
  /** The names that a release or a grammar uses, and those of them without a rule. */
  readonly used: readonly string[];
  readonly gaps: readonly string[];
  /** The name of the grammar of a format, for those that are property strings. */
  grammarOf(format: string): string | undefined;
  /** JavaScript, anchored; none for lists, property strings and where anything passes. */
  patternOf(format: string): string | undefined;
  /** Fails with the place of a rule. */
  fail(name: string, problem: string): never;
}

/** Reads the rules; one that nothing uses, or that refers to what has no pattern, is an error with its place. */
export function readFormats(documents: readonly YamlDocument[], releases: readonly ReleaseFacts[]): Formats {
  const { rules, endings, fail } = readRules(documents);
  const grammars = readGrammars(rules);
  const used = usedFormats(releases, rules, grammars);
  for (const name of rules.keys()) if (!used.has(name)) fail(name, `no release uses a format "${name}": remove it`);
  const patterns = expandPatterns(rules, fail);
  return {
    rules,
    endings,
    grammars,
    used: [...used].sort(),
    gaps: [...used].filter((name) => !rules.has(name)).sort(),
    grammarOf(format) {
      const { grammar } = rules.get(format) ?? {};
      return typeof grammar === "string" ? grammar : grammar && format;
    },
    patternOf: (format) => anchored(format, patterns),
    fail,
  };
}

/** Writes the grammar into every text whose format is a property string, in parameters and results alike. */
export function applyFormatGrammars(facts: ReleaseFacts, formats: Formats): ReleaseFacts {
  const apply = (schema: FactSchema): FactSchema => {
    const grammar = typeof schema.format === "string" ? formats.grammarOf(schema.format) : undefined;
    const { properties, items, oneOf, anyOf, additionalProperties } = schema;
    return {
      ...schema,
      ...(grammar !== undefined && schema.type === "string" && { grammar }),
      ...(properties !== undefined && { properties: mapValues(properties, apply) }),
      ...(items !== undefined && { items: apply(items) }),
      ...(oneOf !== undefined && { oneOf: oneOf.map(apply) }),
      ...(anyOf !== undefined && { anyOf: anyOf.map(apply) }),
      ...(typeof additionalProperties === "object" && { additionalProperties: apply(additionalProperties) }),
    };
  };
  const operations = mapValues(facts.operations, (operation) => ({
    ...operation,
    parameters: { ...operation.parameters, properties: mapValues(operation.parameters.properties, apply) },
    ...(operation.returns !== undefined && { returns: apply(operation.returns) }),
  }));
  return { ...facts, operations };
}

/** The rules as the published document shows them: patterns anchored and complete, property strings by reference. */
export function formatTable(formats: Formats): Record<string, object> {
  const entries = formats.used.flatMap((name) => {
    const known = formats.rules.get(name);
    if (known === undefined) return [];
    const { source: _source, examples: _examples, grammar, anyOf, ...rest } = known;
    const reference = formats.grammarOf(name);
    const pattern = formats.patternOf(name);
    return [
      [
        name,
        {
          ...rest,
          ...(anyOf !== undefined && { anyOf }),
          ...(pattern !== undefined && { pattern }),
          ...(grammar !== undefined && { grammar: { $ref: `#/components/schemas/${reference}` } }),
        },
      ] as const,
    ];
  });
  const suffixes = Object.entries(formats.endings).map(([name, entry]) => {
    const { source: _source, ...rest } = entry;
    return [name, rest] as const;
  });
  return Object.fromEntries([...suffixes, ...entries]);
}

/** The `-opt` form of an anchored pattern: what Perl takes for false passes as well. */
export function optionalPattern(pattern: string): string {
  return `^(?:0|${grouped(pattern.slice(1, -1))}?)$`;
}

function anchored(format: string, patterns: ReadonlyMap<string, string>): string | undefined {
  const own = patterns.get(format);
  if (own !== undefined) return `^${own.includes("|") ? grouped(own) : own}$`;
  const base = format.endsWith("-opt") ? anchored(format.slice(0, -"-opt".length), patterns) : undefined;
  return base === undefined ? undefined : optionalPattern(base);
}

function readGrammars(rules: ReadonlyMap<string, FormatRule>): Map<string, GrammarKeys> {
  const grammars = new Map<string, GrammarKeys>();
  for (const [name, { grammar }] of rules) {
    if (typeof grammar !== "object") continue;
    grammars.set(
      name,
      mapValues(grammar, ({ pattern, ...entry }) => {
        const whole = pattern?.includes("|") ? grouped(pattern) : pattern;
        // Absent and undefined are not the same to `exactOptionalPropertyTypes`, but zod's result has no undefined in it.
        return { ...entry, ...(whole !== undefined && { pattern: whole }) } as FactSchema;
      }),
    );
  }
  return grammars;
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
