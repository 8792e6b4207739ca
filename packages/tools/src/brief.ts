import { sharedBriefs } from "./catalogue/briefs.js";
import type { Parameter, ToolEntry } from "./define.js";
import { firstClause } from "./first-clause.js";
import { type JsonSchema, type ObjectSchema, typesOf } from "./schema.js";

/**
 * The input schema in as few words as a model needs: the same arguments and types, but of each text only the first
 * clause, no bounds, and no default that means "off" or nothing. It is never narrower than the whole schema, against
 * which `checkArguments` holds what is given: a call may be refused that fits the short one, never the reverse.
 */
export function briefSchemaOf(entry: ToolEntry, { properties, required }: ObjectSchema): ObjectSchema {
  const short = Object.entries(properties).map(([name, schema]) => [name, briefArgument(name, schema, entry)]);
  return {
    type: "object",
    properties: Object.fromEntries(short),
    ...(required !== undefined && { required }),
  };
}

function briefArgument(name: string, schema: JsonSchema, entry: ToolEntry): JsonSchema {
  const { type, items, enum: choices, default: fallback } = schema;
  const text = briefText(name, schema, entry);
  const example = /such as/i.test(text) ? "" : exampleText(schema, entry.example[name]);
  const description = [text, example].filter((part) => part !== "").join(", ");
  return {
    ...(type !== undefined && { type }),
    ...(items !== undefined && { items }),
    ...(description !== "" && { description }),
    ...(choices !== undefined && { enum: choices }),
    ...(Boolean(fallback) && { default: fallback }),
  };
}

function briefText(name: string, { description = "" }: JsonSchema, entry: ToolEntry): string {
  const target = entry.accepts[name];
  const own: Parameter | undefined = typeof target === "object" ? target : undefined;
  const shared = own === undefined ? sharedBriefs[name] : undefined;
  return entry.brief?.[name] ?? own?.brief ?? shared ?? firstClause(description);
}

/** What may be an object is hard to write without having seen one. */
function exampleText(schema: JsonSchema, example: unknown): string {
  if (example === undefined || !typesOf(schema).includes("object")) return "";
  return `e.g. ${typeof example === "string" ? example : JSON.stringify(example)}`;
}
