import { type Arguments, familyOf } from "./arguments.js";
import { ToolArgumentError } from "./errors.js";
import type { ResolvedTool } from "./resolved.js";
import { isRecord } from "./schema.js";

/** Arguments under the operation's own names, with what is the same in every call. */
export function mapArguments(tool: ResolvedTool, args: Arguments): Record<string, unknown> {
  const { accepts } = tool.entry;
  const entries = Object.entries(args).flatMap(([name, value]) => {
    const target = Object.hasOwn(accepts, name) ? accepts[name] : undefined;
    const parameter = typeof target === "object" ? target.for : (target ?? memberOf(accepts, name));
    if (parameter === undefined || value === undefined) return [];
    const isMoment = typeof target === "object" && target.moment === true && typeof value === "string";
    return [[parameter, isMoment ? momentOf(name, value) : value] as const];
  });
  return { ...tool.entry.fixed, ...Object.fromEntries(entries) };
}

/** Seconds since the epoch of a date; without a time and a zone it is midnight in UTC, on every machine. */
function momentOf(argument: string, text: string): number {
  const date = /^\d{4}-\d{2}-\d{2}(T.+(Z|[+-]\d{2}:\d{2}))?$/.test(text.trim()) ? Date.parse(text.trim()) : Number.NaN;
  if (!Number.isNaN(date)) return Math.floor(date / 1000);
  throw new ToolArgumentError({
    [argument]: 'expected a date such as "2027-01-31" or "2027-01-31T18:00:00Z", or seconds since the epoch',
  });
}

/** The name itself where it is one of an accepted family, such as `net0` of `net[n]`. */
function memberOf(accepts: Readonly<Record<string, unknown>>, name: string): string | undefined {
  return Object.hasOwn(accepts, familyOf(name)) ? name : undefined;
}

/**
 * The members of `config`-like arguments. Throws `ToolArgumentError` for one that is also an argument of its own: it
 * must not say something else.
 */
export function spreadOptions(tool: ResolvedTool, args: Arguments): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = {};
  for (const name of Object.keys(tool.options ?? {})) {
    const value = args[name];
    for (const [option, inner] of Object.entries(isRecord(value) ? value : {})) {
      if (args[option] !== undefined) throw new ToolArgumentError({ [option]: `given twice, also in ${name}` });
      options[option] = inner;
    }
  }
  return options;
}
