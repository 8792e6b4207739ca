import type { FormatRule } from "./format-rule.js";

/**
 * The pattern of every rule that can be one, unanchored: `(?&other)` replaced by the pattern of that format, `anyOf` and
 * `enum` written as alternatives. A name that has no pattern, or leads back to itself, is a failure of the rule.
 */
export function expandPatterns(
  rules: ReadonlyMap<string, FormatRule>,
  fail: (name: string, problem: string) => never,
): Map<string, string> {
  const known = new Map<string, string>();
  const expand = (name: string, from: readonly string[]): string | undefined => {
    const done = known.get(name);
    if (done !== undefined) return done;
    if (from.includes(name)) fail(name, `the rule refers to itself: ${[...from, name].join(" → ")}`);
    const rule = rules.get(name);
    const refer = (other: string) =>
      expand(other, [...from, name]) ?? fail(name, `it refers to "${other}", which is no format with a pattern`);
    const source =
      rule?.enum?.map(escaped).join("|") ??
      rule?.anyOf?.map(refer).map(grouped).join("|") ??
      rule?.pattern?.replace(/\(\?&([\w-]+)\)/g, (_reference, other: string) => grouped(refer(other)));
    if (source === undefined) return undefined;
    const problem = patternProblem(source);
    if (problem !== undefined) fail(name, problem);
    known.set(name, source);
    return source;
  };
  for (const name of rules.keys()) expand(name, []);
  return known;
}

/** The formats that a rule mentions. */
export function referencesOf(rule: FormatRule): string[] {
  const inPattern = [...(rule.pattern ?? "").matchAll(/\(\?&([\w-]+)\)/g)].flatMap((match) => match[1] ?? []);
  return [...(rule.anyOf ?? []), ...inPattern];
}

/** A pattern as one unit, so that what stands before or after it concerns all its alternatives. */
export function grouped(pattern: string): string {
  return `(?:${pattern})`;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** It must be valid with and without the `u` flag: JSON Schema validators set it, the client does not. */
function patternProblem(source: string): string | undefined {
  try {
    new RegExp(source);
    new RegExp(source, "u");
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
