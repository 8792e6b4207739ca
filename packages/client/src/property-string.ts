import type { Grammar, GrammarKey } from "./operation.js";
import { breaksPattern, INTEGER, isScalar, NUMBER, printScalar, readNumber } from "./scalar.js";

/** A property string as an object; keys in the order of the text. */
export type PropertyRecord = Record<string, string | number | boolean>;

/** The text each record was parsed from, so that an untouched record prints as it was stored, byte for byte. */
const sources = new WeakMap<object, string>();

/**
 * Parses a property string. Unknown keys are kept as text. `undefined` if it is not a property string at all: a part
 * without a key where the grammar has no default key, an empty key, a key given twice.
 * @example parseRecord("virtio=BC:24:11:00:00:01,bridge=vmbr0", net) // { model: "virtio", macaddr: "BC:…", bridge: "vmbr0" }
 */
export function parseRecord(text: string, grammar: Grammar): PropertyRecord | undefined {
  const record = readParts(text, grammar);
  if (record !== undefined) sources.set(record, text);
  return record;
}

function readParts(text: string, grammar: Grammar): PropertyRecord | undefined {
  const record = new Map<string, string | number | boolean>();
  for (const part of text.split(",")) {
    if (part === "") continue;
    const cut = part.indexOf("=");
    const written = cut < 0 ? grammar.default : part.slice(0, cut);
    if (written === undefined || written === "") return undefined;
    for (const [key, value] of readPart(written, part.slice(cut + 1), grammar)) {
      if (record.has(key)) return undefined;
      record.set(key, value);
    }
  }
  return Object.fromEntries(record);
}

function readPart(written: string, value: string, grammar: Grammar): [string, string | number | boolean][] {
  const spec = own(grammar.keys, written);
  const target = spec?.alias ?? written;
  const main: [string, string | number | boolean] = [target, readValue(value, own(grammar.keys, target) ?? spec)];
  return spec?.keyAlias === undefined ? [main] : [[spec.keyAlias, written], main];
}

/** Reads one value by the type of its key; what does not fit the type stays text. */
function readValue(text: string, spec: GrammarKey | undefined): string | number | boolean {
  if (spec?.type === "boolean") {
    if (/^(?:1|yes|on|true)$/i.test(text)) return true;
    return /^(?:0|no|off|false)$/i.test(text) ? false : text;
  }
  const value = spec?.type === "integer" || spec?.type === "number" ? readNumber(text) : text;
  return typeof value === "number" ? value : text;
}

/** Gives the values of a record their types, for records that PVE sends as objects. Unknown keys are kept. */
export function readRecord(record: Readonly<Record<string, unknown>>, grammar: Grammar): Record<string, unknown> {
  const typed = Object.entries(record).map(([key, value]) => {
    const text = typeof value === "number" ? String(value) : value;
    return [key, typeof text === "string" ? readValue(text, own(grammar.keys, key)) : value] as const;
  });
  return Object.fromEntries(typed);
}

/**
 * Prints a record as a property string: the default key first and bare, then the rest in the record's own order. A
 * record that `parseRecord` made and nobody changed prints as the text it was made from. `undefined` values are left
 * out.
 */
export function printRecord(record: Readonly<Record<string, unknown>>, grammar: Grammar): string {
  const source = sources.get(record);
  if (source !== undefined && isUntouched(record, source, grammar)) return source;
  const given = Object.entries(record).filter(([, value]) => isScalar(value));
  const pair = keyPair(record, grammar);
  const rest = given.filter(([key]) => key !== pair?.name && key !== pair?.value);
  const bare = rest.find(([key, value]) => key === grammar.default && !text(value).includes("="));
  const parts = rest.filter((entry) => entry !== bare).map(([key, value]) => `${key}=${text(value)}`);
  const head = [
    ...(pair === undefined ? [] : [`${text(record[pair.name])}=${text(record[pair.value])}`]),
    ...(bare === undefined ? [] : [text(bare[1])]),
  ];
  return [...head, ...parts].join(",");
}

/** The two keys that are written as one part: `model` and `macaddr` as `virtio=MAC`. */
function keyPair(
  record: Readonly<Record<string, unknown>>,
  grammar: Grammar,
): { name: string; value: string } | undefined {
  for (const [key, { keyAlias, alias }] of Object.entries(grammar.keys)) {
    if (keyAlias === undefined || alias === undefined) continue;
    if (record[keyAlias] === key && isScalar(record[alias])) return { name: keyAlias, value: alias };
  }
  return undefined;
}

function isUntouched(record: Readonly<Record<string, unknown>>, source: string, grammar: Grammar): boolean {
  const before = readParts(source, grammar) ?? {};
  const keys = Object.keys(record);
  return keys.length === Object.keys(before).length && keys.every((key) => own(before, key) === record[key]);
}

/** Everything PVE would turn down in a record, one text per key. Unknown keys pass: a newer PVE may know them. */
export function recordProblems(record: Readonly<Record<string, unknown>>, grammar: Grammar): string[] {
  const covered = new Set(
    Object.keys(record).flatMap((key) => {
      const spec = own(grammar.keys, key);
      return record[key] === undefined ? [] : [key, spec?.alias ?? key, spec?.keyAlias ?? key];
    }),
  );
  const missing = Object.entries(grammar.keys)
    .filter(([key, spec]) => spec.required && !covered.has(key))
    .map(([key]) => `${key} is missing`);
  const wrong = Object.entries(record).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const problem = keyProblem(key, record, grammar) ?? valueProblem(value, own(grammar.keys, key));
    return problem === undefined ? [] : [`${key === "" ? "''" : key} ${problem}`];
  });
  return [...missing, ...wrong];
}

function keyProblem(key: string, record: Readonly<Record<string, unknown>>, { keys }: Grammar): string | undefined {
  if (!/^[^=,]+$/.test(key)) return "is no key; a key holds neither `=` nor a comma";
  const { alias, keyAlias } = own(keys, key) ?? {};
  const twice = [alias, keyAlias].find((name) => name !== undefined && own(record, name) !== undefined);
  return twice === undefined ? undefined : `and ${twice} say the same; give one of them`;
}

function valueProblem(value: unknown, spec: GrammarKey | undefined): string | undefined {
  if (!isScalar(value)) return "must be text, a number or a boolean; leave the key out to unset it";
  const written = text(value);
  if (written === "") return "is empty; leave the key out";
  if (written.includes(",")) return "cannot hold a comma";
  if (spec?.enum !== undefined && !spec.enum.includes(written)) return `must be one of ${spec.enum.join(", ")}`;
  if (spec?.type === "boolean" && !/^(?:0|1|yes|no|on|off|true|false)$/i.test(written)) return "must be true or false";
  if (spec?.type === "integer" && !INTEGER.test(written)) return "must be a whole number";
  if (spec?.type === "number" && !NUMBER.test(written)) return "must be a number";
  if (spec?.min !== undefined && Number(written) < spec.min) return `must be at least ${spec.min}`;
  if (spec?.max !== undefined && Number(written) > spec.max) return `must be at most ${spec.max}`;
  if (spec?.pattern !== undefined && breaksPattern(written, spec.pattern)) return `must match ${spec.pattern}`;
  return undefined;
}

function text(value: unknown): string {
  return isScalar(value) ? printScalar(value) : "";
}

/** Own keys only: a part named `constructor` must not meet the prototype. */
function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
