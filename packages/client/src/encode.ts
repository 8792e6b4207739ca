import { PveParameterError } from "./errors.js";
import type { ParamSpec, PropertyCodec } from "./operation.js";
import { isScalar, joinList, printScalar } from "./scalar.js";

/** The content type of a form. */
export const FORM = "application/x-www-form-urlencoded";

/** A value as it goes over the wire; an array becomes a repeated key. */
export type WireValue = string | readonly string[];

/** Either the wire form of a value or what is wrong with it. */
export type Encoded = { readonly wire: WireValue } | { readonly problem: string };

/**
 * Writes one parameter the way PVE reads it: booleans 1 and 0, lists joined, arrays as repeated keys, property strings
 * from objects. Text always passes unchanged.
 */
export function encodeValue(value: unknown, spec: ParamSpec, codec?: PropertyCodec): Encoded {
  if (value === null) return { problem: "null is not a value to PVE; leave it out" };
  if (spec.type === "array") return encodeArray(value, spec, codec);
  if (isScalar(value)) return encodeText(printScalar(value), spec);
  if (Array.isArray(value)) return encodeList(value, spec);
  return encodeObject(value, spec, codec);
}

function encodeText(text: string, spec: ParamSpec): Encoded {
  if (/\p{Surrogate}/u.test(text)) return { problem: "is not valid Unicode (it was cut inside a character)" };
  return { wire: spec.encode === "uri" ? encodeOnce(text) : text };
}

/** PVE hands such values out encoded, so a value that was read and is written back must not be encoded again. */
function encodeOnce(text: string): string {
  return text.includes("%") && /^[-%\w.!~*'()]*$/.test(text) ? text : encodeURIComponent(text);
}

function encodeArray(value: unknown, spec: ParamSpec, codec?: PropertyCodec): Encoded {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts: string[] = [];
  for (const [index, item] of items.entries()) {
    const encoded = encodeValue(item, spec.items ?? { type: "string" }, codec);
    if ("problem" in encoded) return { problem: `item ${index}: ${encoded.problem}` };
    if (typeof encoded.wire !== "string") return { problem: `item ${index}: lists inside lists cannot be sent` };
    texts.push(encoded.wire);
  }
  return { wire: texts };
}

function encodeList(value: readonly unknown[], spec: ParamSpec): Encoded {
  if (!spec.list) return { problem: `takes one ${spec.type}, not a list` };
  if (!value.every(isScalar)) return { problem: "must be a list of plain values" };
  return encodeText(joinList(value.map(printScalar)), spec);
}

function encodeObject(value: unknown, spec: ParamSpec, codec?: PropertyCodec): Encoded {
  if (typeof value === "number") return { problem: `${value} is no number that PVE could read` };
  if (!isRecord(value)) return { problem: `takes ${article(spec.type)}, not ${typeof value}` };
  if (spec.grammar === undefined) return { problem: `takes ${article(spec.type)}, not an object` };
  const printed = codec?.print(value, spec.grammar) ?? { problem: "takes text here" };
  return "problem" in printed ? printed : encodeText(printed.text, spec);
}

/** Writes pairs as a query or form body. Everything but letters, digits and `-_.!~*'()` is percent-encoded. */
export function encodeForm(pairs: Readonly<Record<string, WireValue>>): string {
  const parts = Object.entries(pairs).flatMap(([key, value]) =>
    (typeof value === "string" ? [value] : value).map(
      // PVE also splits at `;` and cuts a value at a second `=`, so neither may stay bare.
      (text) => `${encodeURIComponent(key)}=${encodeURIComponent(text)}`,
    ),
  );
  return parts.join("&");
}

/** Whether a value is an object with named members. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

/**
 * Writes a record without a table, for `pve.http`: booleans 1 and 0, arrays as repeated keys.
 * @throws PveParameterError for values that have no form of their own
 */
export function encodeLoose(params: unknown): string {
  const pairs: Record<string, WireValue> = {};
  for (const [name, value] of Object.entries(isRecord(params) ? params : {})) {
    if (value === undefined) continue;
    const encoded = encodeValue(value, { type: Array.isArray(value) ? "array" : "string" });
    if ("problem" in encoded) throw new PveParameterError({ operation: "http", problems: { [name]: encoded.problem } });
    pairs[name] = encoded.wire;
  }
  return encodeForm(pairs);
}
