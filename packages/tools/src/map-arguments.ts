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
    return parameter === undefined || value === undefined ? [] : [[parameter, value] as const];
  });
  return { ...tool.entry.fixed, ...Object.fromEntries(entries) };
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
