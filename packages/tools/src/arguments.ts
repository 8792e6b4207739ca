import type { ToolEntry } from "./define.js";
import { ToolArgumentError } from "./errors.js";
import { nearNames } from "./near-names.js";
import type { ResolvedTool } from "./resolved.js";
import { isRecord, type JsonSchema, type SchemaType, typesOf } from "./schema.js";

/** Checked arguments, under the names of the tool. */
export type Arguments = Readonly<Record<string, unknown>>;

/** The part of a tool that says what it takes. */
type Taking = Pick<ResolvedTool, "name" | "inputSchema" | "options"> & {
  readonly briefSchema?: ResolvedTool["briefSchema"];
  readonly entry?: Pick<ToolEntry, "accepts">;
};

/**
 * Checks what a caller gave against the tool's input schema and returns it in the types the schema names: `"100"` is
 * taken for 100, `"true"` for true, and the JSON text of an object for the object, because callers write them so.
 * Arguments that are null count as left out. Throws `ToolArgumentError` with every complaint at once.
 */
export function checkArguments(tool: Taking, given: Readonly<Record<string, unknown>>): Arguments {
  const { properties, required = [] } = tool.inputSchema;
  const problems: Record<string, string> = {};
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const key = Object.hasOwn(properties, name) ? name : familyOf(name);
    const schema = Object.hasOwn(properties, key) && !name.endsWith("[n]") ? properties[key] : undefined;
    if (schema === undefined) problems[name] = unknownArgument(tool, name);
    else if (value !== undefined && value !== null) {
      const result = fit(value, schema);
      if (result === undefined)
        problems[name] = `expected ${expectation(schema)}, got ${shown(value)}${meaning(tool, name)}`;
      else checked[name] = result.value;
    }
  }
  for (const name of required) {
    const schema = properties[name];
    if (!(name in checked) && problems[name] === undefined && schema !== undefined) {
      problems[name] = `missing; expected ${expectation(schema)}${meaning(tool, name)}`;
    }
  }
  for (const [name, known] of Object.entries(tool.options ?? {})) checkOptions(name, checked[name], known, problems);
  if (Object.keys(problems).length === 0) return checked;
  throw new ToolArgumentError(problems, `${tool.name} takes: ${signature(tool)}`);
}

/** `vmid, node_name?, timeout?`: the arguments of a tool in one line. */
function signature(tool: Taking): string {
  const required = new Set(tool.inputSchema.required);
  const names = Object.keys(tool.inputSchema.properties).map((name) => (required.has(name) ? name : `${name}?`));
  return names.length === 0 ? "no arguments" : names.join(", ");
}

function unknownArgument(tool: Taking, name: string): string {
  const holder = Object.entries(tool.options ?? {}).find(([, known]) => isOption(name, known))?.[0];
  if (holder !== undefined) return `no such argument; it belongs in ${holder}`;
  const contracted = Object.entries(tool.entry?.accepts ?? {}).find(([, target]) => target === name)?.[0];
  const near = contracted === undefined ? nearNames(name, Object.keys(tool.inputSchema.properties)) : [contracted];
  return `no such argument${suggestion(near)}`;
}

function suggestion(near: readonly string[]): string {
  return near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
}

function checkOptions(
  argument: string,
  value: unknown,
  known: readonly string[],
  problems: Record<string, string>,
): void {
  if (!isRecord(value)) return;
  for (const name of Object.keys(value)) {
    if (isOption(name, known)) continue;
    const index = /\d+$/.exec(name)?.[0] ?? "0";
    const near = nearNames(
      name,
      known.map((option) => option.replace("[n]", index)),
    );
    problems[`${argument}.${name}`] = `no such option${suggestion(near)}`;
  }
}

/** Whether an option is among those known, where a family is written `net[n]`. */
function isOption(name: string, known: readonly string[]): boolean {
  return known.includes(name) || known.includes(familyOf(name));
}

/** The family that a name like `net0` is of: `net[n]`. */
export function familyOf(name: string): string {
  return name.replace(/\d+$/, "[n]");
}

type Fit = { readonly value: unknown } | undefined;

/** The value in the first type of the schema that it can be taken for; undefined when there is none. */
function fit(value: unknown, schema: JsonSchema): Fit {
  const types = typesOf(schema);
  if (types.length === 0) return { value };
  for (const type of types) {
    // A schema that names `object` first wants an object; `string` beside it only admits its JSON text.
    if (type === "string" && types[0] === "object") continue;
    const result = convert[type](value, schema);
    if (result !== undefined) return within(result.value, schema) ? result : undefined;
  }
  return undefined;
}

const convert: Readonly<Record<SchemaType, (value: unknown, schema: JsonSchema) => Fit>> = {
  string(value, schema) {
    if (typeof value === "string") {
      const member = typesOf(schema).includes("object") ? parseObject(value) : undefined;
      return { value: member ?? value };
    }
    // A bare word in a prompt such as name=100 arrives as a number; a record or list never is a text.
    return typeof value === "number" && !typesOf(schema).includes("integer") ? { value: String(value) } : undefined;
  },
  integer(value) {
    const number = toNumber(value);
    return number !== undefined && Number.isSafeInteger(number) ? { value: number } : undefined;
  },
  number(value) {
    const number = toNumber(value);
    return number === undefined ? undefined : { value: number };
  },
  boolean(value) {
    if (typeof value === "boolean") return { value };
    if (value === 1 || value === "1" || value === "true") return { value: true };
    return value === 0 || value === "0" || value === "false" ? { value: false } : undefined;
  },
  object(value) {
    if (isRecord(value)) return { value };
    const parsed = typeof value === "string" ? parseObject(value) : undefined;
    return parsed === undefined ? undefined : { value: parsed };
  },
  array(value) {
    return Array.isArray(value) ? { value } : undefined;
  },
};

function toNumber(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : undefined;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function within(value: unknown, schema: JsonSchema): boolean {
  if (schema.enum !== undefined && !schema.enum.some((allowed) => allowed === value)) return false;
  if (typeof value !== "number") return true;
  return value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity);
}

/** `an integer from 100 to 999999999`, `one of "vm", "node"`: what would have been right. */
function expectation(schema: JsonSchema): string {
  if (schema.enum !== undefined) return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(", ")}`;
  const types = typesOf(schema).map((type) => (/^[aio]/.test(type) ? `an ${type}` : `a ${type}`));
  const { minimum, maximum } = schema;
  const range =
    minimum !== undefined && maximum !== undefined
      ? ` from ${minimum} to ${maximum}`
      : minimum !== undefined
        ? ` of at least ${minimum}`
        : maximum !== undefined
          ? ` of at most ${maximum}`
          : "";
  return `${types.join(" or ") || "a value"}${range}`;
}

/** What a list tells of the argument, such as its unit: whoever found the tool by searching has not been told. */
function meaning({ briefSchema }: Taking, name: string): string {
  const { description, enum: choices } = briefSchema?.properties[name] ?? {};
  return description === undefined || choices !== undefined ? "" : ` (${description})`;
}

/** What was given, short: a wrong value may be long, and may be a secret in the wrong place. */
function shown(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") return Array.isArray(value) ? "a list" : isRecord(value) ? "an object" : typeof value;
  return value.length <= 24 ? JSON.stringify(value) : `a text of ${value.length} characters`;
}
