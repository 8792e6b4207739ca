import type { FilteredBy } from "./permissions/conditions.js";
import type { Expression } from "./permissions/expression.js";
import { isRecord } from "./schema.js";

/** A schema as the OpenAPI document writes it, with the vendor keys that tools look at. */
export interface SpecSchema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly (string | number)[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: SpecSchema;
  readonly properties?: Readonly<Record<string, SpecSchema>>;
  readonly patternProperties?: Readonly<Record<string, SpecSchema>>;
  readonly required?: readonly string[];
  readonly "x-pve-format"?: string;
  readonly "x-pve-property-string"?: unknown;
  readonly "x-pve-since"?: string;
  readonly "x-pve-key-alias"?: string;
}

/** The merged truth about who may call, and in one line. */
export interface SpecPermissions {
  readonly requires: Expression;
  readonly filteredBy?: readonly FilteredBy[];
  readonly inWords: string;
}

/** One operation of the document, flattened to what tools need. */
export interface SpecOperation {
  /** What it does, in a sentence. */
  readonly summary: string;
  readonly description: string | undefined;
  /** Parameters of path, query and body together; a family such as `net0`, `net1` is written `net[n]`. */
  readonly parameters: Readonly<Record<string, SpecSchema>>;
  readonly required: ReadonlySet<string>;
  /** The value under `data`. */
  readonly returns: SpecSchema;
  /** It starts a task. */
  readonly task: boolean;
  readonly permissions: SpecPermissions;
  readonly since: string | undefined;
  /** PVE refuses API tokens here. */
  readonly ticketOnly: boolean;
}

/** Finds the parts that a property string may have, such as `model` of `net0`; those it must have are marked with `*`. */
export function readPropertyStrings(document: unknown): (schema: SpecSchema) => readonly string[] {
  const schemas = member(member(document, "components"), "schemas");
  return (schema) => {
    const use = schema["x-pve-property-string"];
    const name = isRecord(use) ? String(use["$ref"]).split("/").at(-1) : undefined;
    const { properties = {}, required = [] } = schemaOf(name === undefined ? use : member(schemas, name));
    const keys = Object.keys(properties).filter((key) => properties[key]?.["x-pve-key-alias"] === undefined);
    return keys.map((key) => (required.includes(key) ? `${key}*` : key));
  };
}

/** The routes of all operations of the document, sorted. */
export function operationRoutes(document: unknown): readonly string[] {
  const paths = member(document, "paths") ?? {};
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => isRecord(methods) && method in methods).map(
      (method) => `${method.toUpperCase()} ${path}`,
    ),
  );
  return routes.sort();
}

const METHODS = ["get", "post", "put", "delete"];

/** Finds operations by route in the OpenAPI document of `@pve/client`; undefined where there is no such route. */
export function readOpenApi(document: unknown): (route: string) => SpecOperation | undefined {
  const paths = member(document, "paths");
  return (route) => {
    const cut = route.indexOf(" ");
    const operation = member(member(paths, route.slice(cut + 1)), route.slice(0, cut).toLowerCase());
    return operation === undefined ? undefined : flatten(operation);
  };
}

function flatten(operation: Readonly<Record<string, unknown>>): SpecOperation {
  const body = member(member(member(operation, "requestBody"), "content"), "application/x-www-form-urlencoded");
  const form = schemaOf(body?.["schema"]);
  const listed = Array.isArray(operation["parameters"]) ? operation["parameters"].filter(isRecord) : [];
  const response = member(member(member(operation, "responses"), "200"), "content");
  const envelope = schemaOf(member(response, "application/json")?.["schema"]);
  const { summary, description, "x-pve-since": since, "x-pve-task": task } = operation;
  return {
    summary: String(summary),
    description: typeof description === "string" ? description : undefined,
    parameters: {
      ...Object.fromEntries(listed.map((parameter) => [String(parameter["name"]), described(parameter)])),
      ...form.properties,
      ...families(form),
    },
    required: new Set([
      ...listed.filter((one) => one["required"] === true).map((one) => String(one["name"])),
      ...(form.required ?? []),
    ]),
    returns: envelope.properties?.["data"] ?? {},
    task: task !== undefined && task !== "never",
    permissions: operation["x-pve-permissions"] as SpecPermissions,
    since: typeof since === "string" ? since : undefined,
    ticketOnly: operation["x-pve-allowtoken"] === false,
  };
}

function described(parameter: Readonly<Record<string, unknown>>): SpecSchema {
  const { description } = parameter;
  return { ...schemaOf(parameter["schema"]), ...(typeof description === "string" && { description }) };
}

/** `^net\d+$` is written `net[n]`, as PVE writes it. */
function families(form: SpecSchema): Readonly<Record<string, SpecSchema>> {
  const entries = Object.entries(form.patternProperties ?? {});
  return Object.fromEntries(entries.map(([pattern, schema]) => [pattern.replace(/^\^(.*)\\d\+\$$/, "$1[n]"), schema]));
}

function member(value: unknown, key: string): Readonly<Record<string, unknown>> | undefined {
  const inner = isRecord(value) ? value[key] : undefined;
  return isRecord(inner) ? inner : undefined;
}

function schemaOf(value: unknown): SpecSchema {
  return isRecord(value) ? value : {};
}
