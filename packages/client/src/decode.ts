import { isRecord } from "./encode.js";
import type { Decode, PropertyCodec } from "./operation.js";
import { readBoolean, readNumber, splitList } from "./scalar.js";

/** A plan made ready: gives a value its declared form. */
type Reader = (value: unknown) => unknown;

/**
 * Gives a value of an answer its declared form. Total: PVE never checks what it returns, so whatever does not fit the
 * declaration (a word where a number was promised, a property string that is none) comes back as it was sent. Arrays
 * and objects are changed in place: they were parsed for this caller alone, and copying 10 000 guests takes longer than
 * parsing them.
 */
export function decodeValue(value: unknown, decode: Decode, codec?: PropertyCodec): unknown {
  return readerOf(decode, codec)(value);
}

const readers = new WeakMap<object, { readonly codec: PropertyCodec | undefined; readonly read: Reader }>();

function readerOf(decode: Decode, codec: PropertyCodec | undefined): Reader {
  if (typeof decode === "string") return SCALARS[decode];
  const known = readers.get(decode);
  if (known !== undefined && known.codec === codec) return known.read;
  const read = makeReader(decode, codec);
  readers.set(decode, { codec, read });
  return read;
}

const SCALARS: Readonly<Record<Extract<Decode, string>, Reader>> = {
  boolean: readBoolean,
  number: readNumber,
  list: (value) => (typeof value === "string" ? splitList(value) : value),
};

function makeReader(decode: Exclude<Decode, string>, codec: PropertyCodec | undefined): Reader {
  if ("grammar" in decode) return (value) => (codec === undefined ? value : codec.read(value, decode.grammar));
  if ("items" in decode) return itemsReader(readerOf(decode.items, codec));
  return membersReader(decode, codec);
}

function itemsReader(read: Reader): Reader {
  return (value) => {
    if (!Array.isArray(value)) return value;
    const items: unknown[] = value;
    for (let index = 0; index < items.length; index += 1) items[index] = read(items[index]);
    return items;
  };
}

/**
 * Most members need nothing: texts that are texts, numbers that came as numbers. So the walk is over what is there, in
 * the engine's own order, and only texts and objects are looked up; numbers matter to booleans alone.
 */
function membersReader({ props, families, rest }: MemberPlan, codec: PropertyCodec | undefined): Reader {
  const named = new Map(Object.entries(props).map(([key, plan]) => [key, readerOf(plan, codec)]));
  const flags = Object.keys(props).filter((key) => props[key] === "boolean");
  const others = families === undefined && rest === undefined ? undefined : otherReader(props, families, rest, codec);
  return (value) => {
    if (!isRecord(value)) return value;
    const record = value as Record<string, unknown>;
    for (const key in record) {
      const before = record[key];
      if (typeof before === "number") continue;
      const after = named.get(key)?.(before) ?? before;
      if (after !== before) record[key] = after;
    }
    for (const key of flags) {
      if (typeof record[key] === "number") record[key] = readBoolean(record[key]);
    }
    others?.(record);
    return record;
  };
}

type MemberPlan = Extract<Decode, { readonly props: unknown }>;

/** Reads the members that are not named one by one: `net0`, or whatever key there is. */
function otherReader(
  props: MemberPlan["props"],
  families: MemberPlan["families"] = {},
  rest: MemberPlan["rest"],
  codec: PropertyCodec | undefined,
): (record: Record<string, unknown>) => void {
  const stems = new Map(Object.entries(families).map(([stem, plan]) => [stem, readerOf(plan, codec)]));
  const fallback = rest === undefined ? undefined : readerOf(rest, codec);
  return (record) => {
    for (const key of Object.keys(record)) {
      if (Object.hasOwn(props, key)) continue;
      const stem = /^(.*?\D)\d+$/.exec(key)?.[1];
      const read = (stem === undefined ? undefined : stems.get(stem)) ?? fallback;
      if (read !== undefined) record[key] = read(record[key]);
    }
  };
}
