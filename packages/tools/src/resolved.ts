import type { Risk, ToolEntry } from "./define.js";
import type { ObjectSchema } from "./schema.js";

/** What a caller may expect of running a tool, beyond its schemas. */
export interface Hints {
  readonly readOnly: boolean;
  readonly destructive: boolean;
  readonly idempotent: boolean;
}

/** A tool with everything that is computed from its operation. This is what the generated catalogue holds. */
export interface ResolvedTool {
  /** The contracted name, such as `get_vms`. */
  readonly name: string;
  /** The id of its toolset. */
  readonly toolset: string;
  readonly title: string;
  readonly description: string;
  readonly risk: Risk;
  readonly hints: Hints;
  /** Everything that is known of the arguments; they are checked against it. */
  readonly inputSchema: ObjectSchema;
  /** The same in few words, for a list that a model has to read. */
  readonly briefSchema: ObjectSchema;
  readonly outputSchema: ObjectSchema;
  /** Every operation it may call, the main one first. */
  readonly operations: readonly string[];
  /** Those of `operations` that it can do without: when one is refused, the answer says what is missing. */
  readonly optional: readonly string[];
  /** What PVE asks of the caller, by operation, in words. `judgeTool` weighs it against what a caller holds. */
  readonly privileges: Readonly<Record<string, string>>;
  /** The release that brought the main operation, where that is later than the oldest supported one. */
  readonly since?: string;
  /** The same of arguments, and of what a `config`-like one may hold (`config.name`); a family is written `net[n]`. */
  readonly sinceOf?: Readonly<Record<string, string>>;
  /** What `config`-like arguments may hold, by argument; a family is written `net[n]`. */
  readonly options?: Readonly<Record<string, readonly string[]>>;
  readonly entry: ToolEntry;
}
