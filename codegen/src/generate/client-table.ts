import { areaOf } from "../model.js";
import { families, grammarName, type SpecOperation, type SpecParameter, type SpecSchema } from "./spec-operations.js";
import { isList } from "./type-text.js";

/** The rows of the operation table, by area; what needs neither encoding nor checking is left out. */
export function operationTable(operations: readonly SpecOperation[]): Map<string, Record<string, object>> {
  const areas = new Map<string, Record<string, object>>();
  for (const operation of operations) {
    const area = areaOf(operation.route);
    const rows = areas.get(area) ?? {};
    rows[operation.route] = row(operation);
    areas.set(area, rows);
  }
  return areas;
}

/** The grammars of property strings as the codec reads them. */
export function grammarTable(grammars: Readonly<Record<string, SpecSchema>>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(grammars).map(([name, schema]) => {
      const required = new Set(schema.required);
      const entries = Object.entries(schema.properties ?? {});
      const byDefault = entries.find(([, entry]) => entry["x-pve-default-key"] === true)?.[0];
      const keys = entries.map(([key, entry]) => [
        key,
        compact({
          type: entry.type ?? "string",
          required: required.has(key) ? true : undefined,
          enum: entry.enum?.map(String),
          min: entry.minimum,
          max: entry.maximum,
          alias: entry["x-pve-alias"],
          keyAlias: entry["x-pve-key-alias"],
          pattern: entry.pattern,
        }),
      ]);
      return [name, compact({ default: byDefault, keys: Object.fromEntries(keys) })];
    }),
  );
}

function row(operation: SpecOperation): object {
  const params = operation.parameters.map((parameter) => [parameter.name, paramSpec(parameter)]);
  const returns =
    operation.task === undefined && operation.returns !== undefined ? decodePlan(operation.returns) : undefined;
  const specs = params.length > 0 ? Object.fromEntries(params) : undefined;
  return compact({
    params: specs,
    strings: JSON.stringify([specs, returns]).includes('"grammar":') ? true : undefined,
    returns,
    root: operation.returns?.type === "array" ? "array" : undefined,
    task: operation.task,
    ticketOnly: operation.ticketOnly ? true : undefined,
    since: operation.since,
  });
}

function paramSpec({ required, schema, indices }: SpecParameter): object {
  const since = schema["x-pve-since"];
  return compact({ ...valueSpec(schema), required: required ? true : undefined, indices, since });
}

function valueSpec(schema: SpecSchema): object {
  return compact({
    type: schema.type ?? "string",
    enum: schema.enum?.map(String),
    min: schema.minimum,
    max: schema.maximum,
    minLength: schema.minLength,
    maxLength: schema.maxLength,
    pattern: schema.pattern,
    list: isList(schema) ? true : undefined,
    grammar: grammarName(schema),
    items: schema.items === undefined ? undefined : valueSpec(schema.items),
    encode: schema["x-pve-encode"],
    requires: schema["x-pve-requires"],
  });
}

/** What must be done to a result, or nothing at all. */
function decodePlan(schema: SpecSchema): unknown {
  const grammar = grammarName(schema);
  if (grammar !== undefined) return { grammar };
  // "X or null" is decoded as X: null passes through every decoder.
  const [only, ...more] = (schema.anyOf ?? []).filter(({ type }) => type !== "null");
  if (only !== undefined && more.length === 0) return decodePlan(only);
  switch (schema.type) {
    case "boolean":
      return "boolean";
    case "integer":
    case "number":
      return "number";
    case "string":
      return isList(schema) ? "list" : undefined;
    case "array": {
      const items = decodePlan(schema.items ?? {});
      return items === undefined ? undefined : { items };
    }
    case "object":
      return objectPlan(schema);
    default:
      return undefined;
  }
}

function objectPlan(schema: SpecSchema): unknown {
  const props = plans(Object.entries(schema.properties ?? {}));
  const stems = plans(families(schema).map(({ stem, schema: inner }) => [stem, inner]));
  const rest = typeof schema.additionalProperties === "object" ? decodePlan(schema.additionalProperties) : undefined;
  if (Object.keys(props).length + Object.keys(stems).length === 0 && rest === undefined) return undefined;
  return compact({ props, families: Object.keys(stems).length > 0 ? stems : undefined, rest });
}

function plans(entries: readonly (readonly [string, SpecSchema])[]): Record<string, unknown> {
  return Object.fromEntries(
    entries.map(([name, schema]) => [name, decodePlan(schema)]).filter(([, plan]) => plan !== undefined),
  );
}

function compact(entries: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
