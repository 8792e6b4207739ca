import { z } from "zod";
import type { YamlDocument } from "../build/yaml.js";
import { type Attempts, atOnce, SpecFault } from "../fault.js";
import type { FactOperation, ReleaseFacts, Route } from "../model.js";
import { type ConditionScope, readCondition } from "./condition.js";
import { allOf, declaredExpression, type Expression } from "./expression.js";

/** What a read leaves out of its answer, unless the condition holds; its paths name fields of what is left out. */
export interface FilteredBy {
  readonly hides: string;
  readonly unless: Expression;
}

/** The merged truth about who may call an operation. */
export interface OperationPermissions {
  readonly requires: Expression;
  readonly filteredBy?: readonly FilteredBy[];
  /** Why `requires` is not the whole truth. */
  readonly unknown?: string;
  /** Where what goes beyond PVE's own block comes from. */
  readonly source?: string;
}

export interface MergedPermissions {
  readonly byRoute: ReadonlyMap<Route, OperationPermissions>;
  readonly parsed: number;
  readonly entries: number;
}

const entry = z.strictObject({
  routes: z.array(z.string()).min(1),
  why: z.string().min(1),
  source: z.string().min(1),
  needs: z.unknown().optional(),
  /** Names of options, separated by blanks, and what setting one of them needs. */
  "per-option": z.record(z.string(), z.unknown()).optional(),
  /** List parameters in which naming an option of `per-option` needs the same. */
  "named-by": z.array(z.string()).min(1).optional(),
  "root-only-options": z.array(z.string()).min(1).optional(),
  "filtered-by": z
    .array(z.strictObject({ hides: z.string().min(1), unless: z.unknown() }))
    .min(1)
    .optional(),
  /** PVE's prose says nothing that its expression does not say. */
  complete: z.literal(true).optional(),
  unknown: z.string().min(1).optional(),
});

type Entry = z.infer<typeof entry>;

/** What one entry says of one route. */
interface Remark {
  readonly needs: readonly Expression[];
  readonly filteredBy: readonly FilteredBy[];
  readonly unknown: string | undefined;
  readonly source: string;
}

const UNWRITTEN = "PVE states further conditions in prose, and nobody has written them down yet";

/** Parses every expression of the release and merges the overlay into it. An entry that is idle or names nothing is an error. */
export function mergePermissions(
  facts: ReleaseFacts,
  documents: readonly YamlDocument[],
  { attempt }: Attempts = atOnce,
): MergedPermissions {
  const remarks = new Map<Route, Remark[]>();
  let entries = 0;
  for (const document of documents) {
    for (const [index, given] of readEntries(document).entries()) {
      entries += 1;
      for (const [at, route] of given.routes.entries()) {
        const fail: Fail = (path, problem) => document.fail([index, ...path], problem);
        const remark = attempt(() => readRemark(given, operationOf(given, route, facts, at, fail), fail));
        remarks.set(route, [...(remarks.get(route) ?? []), ...(remark === undefined ? [] : [remark])]);
      }
    }
  }
  const merged = Object.entries(facts.operations).map(([route, operation]): [Route, OperationPermissions] => [
    route,
    merge(route, operation, remarks.get(route) ?? [], facts.release),
  ]);
  return { byRoute: new Map(merged), parsed: merged.length, entries };
}

function operationOf(given: Entry, route: Route, facts: ReleaseFacts, at: number, fail: Fail): FactOperation {
  const operation = facts.operations[route];
  if (operation === undefined) return fail(["routes", at], `release ${facts.release} has no operation "${route}"`);
  if (operation.permissions?.described !== true && isIdle(given))
    fail(["routes", at], `PVE's block of "${route}" has no prose, and the entry adds nothing: remove it`);
  return operation;
}

function readEntries(document: YamlDocument): Entry[] {
  if (!Array.isArray(document.value)) document.fail([], "a list of entries is expected");
  return (document.value as unknown[]).map((value, index) => {
    const parsed = entry.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    return document.fail([index, ...((issue?.path ?? []) as (string | number)[])], issue?.message ?? "not an entry");
  });
}

function isIdle(given: Entry): boolean {
  const parts = [given.needs, given["per-option"], given["root-only-options"], given["filtered-by"]];
  return parts.every((part) => part === undefined);
}

type Fail = (path: readonly (string | number)[], problem: string) => never;

function readRemark(given: Entry, operation: FactOperation, fail: Fail): Remark {
  const { properties } = operation.parameters;
  const scope = conditionScope([], fail, (name) => name in properties);
  const rootOnly = given["root-only-options"] ?? [];
  for (const key of ["root-only-options", "named-by"] as const) {
    given[key]?.forEach((name, at) => {
      if (!(name in properties)) fail([key, at], `there is no parameter "${name}"`);
    });
  }
  const root: Expression = { kind: "root" };
  return {
    needs: [
      ...(given.needs === undefined ? [] : [readCondition(given.needs, scope.at("needs"))]),
      ...Object.entries(given["per-option"] ?? {}).map(([names, condition]) =>
        readOption(names, condition, given["named-by"], scope.at("per-option").at(names)),
      ),
      // PVE refuses them only when they are set to something true.
      ...(rootOnly.length === 0 ? [] : [{ kind: "when" as const, params: rootOnly, not: ["0", ""], needs: root }]),
    ],
    filteredBy: (given["filtered-by"] ?? []).map(({ hides, unless }, at) => ({
      hides,
      unless: readCondition(
        unless,
        conditionScope(["filtered-by", at, "unless"], fail, () => true),
      ),
    })),
    unknown: given.unknown,
    source: given.source,
  };
}

function readOption(
  names: string,
  condition: unknown,
  namedBy: readonly string[] | undefined,
  scope: ConditionScope,
): Expression {
  const params = names.split(" ");
  const stranger = params.find((name) => !scope.knows(name));
  if (stranger !== undefined) scope.fail(`there is no parameter "${stranger}"`);
  return { kind: "when", params, ...(namedBy !== undefined && { namedBy }), needs: readCondition(condition, scope) };
}

function conditionScope(
  path: readonly (string | number)[],
  fail: Fail,
  knows: (param: string) => boolean,
): ConditionScope {
  return { fail: (problem) => fail(path, problem), at: (key) => conditionScope([...path, key], fail, knows), knows };
}

function merge(
  route: Route,
  operation: FactOperation,
  remarks: readonly Remark[],
  release: string,
): OperationPermissions {
  const declared = declaredExpression(operation.permissions, (problem) => {
    throw new SpecFault(`specs/releases/${release}.json`, `permissions of "${route}": ${problem}`);
  });
  const needs = remarks.flatMap((remark) => remark.needs);
  const filteredBy = remarks.flatMap((remark) => remark.filteredBy);
  const unwritten = operation.permissions?.described === true && remarks.length === 0 ? [UNWRITTEN] : [];
  // The prose of an open operation says how to log in, which is what the operation is for.
  const unknown = declared.kind === "world" ? [] : [...remarks.flatMap((remark) => remark.unknown ?? []), ...unwritten];
  const sources = [...new Set(remarks.map(({ source }) => source))];
  const later = [...needs, ...unknown.map((why): Expression => ({ kind: "unknown", why }))];
  return {
    requires: allOf([
      ...(operation.allowtoken === false ? [{ kind: "no-token" as const }] : []),
      declared,
      ...(later.length > 0 ? [{ kind: "handler" as const, needs: allOf(later) }] : []),
    ]),
    ...(filteredBy.length > 0 && { filteredBy }),
    ...(unknown.length > 0 && { unknown: unknown.join("; ") }),
    ...(sources.length > 0 && { source: sources.join("; ") }),
  };
}
