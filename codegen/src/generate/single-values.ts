import { grammarName, type SpecOperation, type SpecSchema } from "./spec-operations.js";

type Grammars = Readonly<Record<string, SpecSchema>>;

/**
 * A property string that knows one key only, which may stand bare, is that key's value: people write `memory: 4096`, not
 * `memory: { current: 4096 }`. Only the client sees it so; on the wire nothing changes.
 */
export function withSingleValues(operation: SpecOperation, grammars: Grammars): SpecOperation {
  return {
    ...operation,
    parameters: operation.parameters.map((parameter) => ({
      ...parameter,
      schema: singleValue(parameter.schema, grammars),
    })),
    returns: operation.returns === undefined ? undefined : singleValue(operation.returns, grammars),
  };
}

function singleValue(schema: SpecSchema, grammars: Grammars): SpecSchema {
  const only = onlyKey(schema, grammars);
  if (only !== undefined) {
    const { "x-pve-default-key": _bare, ...value } = only;
    return { ...value, ...(schema.description !== undefined && { description: schema.description }) };
  }
  const inner = (schemas: Readonly<Record<string, SpecSchema>>) =>
    Object.fromEntries(Object.entries(schemas).map(([name, property]) => [name, singleValue(property, grammars)]));
  return {
    ...schema,
    ...(schema.properties !== undefined && { properties: inner(schema.properties) }),
    ...(schema.patternProperties !== undefined && { patternProperties: inner(schema.patternProperties) }),
    ...(schema.items !== undefined && { items: singleValue(schema.items, grammars) }),
  };
}

function onlyKey(schema: SpecSchema, grammars: Grammars): SpecSchema | undefined {
  const name = grammarName(schema);
  const keys = name === undefined ? [] : Object.values(grammars[name]?.properties ?? {});
  const [key] = keys;
  return keys.length === 1 && key?.["x-pve-default-key"] === true ? key : undefined;
}
