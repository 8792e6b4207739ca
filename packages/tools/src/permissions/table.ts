import { operationRoutes, readOpenApi, type SpecOperation } from "../openapi.js";
import type { ConditionTable, FilteredBy } from "./conditions.js";
import type { Expression } from "./expression.js";

/** Takes the conditions of every operation out of the OpenAPI document of `@pve/client`. */
export function conditionTable(document: unknown): ConditionTable {
  const find = readOpenApi(document);
  const numbers = new Map<string, number>();
  const routes: Record<string, number> = {};
  const filters: Record<string, readonly FilteredBy[]> = {};
  const insists: Record<string, readonly string[]> = {};
  for (const route of operationRoutes(document)) {
    const operation = find(route);
    if (operation === undefined) continue;
    const { requires, filteredBy } = operation.permissions;
    const condition = JSON.stringify(requires);
    const number = numbers.get(condition) ?? numbers.size;
    numbers.set(condition, number);
    routes[route] = number;
    if (filteredBy !== undefined) filters[route] = filteredBy;
    const named = namedBeyondPath(route, operation, condition);
    if (named.length > 0) insists[route] = named;
  }
  return { conditions: [...numbers.keys()].map((text) => JSON.parse(text) as Expression), routes, filters, insists };
}

/** Tests of users and groups are about `userid` without naming it. */
function namedBeyondPath(route: string, { required }: SpecOperation, condition: string): readonly string[] {
  const aboutUser = /"kind":"(user|group)"/.test(condition);
  return [...required].filter(
    (name) =>
      !route.includes(`{${name}}`) &&
      (condition.includes(`"${name}"`) || condition.includes(`{${name}}`) || (aboutUser && name === "userid")),
  );
}
