import { areas } from "./generated/areas.gen.js";
import type { OperationSpec } from "./operation.js";
import { areaOf, type Method, parseRoute, type Route, unknownRoute } from "./route.js";

/** An operation with its route taken apart. */
export interface Operation {
  readonly route: Route;
  readonly spec: OperationSpec;
}

/**
 * Finds an operation by its route; the part of the table that holds it is loaded on first use.
 * @throws PveParameterError naming the route when there is no such operation
 */
export async function findOperation(id: string): Promise<Operation> {
  const route = parseRoute(id);
  const operations = route === undefined ? {} : await loadArea(route.area);
  const spec = Object.hasOwn(operations, id) ? operations[id] : undefined;
  if (route === undefined || spec === undefined) throw unknownRoute(id, Object.keys(operations));
  return { route, spec };
}

/** One step of a path as the tree was walked: a word of the API, or a value in its place. */
export type Step = { readonly word: string } | { readonly value: string };

/**
 * Finds the route that a walk through the tree stands for, and the values of its path.
 * @throws PveParameterError naming the path when there is no such operation
 */
export async function findWalk(
  method: Method,
  steps: readonly Step[],
): Promise<{ readonly id: string; readonly values: Readonly<Record<string, string>> }> {
  const shape = `/${steps.map((step) => ("word" in step ? step.word : "{}")).join("/")}`;
  const routes = Object.keys(await loadArea(areaOf(shape)));
  const id = routes.find((route) => route.replace(/\{[^{}]*\}/g, "{}") === `${method} ${shape}`);
  if (id === undefined)
    throw unknownRoute(
      `${method} ${shape}`,
      routes.map((route) => route.replace(/\{[^{}]*\}/g, "{}")),
    );
  const given = steps.flatMap((step) => ("value" in step ? [step.value] : []));
  const names = parseRoute(id)?.names ?? [];
  return { id, values: Object.fromEntries(names.map((name, index) => [name, given[index] ?? ""])) };
}

async function loadArea(area: string): Promise<Readonly<Record<string, OperationSpec>>> {
  const load = Object.hasOwn(areas, area) ? areas[area] : undefined;
  return load === undefined ? {} : (await load()).operations;
}
