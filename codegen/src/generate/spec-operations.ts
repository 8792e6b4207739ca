import type { OpenApiDocument } from "../build/openapi.js";
import type { Method, Route, TaskKind } from "../model.js";
import { METHODS } from "../model.js";
import type { OperationPermissions } from "../permissions/overlay.js";

/** A schema of the spec as the emitters read it. */
export interface SpecSchema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly (string | number)[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly items?: SpecSchema;
  readonly properties?: Readonly<Record<string, SpecSchema>>;
  readonly patternProperties?: Readonly<Record<string, SpecSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SpecSchema;
  readonly oneOf?: readonly SpecSchema[];
  readonly anyOf?: readonly SpecSchema[];
  readonly "x-pve-format"?: string;
  readonly "x-pve-property-string"?: { readonly $ref: string };
  readonly "x-pve-requires"?: string;
  readonly "x-pve-default-key"?: true;
  readonly "x-pve-alias"?: string;
  readonly "x-pve-key-alias"?: string;
  readonly "x-pve-type-property"?: string;
  readonly "x-pve-instance-types"?: readonly string[];
  readonly "x-pve-encode"?: "uri";
  readonly "x-pve-indexed"?: Readonly<Record<string, number | null>>;
  readonly "x-pve-since"?: string;
}

/** PVE's own block (`user`, `check`, `described`; `only` stands for none) and, beside it, the merged truth. */
export interface SpecPermissions extends OperationPermissions {
  readonly user?: string;
  readonly check?: readonly unknown[];
  readonly described?: true;
  readonly only?: string;
  /** `requires` in one line. */
  readonly inWords: string;
}

/** A parameter; a family is named `net[n]` and has `indices` where the bound is known. */
export interface SpecParameter {
  readonly name: string;
  readonly place: "path" | "query" | "body";
  readonly required: boolean;
  readonly schema: SpecSchema;
  readonly indices?: number;
}

export interface SpecOperation {
  readonly route: Route;
  readonly method: Method;
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly description: string | undefined;
  readonly parameters: readonly SpecParameter[];
  /** Whether unknown parameters pass. */
  readonly open: boolean;
  readonly returns: SpecSchema | undefined;
  readonly permissions: SpecPermissions;
  readonly protected: boolean;
  readonly proxyto: string | undefined;
  readonly ticketOnly: boolean;
  readonly task: Exclude<TaskKind, "never"> | undefined;
  readonly since: string | undefined;
  readonly confidence: string | undefined;
}

interface RawParameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: SpecSchema;
}

interface RawOperation {
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly RawParameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: SpecSchema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: SpecSchema }>> }>
  >;
  readonly [extension: `x-pve-${string}`]: unknown;
}

export function specRelease(document: OpenApiDocument): string {
  return (document["info"] as { readonly "x-pve-release": string })["x-pve-release"];
}

/** Reads the operations back out of the OpenAPI document, in its order. */
export function specOperations(document: OpenApiDocument): SpecOperation[] {
  const paths = document["paths"] as Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const raw = item[method.toLowerCase()];
      return raw === undefined ? [] : [specOperation(method, path, raw)];
    }),
  );
}

/** The grammars of property strings, by name. */
export function specGrammars(document: OpenApiDocument): Readonly<Record<string, SpecSchema>> {
  return (document["components"] as { readonly schemas: Readonly<Record<string, SpecSchema>> }).schemas;
}

/** The rules of the named formats, by name. */
export function specFormats(document: OpenApiDocument): Readonly<Record<string, { readonly pattern?: string }>> {
  const components = document["components"] as {
    readonly "x-pve-formats"?: Readonly<Record<string, { readonly pattern?: string }>>;
  };
  return components["x-pve-formats"] ?? {};
}

export function grammarName(schema: SpecSchema): string | undefined {
  return schema["x-pve-property-string"]?.$ref.replace("#/components/schemas/", "");
}

function specOperation(method: Method, path: string, raw: RawOperation): SpecOperation {
  const body = raw.requestBody?.content["application/x-www-form-urlencoded"]?.schema;
  const data = raw.responses["200"]?.content["application/json"]?.schema.properties?.["data"];
  const text = (key: `x-pve-${string}`) => raw[key] as string | undefined;
  return {
    route: `${method} ${path}`,
    method,
    path,
    name: String(raw["x-pve-name"]),
    summary: raw.summary,
    description: raw.description,
    parameters: [...(raw.parameters ?? []).map(plainParameter), ...bodyParameters(body)],
    open: body !== undefined && body.additionalProperties !== false,
    returns: data === undefined || Object.keys(data).length === 0 ? undefined : data,
    permissions: raw["x-pve-permissions"] as SpecPermissions,
    protected: raw["x-pve-protected"] === true,
    proxyto: text("x-pve-proxyto"),
    ticketOnly: raw["x-pve-allowtoken"] === false,
    task: raw["x-pve-task"] === "never" ? undefined : (raw["x-pve-task"] as Exclude<TaskKind, "never"> | undefined),
    since: text("x-pve-since"),
    confidence: text("x-pve-confidence"),
  };
}

function plainParameter(raw: RawParameter): SpecParameter {
  const schema = raw.description === undefined ? raw.schema : { ...raw.schema, description: raw.description };
  return { name: raw.name, place: raw.in, required: raw.required === true, schema };
}

function bodyParameters(body: SpecSchema | undefined): SpecParameter[] {
  if (body === undefined) return [];
  const required = new Set(body.required);
  const plain = Object.entries(body.properties ?? {}).map(
    ([name, schema]): SpecParameter => ({ name, place: "body", required: required.has(name), schema }),
  );
  return [
    ...plain,
    ...families(body).map(
      ({ stem, schema, indices }): SpecParameter => ({
        name: `${stem}[n]`,
        place: "body",
        required: false,
        schema,
        ...(indices !== undefined && { indices }),
      }),
    ),
  ];
}

/** The indexed families of an object schema. */
export function families(
  schema: SpecSchema,
): { readonly stem: string; readonly schema: SpecSchema; readonly indices: number | undefined }[] {
  return Object.entries(schema.patternProperties ?? {}).map(([pattern, inner]) => {
    const stem = pattern.replace(/^\^/, "").replace(/\\d\+\$$/, "");
    return { stem, schema: inner, indices: schema["x-pve-indexed"]?.[stem] ?? undefined };
  });
}
