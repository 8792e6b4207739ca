import { areas } from "./generated/areas.gen.js";
import type { OperationSpec, ParamSpec } from "./operation.js";
import { areaOf, type Method, parseRoute, type Route, unknownRoute } from "./route.js";

/** An operation with its route taken apart. */
export interface Operation {
  readonly route: Route;
  readonly spec: OperationSpec;
}

const found = new Map<string, Operation>();

/**
 * Finds an operation by its route; the part of the table that holds it is loaded on first use.
 * @throws PveParameterError naming the route when there is no such operation
 */
export async function findOperation(id: string): Promise<Operation> {
  const known = found.get(id);
  if (known !== undefined) return known;
  const route = parseRoute(id);
  const operations = route === undefined ? {} : await loadArea(route.area);
  const spec = Object.hasOwn(operations, id) ? operations[id] : undefined;
  if (route === undefined || spec === undefined) throw unknownRoute(id, Object.keys(operations));
  const operation = { route, spec };
  found.set(id, operation);
  return operation;
}

/** A parameter's own entry, or that of its family (`net0` → `net[n]`, within the family's bounds). */
export function findParam(name: string, { params = {} }: OperationSpec): ParamSpec | undefined {
  if (Object.hasOwn(params, name)) return name.includes("[") ? undefined : params[name];
  const [, stem = "", digits = ""] = /^(.*\D)(0|[1-9]\d*)$/.exec(name) ?? [];
  const key = `${stem}[n]`;
  const family = Object.hasOwn(params, key) ? params[key] : undefined;
  return family !== undefined && Number(digits) < (family.indices ?? Number.POSITIVE_INFINITY) ? family : undefined;
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
  const area = areaOf(shape);
  const routes = shapes.get(area) ?? shapesOf(Object.keys(await loadArea(area)));
  shapes.set(area, routes);
  const id = routes.get(`${method} ${shape}`);
  if (id === undefined) throw unknownRoute(`${method} ${shape}`, [...routes.keys()]);
  const given = steps.flatMap((step) => ("value" in step ? [step.value] : []));
  const names = parseRoute(id)?.names ?? [];
  return { id, values: Object.fromEntries(names.map((name, index) => [name, given[index] ?? ""])) };
}

/** By area: routes without the names of their parameters, as a walk knows them, and the real ones. */
const shapes = new Map<string, ReadonlyMap<string, string>>();

function shapesOf(routes: readonly string[]): ReadonlyMap<string, string> {
  return new Map(routes.map((route) => [route.replace(/\{[^{}]*\}/g, "{}"), route]));
}

async function loadArea(area: string): Promise<Readonly<Record<string, OperationSpec>>> {
  const load = Object.hasOwn(areas, area) ? areas[area] : undefined;
  return load === undefined ? {} : (await load()).operations;
}
