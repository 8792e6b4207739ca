import { conditions as text } from "../generated/permissions.gen.js";
import type { Expression } from "./expression.js";

/** What a read leaves out of its answer unless the condition holds; its paths name fields of what is left out. */
export interface FilteredBy {
  readonly hides: string;
  readonly unless: Expression;
}

/** What PVE asks of whoever calls an operation. */
export interface OperationConditions {
  readonly requires: Expression;
  readonly filteredBy: readonly FilteredBy[];
  /** Parameters that it insists on beside those of the path, as far as its conditions name them. */
  readonly insists: readonly string[];
}

/** The conditions of every operation as they are stored: each different one once. */
export interface ConditionTable {
  readonly conditions: readonly Expression[];
  /** By route: the number of its condition. */
  readonly routes: Readonly<Record<string, number>>;
  readonly filters: Readonly<Record<string, readonly FilteredBy[]>>;
  readonly insists: Readonly<Record<string, readonly string[]>>;
}

let table: ConditionTable | undefined;

/** The conditions of an operation; undefined where there is no such route. Nothing is parsed before the first question. */
export function conditionsOf(route: string): OperationConditions | undefined {
  table ??= JSON.parse(text) as ConditionTable;
  const requires = table.conditions[table.routes[route] ?? -1];
  if (requires === undefined) return undefined;
  return { requires, filteredBy: table.filters[route] ?? [], insists: table.insists[route] ?? [] };
}
