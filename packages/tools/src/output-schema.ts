import type { ToolEntry } from "./define.js";
import { firstClause } from "./first-clause.js";
import type { SpecOperation, SpecSchema } from "./openapi.js";
import { recipeOutputs } from "./recipes/outputs.js";
import { type JsonSchema, listOf, type ObjectSchema, openObject } from "./schema.js";
import { taskSchema } from "./task-answer.js";
import { notesSchema, windowSchema } from "./window.js";

/** What a tool answers: from its recipe, or from what its operation returns and the entry keeps of it. */
export function outputSchemaOf(entry: ToolEntry, operation: SpecOperation): ObjectSchema {
  if (entry.recipe !== undefined) {
    const output = recipeOutputs[entry.recipe];
    return typeof output === "function" ? output(itemSchema(operation.returns, entry.keep)) : output;
  }
  if (entry.waits === true) return taskSchema;
  if (operation.returns.type === "array") {
    const items = itemSchema(operation.returns, entry.keep);
    return entry.lists === true ? windowSchema(items) : countedList(items);
  }
  if (!["object", undefined].includes(operation.returns.type)) {
    return openObject({ done: { type: "boolean" }, notes: notesSchema }, ["done"]);
  }
  const { properties = {}, required } = itemSchema(operation.returns, entry.keep);
  return openObject({ ...properties, notes: notesSchema }, required);
}

/** A whole list with its length. */
function countedList(items: JsonSchema): ObjectSchema {
  return openObject({ items: listOf(items), count: { type: "integer" }, notes: notesSchema }, ["items", "count"]);
}

/** The kept fields of an object, or of the items of a list. All of them stay optional: PVE leaves out what it does not know. */
function itemSchema(returns: SpecSchema, keep: readonly string[] | undefined): ObjectSchema {
  const properties = (returns.type === "array" ? returns.items?.properties : returns.properties) ?? {};
  const names = keep ?? Object.keys(properties);
  return openObject(Object.fromEntries(names.map((name) => [name, fieldSchema(properties[name] ?? {})])));
}

/** A field by its type alone and in few words: limits and choices of an answer may widen with the next release. */
function fieldSchema(field: SpecSchema): JsonSchema {
  const description = firstClause(field.description ?? "");
  return { ...typeOf(field), ...(description !== "" && { description }) };
}

function typeOf(field: SpecSchema): JsonSchema {
  if (field["x-pve-property-string"] !== undefined) return { type: ["object", "string"] };
  if (field["x-pve-format"]?.endsWith("-list")) return { type: ["array", "string"] };
  if (field.type === "integer" || field.type === "number") return { type: "number" };
  if (field.type === "string" || field.type === "boolean" || field.type === "object" || field.type === "array")
    return { type: field.type };
  return {};
}
