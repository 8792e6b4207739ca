import type { FactSchema, ReleaseFacts } from "../model.js";
import { referencesOf } from "./format-patterns.js";
import type { FormatRule } from "./format-rule.js";

/** The names of the formats that releases print, and of those that rules and grammars of such formats lead to. */
export function usedFormats(
  releases: readonly ReleaseFacts[],
  rules: ReadonlyMap<string, FormatRule>,
  grammars: ReadonlyMap<string, Readonly<Record<string, FactSchema>>>,
): Set<string> {
  const used = new Set<string>();
  const add = (format: string): void => {
    const name = format.replace(/-(?:list|opt)$/, "");
    if (used.has(name)) return;
    used.add(name);
    const rule = rules.get(name);
    for (const other of rule === undefined ? [] : referencesOf(rule)) add(other);
    for (const schema of Object.values(grammars.get(name) ?? {})) visit(schema);
  };
  const visit = (schema: FactSchema): void => {
    if (typeof schema.format === "string") add(schema.format);
    const inner = [
      ...Object.values(typeof schema.format === "object" ? schema.format : {}),
      ...Object.values(schema.properties ?? {}),
      ...(schema.oneOf ?? []),
      ...(schema.anyOf ?? []),
      ...(schema.items === undefined ? [] : [schema.items]),
      ...(typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : []),
    ];
    inner.forEach(visit);
  };
  for (const { operations } of releases) {
    for (const { parameters, returns } of Object.values(operations)) {
      Object.values(parameters.properties).forEach(visit);
      if (returns !== undefined) visit(returns);
    }
  }
  return used;
}
