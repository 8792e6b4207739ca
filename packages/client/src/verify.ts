import { type BrokenRule, brokenRule } from "./broken-rule.js";
import { encodeForm, encodeValue, type WireValue } from "./encode.js";
import type { OperationSpec, PropertyCodec } from "./operation.js";
import { pathProblem, type Route } from "./route.js";
import { splitList } from "./scalar.js";
import { findParam } from "./table.js";

/** Parameters in wire form, sorted by where they go. */
export interface WireParams {
  readonly path: Readonly<Record<string, string>>;
  /** Query of a GET or DELETE, form body of a POST or PUT. */
  readonly rest: Readonly<Record<string, WireValue>>;
}

/** What is wrong with one parameter; a text says it already. */
export type Fault =
  | string
  | BrokenRule
  | { readonly rule: "unknown" | "missing" }
  | { readonly rule: "requires"; readonly by: string }
  | { readonly rule: "size"; readonly bytes: number; readonly limit: number };

/** PVE refuses larger bodies before it reads them. */
const BODY_LIMIT = 524_288;

type Params = Readonly<Record<string, unknown>>;

/**
 * Encodes and checks the parameters of one call, on the encoded text and with PVE's own rules, so that nothing PVE
 * would take is turned down. `null` for a parameter that can be unset moves its name to `delete`.
 * @throws PveParameterError with every problem at once
 */
export function verifyParams(
  route: Route,
  spec: OperationSpec,
  given: Params,
  codec?: PropertyCodec,
): WireParams | Promise<never> {
  const params = withUnset(route, spec, given);
  const faults: Record<string, Fault> = {};
  const path: Record<string, string> = {};
  const rest: Record<string, WireValue> = {};
  for (const name of Object.keys(params)) {
    const value = params[name];
    if (value === undefined) continue;
    const found = checkValue(name, value, route, spec, codec);
    if ("fault" in found) faults[name] = found.fault;
    else if (route.names.includes(name)) path[name] = String(found.wire);
    else rest[name] = found.wire;
  }
  // An empty array sends no key at all; one with a problem is given all the same.
  const isEmpty = (wire: WireValue | undefined) => Array.isArray(wire) && wire.length === 0;
  addAbsent(faults, route, spec, (name) => params[name] !== undefined && !isEmpty(rest[name]));
  const bytes = route.method === "POST" || route.method === "PUT" ? encodeForm(rest).length : 0;
  if (bytes > BODY_LIMIT) faults[largest(rest)] ??= { rule: "size", bytes, limit: BODY_LIMIT };
  return Object.keys(faults).length === 0 ? { path, rest } : refuse(route, spec, params, faults);
}

async function refuse(
  route: Route,
  spec: OperationSpec,
  params: Params,
  faults: Readonly<Record<string, Fault>>,
): Promise<never> {
  throw (await import("./fault-text.js")).parameterError(route.id, spec, params, faults);
}

type Checked = { readonly wire: WireValue } | { readonly fault: Fault };

function checkValue(
  name: string,
  value: unknown,
  { names }: Route,
  spec: OperationSpec,
  codec: PropertyCodec | undefined,
): Checked {
  const inPath = names.includes(name);
  const param = findParam(name, spec) ?? (inPath ? { type: "string" as const } : undefined);
  if (param === undefined) return { fault: { rule: "unknown" } };
  const encoded = encodeValue(value, param, codec);
  if ("problem" in encoded) return { fault: encoded.problem };
  const { wire } = encoded;
  const fault = (inPath ? pathProblem(name, String(wire)) : undefined) ?? brokenRule(wire, param);
  return fault === undefined ? encoded : { fault };
}

/** PVE has no null: what shall be as if never set is named in `delete`. `revert` is another thing and stays as given. */
function withUnset({ names }: Route, spec: OperationSpec, params: Params): Params {
  const { delete: remover } = spec.params ?? {};
  if (remover === undefined || remover.type === "boolean") return params;
  const unset = Object.keys(params).filter((name) => {
    const param = params[name] === null && name !== "delete" ? findParam(name, spec) : undefined;
    return param !== undefined && !param.required && !names.includes(name);
  });
  if (unset.length === 0) return params;
  const { delete: named } = params;
  const before: readonly unknown[] = Array.isArray(named) ? named : typeof named === "string" ? splitList(named) : [];
  const kept = Object.entries(params).filter(([name]) => !unset.includes(name));
  return { ...Object.fromEntries(kept), delete: [...new Set([...before, ...unset])] };
}

function addAbsent(
  faults: Record<string, Fault>,
  route: Route,
  spec: OperationSpec,
  isGiven: (name: string) => boolean,
): void {
  const params = spec.params ?? {};
  for (const name of route.names) if (!isGiven(name)) faults[name] = { rule: "missing" };
  for (const name of Object.keys(params))
    if (params[name]?.required && !isGiven(name)) faults[name] = { rule: "missing" };
  for (const name of Object.keys(params)) {
    const requires = params[name]?.requires;
    if (requires === undefined || !isGiven(name) || isGiven(requires)) continue;
    faults[requires] = { rule: "requires", by: name };
  }
}

function largest(pairs: Readonly<Record<string, WireValue>>): string {
  const size = (name: string) => String(pairs[name] ?? "").length;
  return Object.keys(pairs).reduce((best, name) => (size(name) > size(best) ? name : best), "");
}
