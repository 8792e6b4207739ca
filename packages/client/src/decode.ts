import { isRecord } from "./encode.js";
import type { Decode, Grammars } from "./operation.js";
import { parseRecord, readRecord } from "./property-string.js";
import { readBoolean, readNumber, splitList } from "./scalar.js";

/**
 * Gives a value of an answer its declared form. Total: PVE never checks what it returns, so whatever does not fit the
 * declaration (a word where a number was promised, a property string that is none) comes back as it was sent.
 */
export function decodeValue(value: unknown, decode: Decode, grammars: Grammars): unknown {
  if (decode === "boolean") return readBoolean(value);
  if (decode === "number") return readNumber(value);
  if (decode === "list") return typeof value === "string" ? splitList(value) : value;
  if ("grammar" in decode) return decodeRecord(value, decode.grammar, grammars);
  if ("items" in decode) {
    return Array.isArray(value) ? value.map((item: unknown) => decodeValue(item, decode.items, grammars)) : value;
  }
  if (!isRecord(value)) return value;
  const members = Object.entries(value).map(([key, member]) => {
    const rule = memberRule(key, decode);
    return [key, rule === undefined ? member : decodeValue(member, rule, grammars)] as const;
  });
  return Object.fromEntries(members);
}

function memberRule(key: string, decode: Extract<Decode, { readonly props: unknown }>): Decode | undefined {
  if (Object.hasOwn(decode.props, key)) return decode.props[key];
  const stem = /^(.*?\D)\d+$/.exec(key)?.[1];
  const families = decode.families ?? {};
  return stem !== undefined && Object.hasOwn(families, stem) ? families[stem] : decode.rest;
}

function decodeRecord(value: unknown, name: string, grammars: Grammars): unknown {
  const grammar = grammars[name];
  if (grammar === undefined) return value;
  if (typeof value === "string") return parseRecord(value, grammar) ?? value;
  // Some lists of options arrive parsed already, with PVE's 0 and 1 inside.
  return isRecord(value) ? readRecord(value, grammar) : value;
}
