import { ToolArgumentError } from "./errors.js";

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * A moment in seconds since the epoch, from such seconds, from a span before now ("24h", "7d") or from a date as
 * ISO 8601 writes it. Throws `ToolArgumentError` for anything else.
 */
export function epochOf(argument: string, value: string | number, now: number): number {
  if (typeof value === "number") return value;
  const [, count, unit = ""] = /^(\d+)\s*([smhdw])$/.exec(value.trim()) ?? [];
  const span = SECONDS[unit];
  if (count !== undefined && span !== undefined) return Math.floor(now / 1000) - Number(count) * span;
  const date = Date.parse(value);
  if (!Number.isNaN(date)) return Math.floor(date / 1000);
  throw new ToolArgumentError({
    [argument]: 'expected a span such as "24h" or "7d", a date, or seconds since the epoch',
  });
}

/** Epoch seconds as ISO 8601 in UTC, without the fraction. */
export function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
