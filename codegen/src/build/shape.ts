import type { FactSchema } from "../model.js";

/**
 * The short notation of result shapes in `specs/corrections`:
 *
 * - `integer`, `number`, `string`, `boolean`, `any`, `null`; `string(pve-tag-list)` names a format
 * - `"running" | "stopped"` lists the only values; `integer | string` is a union, `{ "|": [shape, shape] }` one of shapes
 * - `[shape]` is an array; a mapping is an object, `key?` may be absent, `*` describes all other keys, `net[n]` a family
 * - `property-string(qemu-net)` is a text in the grammar of that name
 */
export function readShape(
  shape: unknown,
  fail: (path: readonly (string | number)[], problem: string) => never,
): FactSchema {
  return read(shape, [], fail);
}

type Fail = (path: readonly (string | number)[], problem: string) => never;

function read(shape: unknown, at: readonly (string | number)[], fail: Fail): FactSchema {
  if (typeof shape === "string") return readText(shape, at, fail);
  if (Array.isArray(shape)) {
    if (shape.length !== 1) fail(at, "an array shape has exactly one element");
    return { type: "array", items: read(shape[0], [...at, 0], fail) };
  }
  if (typeof shape !== "object" || shape === null) fail(at, "a shape is a text, a list of one, or a mapping");
  return readObject(shape as Record<string, unknown>, at, fail);
}

function readObject(shape: Record<string, unknown>, at: readonly (string | number)[], fail: Fail): FactSchema {
  const variants = shape["|"];
  if (Array.isArray(variants))
    return { anyOf: variants.map((variant, index) => read(variant, [...at, "|", index], fail)) };
  const properties: Record<string, FactSchema> = {};
  let additionalProperties: FactSchema | undefined;
  for (const [key, value] of Object.entries(shape)) {
    const schema = read(value, [...at, key], fail);
    if (key === "*") additionalProperties = schema;
    else if (key.endsWith("?")) properties[key.slice(0, -1)] = { ...schema, optional: true };
    else properties[key] = key.endsWith("[n]") ? { ...schema, optional: true } : schema;
  }
  return { type: "object", properties, ...(additionalProperties !== undefined && { additionalProperties }) };
}

function readText(shape: string, at: readonly (string | number)[], fail: Fail): FactSchema {
  const parts = shape.split("|").map((part) => part.trim());
  const literals = parts.flatMap((part) => /^"(.*)"$/.exec(part)?.[1] ?? []);
  const words = parts.filter((part) => !part.startsWith('"')).map((part) => readWord(part, at, fail));
  const [first, ...more]: FactSchema[] = [
    ...(literals.length > 0 ? [{ type: "string", enum: literals }] : []),
    ...words,
  ];
  return first !== undefined && more.length === 0
    ? first
    : { anyOf: [...(first === undefined ? [] : [first]), ...more] };
}

function readWord(word: string, at: readonly (string | number)[], fail: Fail): FactSchema {
  const array = /^\[(.+)\]$/.exec(word);
  if (array !== null) return { type: "array", items: readWord(array[1] ?? "", at, fail) };
  const match = /^(integer|number|string|boolean|any|null|object|property-string)(?:\(([\w.-]+)\))?$/.exec(word);
  if (match === null)
    fail(at, `"${word}" is no shape; use integer, number, string, boolean, any, null, "literal", [shape] or a mapping`);
  const [, type = "", name] = match as RegExpExecArray;
  if (type === "property-string") return { type: "string", grammar: name ?? "" };
  if (type === "object") return { type: "object", additionalProperties: true };
  return name === undefined ? { type } : { type, format: name };
}
