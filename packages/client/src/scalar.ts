/** PVE's own idea of an integer; no blanks, no exponent. */
export const INTEGER = /^[+-]?\d+$/;
/** PVE's own idea of a number. */
export const NUMBER = /^[+-]?(?:\d+\.\d+|\d+\.|\.\d+|\d+)(?:[eE][+-]?\d+)?$/;

/** Writes a scalar as PVE reads it: booleans as 1 and 0, numbers without an exponent, however large or small. */
export function printScalar(value: string | number | boolean): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "1" : "0";
  const text = String(value);
  return text.includes("e") ? withoutExponent(text) : text;
}

/** `1.5e-7` → `0.00000015`: an exponent is no integer to PVE, and several of its parsers cut a number at the `e`. */
function withoutExponent(text: string): string {
  const [, sign = "", whole = "", fraction = "", power = ""] = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? [];
  const point = whole.length + Number(power);
  const digits = (whole + fraction).padEnd(point, "0");
  return `${sign}${point > 0 ? digits : `0.${"0".repeat(-point)}${digits}`}`;
}

/** Whether a value is one that `printScalar` can write; NaN and infinity are not. */
export function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || Number.isFinite(value) || typeof value === "boolean";
}

/** Reads PVE's spellings of a boolean; anything else comes back as it is. */
export function readBoolean(value: unknown): unknown {
  if (value === 1 || value === "1" || value === true) return true;
  if (value === 0 || value === "0" || value === "" || value === false || value === null) return false;
  return value;
}

/** Reads a number that PVE sent as text. Words (`N/A`) and integers beyond 2^53 come back as they are. */
export function readNumber(value: unknown): unknown {
  if (typeof value !== "string" || !NUMBER.test(value)) return value;
  const number = Number(value) + 0; // "-0" is 0: a negative zero would not be written back.
  return Number.isFinite(number) && (!INTEGER.test(value) || Number.isSafeInteger(number)) ? number : value;
}

/** Splits a list as PVE does: at NUL bytes if there are any, otherwise at commas, semicolons and blanks. */
export function splitList(text: string): string[] {
  if (text === "") return [];
  const parts = text.includes("\0") ? text.split("\0") : text.split(/[,;\s]+/);
  return parts.includes("") ? parts.filter((part) => part !== "") : parts;
}

/** Joins a list so that PVE splits it again: by commas, or by NUL bytes where an item holds a separator itself. */
export function joinList(items: readonly string[]): string {
  if (!items.some((item) => /[,;\s]/.test(item))) return items.join(",");
  // A NUL in a list of one as well: it is what tells PVE not to split elsewhere.
  return items.length === 1 ? `${items[0]}\0` : items.join("\0");
}

const patterns = new Map<string, RegExp | undefined>();

/**
 * Whether PVE would turn the text down for its pattern. Beyond ASCII only PVE can tell, since Perl's `\w` and `\d`
 * know more letters than JavaScript's; such text passes.
 */
export function breaksPattern(text: string, source: string): boolean {
  if (!patterns.has(source)) patterns.set(source, compile(source));
  return /^[\x00-\x7f]*$/.test(text) && patterns.get(source)?.test(text) === false;
}

function compile(source: string): RegExp | undefined {
  const insensitive = source.startsWith("(?i)");
  try {
    // No group around the source and an optional last newline: that is how PVE tests.
    return new RegExp(`^${insensitive ? source.slice(4) : source}\\n?$`, insensitive ? "i" : "");
  } catch {
    return undefined; // A Perl construct without a counterpart: leave the check to PVE.
  }
}
