import type { OpenApiDocument } from "../build/openapi.js";
import { banner, type GeneratedFile } from "./banner.js";
import {
  grammarName,
  type SpecOperation,
  type SpecSchema,
  specGrammars,
  specOperations,
  specRelease,
} from "./spec-operations.js";

/** Emits the contract that the simulator checks every request against: PVE's own schema dialect, read back out of the spec. */
export function emitSimulator(document: OpenApiDocument, specHash: string): GeneratedFile[] {
  const release = specRelease(document);
  const grammars = specGrammars(document);
  const operations = Object.fromEntries(
    specOperations(document).map((operation) => [operation.route, contractOperation(operation, grammars)]),
  );
  const text = [
    banner(specHash),
    'import type { Contract } from "../contract.js";\n\n',
    "/** What the API of this release accepts, operation by operation. */\n",
    `export const contract: Contract = JSON.parse(\n  ${JSON.stringify(JSON.stringify({ release, operations }))},\n) as Contract;\n`,
  ];
  return [{ file: "contract.gen.ts", text: text.join("") }];
}

function contractOperation(operation: SpecOperation, grammars: Readonly<Record<string, SpecSchema>>): object {
  const { permissions } = operation;
  const properties = operation.parameters.map(({ name, required, schema, indices }) => [
    name,
    {
      ...contractSchema(schema, grammars),
      ...(!required && { optional: true }),
      ...(indices !== undefined && { indices }),
    },
  ]);
  return {
    name: operation.name,
    ...(operation.protected && { protected: true }),
    ...(operation.proxyto !== undefined && { proxyto: operation.proxyto }),
    ...(operation.ticketOnly && { allowtoken: false }),
    ...(permissions.only === undefined && { permissions }),
    ...(operation.task !== undefined && { task: operation.task }),
    parameters: { properties: Object.fromEntries(properties), additionalProperties: operation.open },
  };
}

function contractSchema(schema: SpecSchema, grammars: Readonly<Record<string, SpecSchema>>): object {
  const { type, minimum, maximum, minLength, maxLength, pattern } = schema;
  const grammar = grammarName(schema);
  return {
    ...compact({
      type,
      enum: schema.enum?.map(String),
      minimum,
      maximum,
      minLength,
      maxLength,
      pattern: pattern?.replace(/^\^([\s\S]*)\$$/, "$1"),
    }),
    ...compact({
      format: grammar === undefined ? schema["x-pve-format"] : contractGrammar(grammars[grammar] ?? {}, grammars),
      requires: schema["x-pve-requires"],
      items: schema.items === undefined ? undefined : contractSchema(schema.items, grammars),
      oneOf: schema.oneOf?.map((variant) => contractSchema(variant, grammars)),
      default: schema.default,
      "type-property": schema["x-pve-type-property"],
      "instance-types": schema["x-pve-instance-types"],
    }),
  };
}

function contractGrammar(grammar: SpecSchema, grammars: Readonly<Record<string, SpecSchema>>): object {
  const required = new Set(grammar.required);
  return Object.fromEntries(
    Object.entries(grammar.properties ?? {}).map(([key, schema]) => [
      key,
      {
        ...contractSchema(schema, grammars),
        ...compact({
          default_key: schema["x-pve-default-key"],
          alias: schema["x-pve-alias"],
          keyAlias: schema["x-pve-key-alias"],
        }),
        ...(!required.has(key) && { optional: true }),
      },
    ]),
  );
}

function compact(entries: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
