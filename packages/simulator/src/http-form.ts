import { Buffer } from "node:buffer";

/** Parameters as they came: text, repeated keys as arrays, JSON values; `undefined` for a key without `=`. */
export type RawParams = Record<string, unknown>;

/** Undoes percent-encoding into bytes, one character per byte. Text that is no valid escape stays as it is. */
export function percentDecode(text: string): string {
  return text.includes("%")
    ? text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/**
 * Decodes a form or a query string, one character per byte on the way in. Pairs end at `&` or `;`, and what stands
 * behind a second `=` is lost: both are PVE's.
 */
export function decodeForm(data: string): RawParams {
  // Without a prototype, `__proto__` is a key like any other.
  const params: RawParams = Object.create(null);
  for (const pair of data.split(/[&;]/)) {
    if (pair === "") {
      continue;
    }
    const [rawKey = "", rawValue] = pair.split("=").map((part) => percentDecode(part.replace(/\+/g, " ")));
    const value = rawValue === undefined ? undefined : utf8(rawValue);
    const before = params[rawKey];
    if (Object.hasOwn(params, rawKey)) {
      params[rawKey] = Array.isArray(before) ? [...before, value] : [before, value];
    } else {
      params[rawKey] = value;
    }
  }
  return params;
}

const decoderLine = "at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line";

/** Decodes a JSON body; the answer is the text PVE's decoder dies with when it is not an object. */
export function decodeJson(text: string): RawParams | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return malformed(text, error);
  }
  if (Array.isArray(value)) {
    return `Not a HASH reference ${decoderLine} 978.`;
  }
  if (typeof value !== "object") {
    return `Can't use string ("${String(value)}") as a HASH ref while "strict refs" in use ${decoderLine} 978.`;
  }
  return value === null ? `Can't use an undefined value as a HASH reference ${decoderLine} 978.` : { ...value };
}

function malformed(text: string, error: unknown): string {
  const at = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
  const offset = at === undefined ? text.length : Number(at);
  const rest = offset < text.length ? text.slice(offset) : "(end of string)";
  const where = `at character offset ${offset} (before "${rest}") ${decoderLine} 934.`;
  return offset > 0 && text.trimStart().startsWith("{")
    ? `, or } expected while parsing object/hash, ${where}`
    : `malformed JSON string, neither tag, array, object, number, string or atom, ${where}`;
}
