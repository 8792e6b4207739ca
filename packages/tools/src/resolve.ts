import { briefSchemaOf } from "./brief.js";
import type { Parameter, ToolEntry, Toolset } from "./define.js";
import { LEFT_OUT } from "./left-out.js";
import { readOpenApi, type SpecOperation, type SpecSchema } from "./openapi.js";
import { outputSchemaOf } from "./output-schema.js";
import { isWhole } from "./permissions/hidden.js";
import type { Hints, ResolvedTool } from "./resolved.js";
import type { JsonSchema, ObjectSchema, SchemaType } from "./schema.js";
import { windowParametersOf } from "./window.js";

/**
 * Computes everything about the tools that their operations say: schemas, descriptions, limits, privileges, hints.
 * Sorted by name. Throws when an entry names an operation or a parameter that the document does not have.
 */
export function resolveCatalogue(toolsets: readonly Toolset[], document: unknown): readonly ResolvedTool[] {
  const find = readOpenApi(document);
  const look = (name: string, route: string): SpecOperation => {
    const operation = find(route);
    if (operation === undefined) throw new Error(`${name}: the specification has no operation ${route}`);
    return operation;
  };
  return toolsets
    .flatMap((set) =>
      Object.entries(set.tools).map(([name, entry]) => resolveTool(name, set.id, entry, (route) => look(name, route))),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function resolveTool(
  name: string,
  toolset: string,
  entry: ToolEntry,
  look: (route: string) => SpecOperation,
): ResolvedTool {
  const operation = look(entry.operation);
  const operations = [...new Set([entry.operation, ...(entry.also ?? []), ...(entry.shows ? [entry.shows] : [])])];
  const privileges = operations.map((route) => [route, privilegesOf(look(route))]);
  const options = optionsOf(entry, operation);
  const inputSchema = inputSchemaOf(name, entry, operation);
  const sinceOf = sinceOfArguments(entry, options, operation);
  const filtered =
    entry.risk === "read" && (operation.permissions.filteredBy ?? []).some(({ hides }) => isWhole(hides));
  return {
    name,
    toolset,
    title: entry.title,
    description: entry.summary,
    risk: entry.risk,
    hints: hintsOf(entry),
    inputSchema,
    briefSchema: briefSchemaOf(entry, inputSchema),
    outputSchema: filtered ? withComplete(outputSchemaOf(entry, operation)) : outputSchemaOf(entry, operation),
    operations,
    optional: optionalOf(entry),
    privileges: Object.fromEntries(privileges),
    ...(operation.since !== undefined && { since: operation.since }),
    ...(Object.keys(sinceOf).length > 0 && { sinceOf }),
    ...(Object.keys(options).length > 0 && { options }),
    entry,
  };
}

/** An answer that PVE leaves things out of says so. */
function withComplete(schema: ObjectSchema): ObjectSchema {
  const complete = { type: "boolean", description: "false: the caller may see only part." } as const;
  return { ...schema, properties: { complete, ...schema.properties } };
}

/** Who may call, and what is left out for whom. */
function privilegesOf({ permissions: { inWords, filteredBy = [] } }: SpecOperation): string {
  const hidden = filteredBy.filter(({ hides }) => isWhole(hides)).map(({ hides }) => hides);
  return hidden.length === 0 ? inWords : `${inWords}; what the caller may not see is left out (${hidden.join(", ")})`;
}

/** What was made is read back only to be shown. */
function optionalOf({ tries = [], recipe, shows }: ToolEntry): readonly string[] {
  return recipe === "create-record" && shows !== undefined ? [...tries, shows] : tries;
}

/** The arguments that came with a later release than the oldest supported one, and which it was. */
function sinceOfArguments(
  entry: ToolEntry,
  options: Readonly<Record<string, readonly string[]>>,
  { parameters }: SpecOperation,
): Readonly<Record<string, string>> {
  const own = Object.entries(entry.accepts).map(([name, target]) => [
    name,
    typeof target === "string" ? target : target.for,
  ]);
  const held = Object.entries(options).flatMap(([name, members]) => members.map((one) => [`${name}.${one}`, one]));
  const young = [...own, ...held].flatMap(([name = "", parameter = ""]) => {
    const since = parameters[parameter]?.["x-pve-since"];
    return since === undefined ? [] : [[name, since] as const];
  });
  return Object.fromEntries(young);
}

function hintsOf(entry: ToolEntry): Hints {
  const repeats = entry.operation.startsWith("POST ") && entry.risk !== "read";
  return {
    readOnly: entry.risk === "read",
    destructive: entry.risk === "destroy",
    idempotent: !repeats || entry.repeatable === true,
  };
}

function inputSchemaOf(name: string, entry: ToolEntry, operation: SpecOperation): ObjectSchema {
  const accepted = Object.entries(entry.accepts);
  const properties = accepted.map(([argument, target]) => [
    argument,
    argumentSchema(name, argument, target, entry, operation),
  ]);
  const required = accepted
    .filter(([argument, target]) => isRequired(argument, target, entry, operation))
    .map(([argument]) => argument);
  return {
    type: "object",
    properties: { ...Object.fromEntries(properties), ...(entry.lists === true && windowParametersOf(entry.rows)) },
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

function isRequired(argument: string, target: string | Parameter, entry: ToolEntry, operation: SpecOperation): boolean {
  if (entry.optional?.includes(argument) || (argument === "node_name" && entry.locates !== undefined)) return false;
  if (typeof target === "string") return operation.required.has(target);
  return target.required === true || (target.for !== undefined && operation.required.has(target.for));
}

function argumentSchema(
  name: string,
  argument: string,
  target: string | Parameter,
  entry: ToolEntry,
  operation: SpecOperation,
): JsonSchema {
  if (typeof target !== "string") return ownParameter(target);
  const schema = operation.parameters[target] ?? operation.parameters[target.replace(/\d+$/, "[n]")];
  if (schema === undefined) throw new Error(`${name}: ${entry.operation} has no parameter ${target}`);
  const described = operationParameter(schema);
  if (argument !== "node_name" || entry.locates === undefined) return described;
  return { ...described, description: [described.description, LEFT_OUT[entry.locates]].filter(Boolean).join(" ") };
}

function ownParameter(parameter: Parameter): JsonSchema {
  const { for: _for, required: _required, brief: _brief, moment: _moment, spreads, ...schema } = parameter;
  return { ...schema, ...(spreads !== undefined && { additionalProperties: true }) };
}

/** A parameter of an operation as a flat schema: a property string may be text or an object, a list text or a list. */
export function operationParameter(schema: SpecSchema): JsonSchema {
  const { description, minimum, maximum } = schema;
  const fallback = schema.default;
  const plainDefault =
    typeof fallback === "boolean" || typeof fallback === "number" || (schema.enum?.includes(String(fallback)) ?? false);
  return {
    ...typeOf(schema),
    ...(description !== undefined && { description }),
    ...(schema.enum !== undefined && { enum: schema.enum }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(plainDefault && { default: fallback }),
  };
}

function typeOf(schema: SpecSchema): JsonSchema {
  if (schema["x-pve-property-string"] !== undefined) return { type: ["string", "object"] };
  if (schema["x-pve-format"]?.endsWith("-list")) return { type: ["array", "string"], items: { type: "string" } };
  if (schema.type === "array") return { type: "array", items: { type: simpleType(schema.items?.type) } };
  return { type: simpleType(schema.type) };
}

function simpleType(type: string | undefined): SchemaType {
  return type === "integer" || type === "number" || type === "boolean" || type === "object" ? type : "string";
}

function optionsOf(entry: ToolEntry, operation: SpecOperation): Readonly<Record<string, readonly string[]>> {
  const inPath = [...entry.operation.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
  const spreading = Object.entries(entry.accepts).flatMap(([argument, target]) => {
    if (typeof target === "string" || target.spreads === undefined) return [];
    const { except } = target.spreads;
    const names = Object.keys(operation.parameters).filter((name) => !inPath.includes(name) && !except.includes(name));
    return [[argument, names.sort()] as const];
  });
  return Object.fromEntries(spreading);
}
