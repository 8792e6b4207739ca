import { z } from "zod";
import type { Attempts } from "../fault.js";
import type { FactOperation, FactSchema, ReleaseFacts, Route } from "../model.js";
import { pathParameters, splitRoute } from "../model.js";
import { readShape } from "./shape.js";
import type { YamlDocument } from "./yaml.js";

const patch = z.strictObject({
  type: z.string().optional(),
  optional: z.literal(true).optional(),
  required: z.literal(true).optional(),
  format: z.string().optional(),
  grammar: z.string().optional(),
  encode: z.literal("uri").optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxLength: z.number().optional(),
  pattern: z.string().optional(),
  enum: z.array(z.string()).optional(),
});

const correction = z.strictObject({
  routes: z.array(z.string()).min(1),
  why: z.string().min(1),
  source: z.string().min(1),
  task: z.enum(["always", "or-null", "or-text", "never"]).optional(),
  indices: z.record(z.string(), z.number().int().positive()).optional(),
  parameters: z.record(z.string(), patch).optional(),
  /** Another operation whose record (the elements of its list, or its object) this one returns too. */
  like: z.string().optional(),
  returns: z.unknown().optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
  recorded: z.literal(true).optional(),
});

type Correction = z.infer<typeof correction>;

/** A correction with the operation that `like` names, as corrected so far. */
type ResolvedCorrection = Correction & { readonly model: FactOperation | undefined };

/** Applies every correction of the documents in order. One that names no known route, or changes nothing, is an error. */
export function applyCorrections(
  facts: ReleaseFacts,
  documents: readonly YamlDocument[],
  { attempt }: Attempts,
): ReleaseFacts {
  const operations: Record<Route, FactOperation> = { ...facts.operations };
  for (const document of documents) {
    const fail = document.fail;
    for (const [index, entry] of readCorrections(document).entries()) {
      const correct = (route: Route, at: number): FactOperation => {
        const given = operations[route];
        if (given === undefined)
          return fail([index, "routes", at], `release ${facts.release} has no operation "${route}"`);
        const model = entry.like === undefined ? undefined : operations[entry.like];
        if (entry.like !== undefined && model === undefined)
          fail([index, "like"], `release ${facts.release} has no operation "${entry.like}"`);
        const corrected = correctOperation(given, { ...entry, model }, (path, problem) =>
          fail([index, ...path], problem),
        );
        const idle = JSON.stringify(corrected) === JSON.stringify(given);
        if (idle) fail([index, "routes", at], `the correction changes nothing of "${route}": remove it`);
        return corrected;
      };
      for (const [at, route] of entry.routes.entries()) {
        const corrected = attempt(() => correct(route, at));
        if (corrected !== undefined) operations[route] = corrected;
      }
    }
  }
  return { release: facts.release, operations };
}

/**
 * Applies to an older release what the corrections say about its requests. They are written for the current release, so
 * what an older one does not have is passed over.
 */
export function correctRequests(facts: ReleaseFacts, documents: readonly YamlDocument[]): ReleaseFacts {
  const operations: Record<Route, FactOperation> = { ...facts.operations };
  for (const document of documents) {
    for (const entry of readCorrections(document)) {
      for (const route of entry.routes) {
        const given = operations[route];
        if (given !== undefined)
          operations[route] = correctOperation(given, requestPart(entry, route, given), document.fail);
      }
    }
  }
  return { release: facts.release, operations };
}

function requestPart(entry: Correction, route: Route, { parameters }: FactOperation): ResolvedCorrection {
  const { properties } = parameters;
  const inPath = pathParameters(splitRoute(route).path);
  const { routes, why, source, task, indices = {} } = entry;
  const known = Object.entries(indices).filter(([stem]) => `${stem}[n]` in properties);
  return {
    ...{ routes, why, source, model: undefined },
    ...(task !== undefined && { task }),
    ...(known.length > 0 && { indices: Object.fromEntries(known) }),
    parameters: Object.fromEntries(
      Object.entries(entry.parameters ?? {}).filter(([name]) => name in properties || inPath.includes(name)),
    ),
  };
}

function readCorrections(document: YamlDocument): Correction[] {
  if (!Array.isArray(document.value)) document.fail([], "a list of corrections is expected");
  return (document.value as unknown[]).map((entry, index) => {
    const parsed = correction.safeParse(entry);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    return document.fail(
      [index, ...((issue?.path ?? []) as (string | number)[])],
      issue?.message ?? "not a correction",
    );
  });
}

type Fail = (path: readonly (string | number)[], problem: string) => never;

function correctOperation(operation: FactOperation, entry: ResolvedCorrection, fail: Fail): FactOperation {
  const properties = { ...operation.parameters.properties };
  for (const [name, change] of Object.entries(entry.parameters ?? {})) {
    properties[name] = patchSchema(properties[name], change);
  }
  const returns = correctReturns(operation.returns, entry, fail);
  const corrected: FactOperation = {
    ...operation,
    parameters: { ...operation.parameters, properties },
    ...(returns !== undefined && { returns }),
    ...(entry.task !== undefined && { task: entry.task }),
    ...([entry.returns, entry.fields, entry.like].some((part) => part !== undefined) && {
      confidence: entry.recorded ? ("recorded" as const) : ("corrected" as const),
    }),
  };
  return entry.indices === undefined ? corrected : boundFamilies(corrected, entry.indices, fail);
}

function patchSchema(schema: FactSchema | undefined, change: z.infer<typeof patch>): FactSchema {
  const { required, ...rest } = change;
  const { optional, ...base } = schema ?? {};
  const defined = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as FactSchema;
  return { ...base, ...(optional === true && required !== true && { optional }), ...defined };
}

function correctReturns(
  returns: FactSchema | undefined,
  entry: ResolvedCorrection,
  fail: Fail,
): FactSchema | undefined {
  if (entry.returns !== undefined)
    return readShape(entry.returns, (path, problem) => fail(["returns", ...path], problem));
  if (entry.fields === undefined && entry.like === undefined) return returns;
  const fields = readShape(entry.fields ?? {}, (path, problem) => fail(["fields", ...path], problem));
  const properties = {
    ...recordOf(returns)?.properties,
    ...recordOf(entry.model?.returns)?.properties,
    ...fields.properties,
  };
  const { additionalProperties } = fields;
  const merged: FactSchema = {
    ...recordOf(returns),
    type: "object",
    properties,
    ...(additionalProperties !== undefined && { additionalProperties }),
  };
  return returns?.type === "array" ? { ...returns, items: merged } : { ...returns, ...merged };
}

/** What a list consists of, or the object itself. */
function recordOf(returns: FactSchema | undefined): FactSchema | undefined {
  return returns?.type === "array" ? returns.items : returns;
}

/** Writes the bound of each family into parameters and result; every family named must occur. */
function boundFamilies(operation: FactOperation, indices: Readonly<Record<string, number>>, fail: Fail): FactOperation {
  const bound = (schemas: Readonly<Record<string, FactSchema>> | undefined) =>
    Object.fromEntries(
      Object.entries(schemas ?? {}).map(([name, schema]) => {
        const count = name.endsWith("[n]") ? indices[name.slice(0, -3)] : undefined;
        return [name, count === undefined ? schema : { ...schema, indices: count }];
      }),
    );
  for (const stem of Object.keys(indices)) {
    const known =
      `${stem}[n]` in operation.parameters.properties || `${stem}[n]` in (operation.returns?.properties ?? {});
    if (!known) fail(["indices", stem], `there is no family "${stem}[n]" in this operation`);
  }
  const returns = operation.returns;
  return {
    ...operation,
    parameters: { ...operation.parameters, properties: bound(operation.parameters.properties) },
    ...(returns?.properties !== undefined && { returns: { ...returns, properties: bound(returns.properties) } }),
  };
}
