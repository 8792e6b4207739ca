import type { Risk } from "../define.js";
import type { JsonSchema } from "../schema.js";

/** Every operation of the current release, packed: a parameter that is the same in many is held once. */
export interface OperationTable {
  readonly parameters: readonly OperationParameter[];
  readonly operations: Readonly<Record<string, PackedOperation>>;
}

/** One parameter as callers see it. */
export interface OperationParameter {
  readonly schema: JsonSchema;
  /** What a property string may have; what it must have is marked with `*`. */
  readonly parts?: readonly string[];
  /** The release that brought it, where that is later than the oldest supported one. */
  readonly since?: string;
}

/** One operation, as far as its route does not say it. */
export interface PackedOperation {
  /** What it does, in a sentence. */
  readonly summary: string;
  /** What else to know. */
  readonly description?: string;
  readonly risk: Risk;
  readonly why?: string;
  /** By name, a family as `net[n]`: where in the table's list the parameter is. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly required?: readonly string[];
  readonly returns?: OperationReturns;
  /** What PVE asks of the caller, in words. */
  readonly privileges: string;
  readonly since?: string;
  /** What people type on a node for the same. */
  readonly commands?: readonly string[];
  /** PVE refuses API tokens here. */
  readonly ticketOnly?: true;
}

/** What an operation answers. */
export interface OperationReturns {
  /** `task` is the end of a task that it starts; absent is any value. */
  readonly kind: "task" | "list" | "object" | "value";
  /** The fields of the object, or of each item of the list. */
  readonly fields?: readonly string[];
}
