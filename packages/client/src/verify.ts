import { isCloseName } from "./close-name.js";
import { encodeForm, encodeValue, type WireValue } from "./encode.js";
import { PveParameterError } from "./errors.js";
import type { Grammars, OperationSpec, ParamSpec } from "./operation.js";
import { pathProblem, type Route } from "./route.js";
import { wireProblem } from "./wire-problem.js";

/** Parameters in wire form, sorted by where they go. */
export interface WireParams {
  readonly path: Readonly<Record<string, string>>;
  /** Query of a GET or DELETE, form body of a POST or PUT. */
  readonly rest: Readonly<Record<string, WireValue>>;
}

/** PVE refuses larger bodies before it reads them. */
const BODY_LIMIT = 524_288;

/**
 * Encodes and checks the parameters of one call, on the encoded text and with PVE's own rules, so that nothing PVE
 * would take is turned down.
 * @throws PveParameterError with every problem at once
 */
export function verifyParams(
  route: Route,
  spec: OperationSpec,
  params: Readonly<Record<string, unknown>>,
  grammars: Grammars,
): WireParams {
  const problems: Record<string, string> = {};
  const path: Record<string, string> = {};
  const rest: Record<string, WireValue> = {};
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    const found = checkValue(name, value, route, spec, grammars);
    if ("problem" in found) problems[name] = found.problem;
    else if (route.names.includes(name)) path[name] = String(found.wire);
    else rest[name] = found.wire;
  }
  // An empty array sends no key at all; one with a problem is given all the same.
  const isGiven = (name: string) =>
    params[name] !== undefined && !(Array.isArray(rest[name]) && rest[name].length === 0);
  Object.assign(problems, absentProblems(route, spec, isGiven));
  const body = route.method === "POST" || route.method === "PUT" ? encodeForm(rest).length : 0;
  if (body > BODY_LIMIT) problems[largest(rest)] ??= `makes the request ${body} bytes long; PVE takes ${BODY_LIMIT}`;
  if (Object.keys(problems).length > 0) throw parameterError(route.id, problems, params);
  return { path, rest };
}

type Checked = { readonly wire: WireValue } | { readonly problem: string };

function checkValue(name: string, value: unknown, route: Route, spec: OperationSpec, grammars: Grammars): Checked {
  const inPath = route.names.includes(name);
  const param = findParam(name, spec) ?? (inPath ? { type: "string" as const } : undefined);
  if (param === undefined) return { problem: unknownProblem(name, spec) };
  const encoded = encodeValue(value, param, grammars);
  if ("problem" in encoded) return encoded;
  const problem = inPath
    ? (pathProblem(name, String(encoded.wire)) ?? wireProblem(encoded.wire, param))
    : wireProblem(encoded.wire, param);
  // A secret must not come back in a message, whatever is wrong with it.
  const secret = isSecret(name) && param.type === "string" && param.enum === undefined;
  if (problem !== undefined) return { problem: secret ? "does not have the form PVE asks for" : problem };
  return encoded;
}

/** A parameter's own entry, or that of its family (`net0` → `net[n]`). */
function findParam(name: string, spec: OperationSpec): ParamSpec | undefined {
  const params = spec.params ?? {};
  if (Object.hasOwn(params, name)) return name.includes("[") ? undefined : params[name];
  const [, stem = "", digits = ""] = /^(.*\D)(0|[1-9]\d*)$/.exec(name) ?? [];
  const key = `${stem}[n]`;
  const family = Object.hasOwn(params, key) ? params[key] : undefined;
  return family !== undefined && Number(digits) < (family.indices ?? Number.POSITIVE_INFINITY) ? family : undefined;
}

function unknownProblem(name: string, spec: OperationSpec): string {
  const stem = name.replace(/(?:\d+|\[.*\])$/, "");
  const family = spec.params?.[`${stem}[n]`];
  if (family?.indices !== undefined) return `PVE knows ${stem}0 to ${stem}${family.indices - 1}; use one of these`;
  const close = Object.keys(spec.params ?? {}).filter((known) => isCloseName(known, name));
  return `is not a parameter of this operation; ${close.length > 0 ? `did you mean ${close.join(" or ")}?` : "leave it out"}`;
}

function absentProblems(route: Route, spec: OperationSpec, isGiven: (name: string) => boolean): Record<string, string> {
  const problems: Record<string, string> = {};
  const params = Object.entries(spec.params ?? {});
  const required = params.filter(([, param]) => param.required).map(([name]) => name);
  for (const name of new Set([...route.names, ...required])) {
    if (!isGiven(name)) problems[name] = "is required; give it";
  }
  for (const [name, { requires }] of params) {
    if (requires === undefined || !isGiven(name) || isGiven(requires)) continue;
    problems[requires] = `is required by ${name}; give it as well, or leave ${name} out`;
  }
  return problems;
}

function parameterError(
  operation: string,
  problems: Readonly<Record<string, string>>,
  params: Readonly<Record<string, unknown>>,
): PveParameterError {
  const field = Object.keys(problems)[0] ?? "";
  const value = isSecret(field) ? undefined : params[field];
  return new PveParameterError(value === undefined ? { operation, problems } : { operation, problems, value });
}

/** Whether a parameter may hold a credential. */
function isSecret(name: string): boolean {
  return /pass|secret|ticket|token|otp|key|credential|challenge|privkey|tfa/i.test(name);
}

function largest(pairs: Readonly<Record<string, WireValue>>): string {
  return Object.keys(pairs).reduce(
    (best, name) => (String(pairs[name]).length > String(pairs[best] ?? "").length ? name : best),
    "",
  );
}
