import type { FactSchema } from "../model.js";
import type { Docs } from "./docs.js";
import type { NamedGrammars } from "./grammars.js";
import { javascriptPattern } from "./pattern.js";

export type OpenApiSchema = { readonly [key: string]: unknown };

/** Whether a schema describes what is sent (unknown keys are refused) or what comes back (unknown keys are kept). */
export type Direction = "request" | "response";

/** Turns one schema of PVE into one of OpenAPI 3.1; what JSON Schema cannot say goes into `x-pve-*`. */
export function openApiSchema(
  schema: FactSchema,
  grammars: NamedGrammars,
  direction: Direction,
  description?: string,
): OpenApiSchema {
  const nested = (inner: FactSchema) => openApiSchema(inner, grammars, direction);
  return defined({
    type: jsonType(schema),
    description,
    enum: isNumeric(schema) ? schema.enum?.map(Number) : schema.enum,
    default: schema.type === "boolean" && schema.default !== undefined ? Number(schema.default) === 1 : numeric(schema),
    minimum: schema.minimum,
    maximum: schema.maximum,
    minLength: schema.minLength,
    maxLength: schema.maxLength,
    pattern: patternOf(schema, grammars, direction),
    items: schema.type === "array" ? nested(schema.items ?? {}) : undefined,
    ...objectParts(schema, grammars, direction),
    oneOf: schema.oneOf?.map(nested),
    anyOf: schema.anyOf?.map(nested),
    "x-pve-format": typeof schema.format === "string" ? schema.format : undefined,
    "x-pve-property-string": grammarReference(schema, grammars),
    "x-pve-requires": schema.requires,
    "x-pve-default-key": schema.default_key,
    "x-pve-alias": schema.alias,
    "x-pve-key-alias": schema.keyAlias,
    "x-pve-type-property": schema["type-property"],
    "x-pve-instance-types": schema["instance-types"],
    "x-pve-encode": schema.encode,
    "x-pve-renderer": schema.renderer,
    "x-pve-links": schema.links,
  });
}

/** The components that hold the property-string grammars: the value as an object, key by key. */
export function grammarSchemas(grammars: NamedGrammars, docs: Docs): Record<string, OpenApiSchema> {
  return Object.fromEntries(
    [...grammars.byName].map(([name, keys]) => {
      const properties = Object.fromEntries(
        Object.entries(keys).map(([key, schema]) => [
          key,
          openApiSchema(schema, grammars, "request", docs.formatKey(name, key)),
        ]),
      );
      const required = Object.entries(keys)
        .filter(([, schema]) => schema.optional !== true && schema.alias === undefined)
        .map(([key]) => key);
      return [
        name,
        defined({
          type: "object",
          properties,
          required: required.length > 0 ? required : undefined,
          additionalProperties: false,
        }),
      ];
    }),
  );
}

/** Splits a property map into plain properties and families, which OpenAPI writes as patterns. */
export function objectSchema(
  properties: Readonly<Record<string, OpenApiSchema>>,
  optional: ReadonlySet<string>,
  counts: ReadonlyMap<string, number | undefined>,
): OpenApiSchema {
  const plain: Record<string, OpenApiSchema> = {};
  const families: Record<string, OpenApiSchema> = {};
  const indexed: Record<string, number | null> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const stem = /^(.*)\[n\]$/.exec(name)?.[1];
    if (stem === undefined) plain[name] = schema;
    else {
      families[`^${stem}\\d+$`] = schema;
      indexed[stem] = counts.get(name) ?? null;
    }
  }
  const required = Object.keys(plain).filter((name) => !optional.has(name));
  return defined({
    properties: plain,
    required: required.length > 0 ? required : undefined,
    patternProperties: Object.keys(families).length > 0 ? families : undefined,
    "x-pve-indexed": Object.keys(families).length > 0 ? indexed : undefined,
  });
}

/** Upstream marks the variants of a property that depends on the type of its owner, not the property. */
export function isOptional({ optional, oneOf }: FactSchema): boolean {
  return optional === true || oneOf?.every((variant) => variant.optional === true) === true;
}

export function defined(schema: OpenApiSchema): OpenApiSchema {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}

function jsonType(schema: FactSchema): string | undefined {
  if (schema.type === "any" || schema.alias !== undefined) return undefined;
  return schema.type ?? (schema.properties === undefined ? undefined : "object");
}

function isNumeric(schema: FactSchema): boolean {
  return schema.type === "integer" || schema.type === "number";
}

function numeric(schema: FactSchema): unknown {
  const number = isNumeric(schema);
  return number && schema.default !== undefined
    ? Number(schema.default)
    : typeof schema.default === "number" && schema.type === "string"
      ? String(schema.default)
      : schema.default;
}

/** Its own pattern, or that of its format. Results get none: PVE does not check what it sends. */
function patternOf(schema: FactSchema, { formats }: NamedGrammars, direction: Direction): string | undefined {
  if (schema.pattern !== undefined) return `^${javascriptPattern(schema.pattern)}$`;
  const { type, format } = schema;
  const checked = direction === "request" && type === "string" && schema.enum === undefined;
  return checked && typeof format === "string" ? formats.patternOf(format) : undefined;
}

function grammarReference(schema: FactSchema, grammars: NamedGrammars): OpenApiSchema | undefined {
  const name = schema.grammar ?? (typeof schema.format === "object" ? grammars.nameOf(schema.format) : undefined);
  return name === undefined ? undefined : { $ref: `#/components/schemas/${name}` };
}

function objectParts(schema: FactSchema, grammars: NamedGrammars, direction: Direction): OpenApiSchema {
  if (schema.properties === undefined && schema.additionalProperties === undefined) return {};
  const entries = Object.entries(schema.properties ?? {});
  const additional = schema.additionalProperties;
  return {
    ...objectSchema(
      Object.fromEntries(entries.map(([name, inner]) => [name, openApiSchema(inner, grammars, direction)])),
      new Set(entries.filter(([, inner]) => isOptional(inner)).map(([name]) => name)),
      new Map(entries.map(([name, inner]) => [name, inner.indices])),
    ),
    additionalProperties: typeof additional === "object" ? openApiSchema(additional, grammars, direction) : undefined,
  };
}
