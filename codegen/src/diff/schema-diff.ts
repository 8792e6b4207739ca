import type { FactSchema } from "../model.js";
import { type Finding, finding } from "./change.js";

/** Input: what callers send, so narrower is worse. Output: what they receive, so wider is worse. */
export type Direction = "input" | "output";

/** Compares two schemas of one parameter or result; prose never counts. */
export function diffSchema(name: string, before: FactSchema, after: FactSchema, direction: Direction): Finding[] {
  return [
    ...diffPresence(name, before, after, direction),
    ...diffType(name, before, after, direction),
    ...diffEnum(name, before, after, direction),
    ...diffBounds(name, before, after, direction),
    ...diffConstraint(name, "pattern", before.pattern, after.pattern, direction),
    ...diffFormat(name, before, after, direction),
    ...diffConstraint(name, "requires", before.requires, after.requires, direction),
    ...diffDefault(name, before, after),
    ...diffMembers(name, before.properties ?? {}, after.properties ?? {}, direction),
    ...diffItems(name, before, after, direction),
    ...diffVariants(name, before, after, direction),
  ];
}

/** Compares two sets of named schemas: parameters, fields, or the keys of a property string. */
export function diffMembers(
  parent: string,
  before: Readonly<Record<string, FactSchema>>,
  after: Readonly<Record<string, FactSchema>>,
  direction: Direction,
): Finding[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((key) => {
    const name = parent === "" ? key : `${parent}.${key}`;
    const [old, now] = [before[key], after[key]];
    if (old === undefined && now !== undefined) {
      const needed = direction === "input" && now.optional !== true && now.alias === undefined && !key.endsWith("[n]");
      return [finding(name, "added", needed, needed ? "added, and required" : "added")];
    }
    if (now === undefined) return [finding(name, "removed", true, "removed")];
    return old === undefined ? [] : diffSchema(name, old, now, direction);
  });
}

/** Narrower breaks input, wider breaks output. */
function narrowed(name: string, direction: Direction, text: string): Finding {
  return finding(name, "tightened", direction === "input", text);
}

function widened(name: string, direction: Direction, text: string): Finding {
  return finding(name, "loosened", direction === "output", text);
}

function diffPresence(name: string, before: FactSchema, after: FactSchema, direction: Direction): Finding[] {
  if ((before.optional === true) === (after.optional === true)) return [];
  return after.optional === true
    ? [widened(name, direction, "now optional")]
    : [narrowed(name, direction, "now required")];
}

function diffType(name: string, before: FactSchema, after: FactSchema, direction: Direction): Finding[] {
  if (before.type === after.type) return [];
  const text = `type ${before.type ?? "unstated"} → ${after.type ?? "unstated"}`;
  if (before.type === "integer" && after.type === "number") return [widened(name, direction, text)];
  if (before.type === "number" && after.type === "integer") return [narrowed(name, direction, text)];
  // A result that had no type was typed as unknown: knowing it breaks nobody.
  const breaking = !(direction === "output" && (before.type === undefined || before.type === "any"));
  return [finding(name, "changed", breaking, text)];
}

function diffEnum(name: string, before: FactSchema, after: FactSchema, direction: Direction): Finding[] {
  if (before.enum === undefined && after.enum === undefined) return [];
  if (before.enum === undefined) return [narrowed(name, direction, `only ${list(after.enum)}`)];
  if (after.enum === undefined) return [widened(name, direction, `no longer only ${list(before.enum)}`)];
  const gone = before.enum.filter((value) => !after.enum?.includes(value));
  const fresh = after.enum.filter((value) => !before.enum?.includes(value));
  return [
    ...(gone.length > 0 ? [narrowed(name, direction, `no longer ${list(gone)}`)] : []),
    ...(fresh.length > 0 ? [widened(name, direction, `also ${list(fresh)}`)] : []),
  ];
}

function list(values: readonly (string | number)[] | undefined): string {
  const shown = (values ?? []).slice(0, 8).map((value) => `\`${value}\``);
  const more = (values?.length ?? 0) - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Upper bounds tighten downwards, lower ones upwards; a bound on a result says nothing a type could break on. */
function diffBounds(name: string, before: FactSchema, after: FactSchema, direction: Direction): Finding[] {
  const bounds = [
    ["maximum", 1],
    ["maxLength", 1],
    ["minimum", -1],
    ["minLength", -1],
  ] as const;
  return bounds.flatMap(([key, sign]) => {
    const [old, now] = [before[key], after[key]];
    if (old === now) return [];
    const tighter = now !== undefined && (old === undefined || sign * now < sign * old);
    const text = `${key} ${old ?? "none"} → ${now ?? "none"}`;
    return [finding(name, tighter ? "tightened" : "loosened", direction === "input" && tighter, text)];
  });
}

/** A rule that appears narrows, one that goes widens; two different ones cannot be compared, so the worse is assumed. */
function diffConstraint(
  name: string,
  what: string,
  before: string | undefined,
  after: string | undefined,
  direction: Direction,
): Finding[] {
  if (before === after) return [];
  if (before === undefined) return [finding(name, "tightened", direction === "input", `${what} \`${after}\``)];
  if (after === undefined) return [finding(name, "loosened", false, `no longer ${what} \`${before}\``)];
  return [finding(name, "changed", direction === "input", `${what} \`${before}\` → \`${after}\``)];
}

function diffFormat(name: string, before: FactSchema, after: FactSchema, direction: Direction): Finding[] {
  const [old, now] = [before.format, after.format];
  if (typeof old === "object" && typeof now === "object") return diffMembers(name, old, now, direction);
  if (typeof old === "object" || typeof now === "object") {
    if (old === undefined) return [finding(name, "tightened", direction === "input", "now a property string")];
    if (now === undefined) return [finding(name, "loosened", false, "no longer a property string")];
    return [finding(name, "changed", direction === "input", "its format is described differently")];
  }
  return diffConstraint(name, "format", old, now, direction);
}

function diffDefault(name: string, before: FactSchema, after: FactSchema): Finding[] {
  if (before.default === after.default || after.default === undefined || before.default === undefined) return [];
  return [finding(name, "changed", false, `default \`${before.default}\` → \`${after.default}\``)];
}

function diffItems(name: string, before: FactSchema, after: FactSchema, direction: Direction): Finding[] {
  if (before.items === undefined || after.items === undefined) return [];
  return diffSchema(
    name === "" ? "" : `${name}[]`,
    { ...before.items, optional: true },
    { ...after.items, optional: true },
    direction,
  );
}

function diffVariants(name: string, before: FactSchema, after: FactSchema, direction: Direction): Finding[] {
  if (
    JSON.stringify([before.oneOf, before["instance-types"]]) === JSON.stringify([after.oneOf, after["instance-types"]])
  )
    return [];
  return [finding(name, "changed", direction === "input", "which types it belongs to is described differently")];
}
