import { isRecord, type JsonSchema, type SchemaType, typesOf } from "../src/schema.js";

const is: Readonly<Record<SchemaType, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  object: isRecord,
  array: Array.isArray,
};

/** Where a value departs from a schema, as paths with what was expected; empty when it fits. */
export function departures(value: unknown, schema: JsonSchema, path = "answer"): readonly string[] {
  const types = typesOf(schema);
  if (types.length > 0 && !types.some((type) => is[type](value)))
    return [`${path} is no ${types.join(" or ")}: ${JSON.stringify(value)}`];
  if (schema.enum !== undefined && !schema.enum.some((allowed) => allowed === value))
    return [`${path} is none of ${schema.enum.join(", ")}`];
  if (Array.isArray(value))
    return schema.items === undefined
      ? []
      : value.flatMap((item, index) => departures(item, schema.items ?? {}, `${path}[${index}]`));
  if (!isRecord(value)) return [];
  const missing = (schema.required ?? [])
    .filter((key) => value[key] === undefined)
    .map((key) => `${path}.${key} is missing`);
  const { additionalProperties } = schema;
  const members = Object.entries(value).flatMap(([key, member]) => {
    const own =
      schema.properties?.[key] ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
    return own === undefined || member === undefined ? [] : departures(member, own, `${path}.${key}`);
  });
  return [...missing, ...members];
}
