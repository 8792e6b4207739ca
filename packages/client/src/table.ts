import { areas } from "./generated/areas.gen.js";
import type { OperationSpec, ParamSpec } from "./operation.js";
import { areaOf, type Method, parseRoute, type Route } from "./route.js";

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
export function findOperation(id: string): Operation | Promise<Operation> {
  return found.get(id) ?? loadOperation(id);
}

async function loadOperation(id: string): Promise<Operation> {
  const route = parseRoute(id);
  const operations = route === undefined ? {} : await loadArea(route.area);
  const spec = Object.hasOwn(operations, id) ? operations[id] : undefined;
  if (route === undefined || spec === undefined) return refuse(id, Object.keys(operations));
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

/** A route that a walk through the tree stands for. */
export interface Walk {
  readonly id: string;
  /** Names of the path parameters, left to right. */
  readonly names: readonly string[];
}

/**
 * Finds the route that a walk through the tree stands for: its path, with `{}` in place of each value.
 * @throws PveParameterError naming the path when there is no such operation
 */
export function findWalk(method: Method, shape: string): Walk | Promise<Walk> {
  return walks.get(`${method} ${shape}`) ?? loadWalk(method, shape);
}

/** By route without the names of its parameters, as a walk knows it. */
const walks = new Map<string, Walk>();

async function loadWalk(method: Method, shape: string): Promise<Walk> {
  const routes = Object.keys(await loadArea(areaOf(shape)));
  for (const id of routes) walks.set(shapeOf(id), { id, names: parseRoute(id)?.names ?? [] });
  const walk = walks.get(`${method} ${shape}`);
  return walk ?? refuse(`${method} ${shape}`, routes.map(shapeOf));
}

async function refuse(id: string, routes: readonly string[]): Promise<never> {
  throw (await import("./unknown-route.js")).unknownRoute(id, routes);
}

function shapeOf(route: string): string {
  return route.replace(/\{[^{}]*\}/g, "{}");
}

async function loadArea(area: string): Promise<Readonly<Record<string, OperationSpec>>> {
  const load = Object.hasOwn(areas, area) ? areas[area] : undefined;
  return load === undefined ? {} : (await load()).operations;
}
