/** PVE's own idea of an integer; no blanks, no exponent. */
export const INTEGER = /^[+-]?\d+$/;
/** PVE's own idea of a number. */
export const NUMBER = /^[+-]?(?:\d+\.\d+|\d+\.|\.\d+|\d+)(?:[eE][+-]?\d+)?$/;

/** Writes a scalar as PVE reads it: booleans as 1 and 0, integers without an exponent. */
export function printScalar(value: string | number | boolean): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "1" : "0";
  // String(1e21) is "1e+21", which is no integer to PVE.
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** Whether a value is one that `printScalar` can write. */
export function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
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
  const number = Number(value);
  return Number.isFinite(number) && (!INTEGER.test(value) || Number.isSafeInteger(number)) ? number : value;
}

/** Splits a list as PVE does: at NUL bytes if there are any, otherwise at commas, semicolons and blanks. */
export function splitList(text: string): string[] {
  const parts = text.includes("\0") ? text.split("\0") : text.split(/[,;\s]+/);
  return parts.filter((part) => part !== "");
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
