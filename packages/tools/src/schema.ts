/** The names JSON Schema has for the types of a value. */
export type SchemaType = "string" | "integer" | "number" | "boolean" | "object" | "array";

/** The part of JSON Schema that tools use: no unions, no references. */
export interface JsonSchema {
  readonly type?: SchemaType | readonly SchemaType[];
  readonly description?: string;
  readonly enum?: readonly (string | number)[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
}

/** A schema whose root is an object with named properties. */
export interface ObjectSchema extends JsonSchema {
  readonly type: "object";
  readonly properties: Readonly<Record<string, JsonSchema>>;
}

/** Anything JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** The types a schema allows, as a list; empty means any. */
export function typesOf(schema: JsonSchema): readonly SchemaType[] {
  if (schema.type === undefined) return [];
  return typeof schema.type === "string" ? [schema.type] : schema.type;
}

/** An object schema that is open to further keys, as every answer is: PVE adds fields between releases. */
export function openObject(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): ObjectSchema {
  return { type: "object", properties, ...(required.length > 0 && { required }) };
}

/** A list of the given items. */
export function listOf(items: JsonSchema, description?: string): JsonSchema {
  return { type: "array", ...(description !== undefined && { description }), items };
}

/** Whether a value is a record: an object that is neither null nor a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
