import { optionalPattern } from "../build/formats.js";
import type { OpenApiDocument } from "../build/openapi.js";
import { banner, type GeneratedFile } from "./banner.js";
import { type ContractFacts, contractChanges } from "./contract-changes.js";
import {
  grammarName,
  type SpecOperation,
  type SpecSchema,
  specFormats,
  specGrammars,
  specOperations,
  specRelease,
} from "./spec-operations.js";

/**
 * Emits the contract that the simulator checks every request against: PVE's own schema dialect, read back out of the
 * spec. Older releases are written as what they have otherwise, each as a text that is parsed when it is asked for.
 */
export function emitSimulator(
  document: OpenApiDocument,
  specHash: string,
  older: readonly OpenApiDocument[] = [],
): GeneratedFile[] {
  const operations = contractOperations(document);
  const texts = older.map((past) => {
    const changes = contractChanges(operations, contractOperations(past));
    return `  ${JSON.stringify(specRelease(past))}:\n    ${literal(changes)},\n`;
  });
  const names = older.map((past) => JSON.stringify(specRelease(past))).join(" | ") || "never";
  const text = [
    banner(specHash),
    "/** The release that the contract below is that of. */\n",
    `export const currentRelease = ${JSON.stringify(specRelease(document))};\n\n`,
    "/** What its API accepts, operation by operation: the operations of a `Contract` as JSON. */\n",
    `export const currentText: string =\n  ${literal(operations)};\n\n`,
    "/** The releases before it, oldest first: `ContractChanges` as JSON. */\n",
    `export const olderTexts: Readonly<Record<${names}, string>> = {\n${texts.join("")}};\n`,
  ];
  return [{ file: "contract.gen.ts", text: text.join("") }];
}

/** The one grammar that the API tree names for one parameter and prints out for another. */
const namedDrive = "pve-qm-ide";

/** JSON as the text of a module: in single quotes, so that its own stay as they are. */
function literal(value: object): string {
  return `'${JSON.stringify(value).replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function contractOperations(document: OpenApiDocument): Record<string, ContractFacts> {
  const spec: SpecParts = { grammars: specGrammars(document), formatPatterns: formatPatterns(document) };
  return Object.fromEntries(
    specOperations(document).map((operation) => [operation.route, contractOperation(operation, spec)]),
  );
}

interface SpecParts {
  readonly grammars: Readonly<Record<string, SpecSchema>>;
  readonly formatPatterns: ReadonlySet<string>;
}

/** The patterns that stand for a format. The simulator checks formats by its own reading of PVE, so that none can agree with itself. */
function formatPatterns(document: OpenApiDocument): Set<string> {
  const patterns = Object.values(specFormats(document)).flatMap(({ pattern }) => pattern ?? []);
  return new Set([...patterns, ...patterns.map(optionalPattern)]);
}

function contractOperation(operation: SpecOperation, spec: SpecParts): ContractFacts {
  const { user, check, described, only } = operation.permissions;
  const properties = operation.parameters.map(({ name, required, schema, indices }) => [
    name,
    {
      ...contractSchema(schema, spec),
      ...(!required && { optional: true }),
      ...(indices !== undefined && { indices }),
    },
  ]);
  return {
    name: operation.name,
    ...(operation.protected && { protected: true }),
    ...(operation.proxyto !== undefined && { proxyto: operation.proxyto }),
    ...(operation.ticketOnly && { allowtoken: false }),
    // PVE's own block: what goes beyond it, the simulator's handlers check as PVE's do.
    ...(only === undefined && { permissions: compact({ user, check, described }) }),
    ...(operation.task !== undefined && { task: operation.task }),
    parameters: { properties: Object.fromEntries(properties), additionalProperties: operation.open },
  };
}

function contractSchema(schema: SpecSchema, spec: SpecParts): object {
  const { type, minimum, maximum, minLength, maxLength, "x-pve-format": format } = schema;
  const pattern = format !== undefined && spec.formatPatterns.has(schema.pattern ?? "") ? undefined : schema.pattern;
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
      format:
        grammar === undefined || (format !== undefined && format !== namedDrive)
          ? format
          : contractGrammar(spec.grammars[grammar] ?? {}, spec),
      requires: schema["x-pve-requires"],
      items: schema.items === undefined ? undefined : contractSchema(schema.items, spec),
      oneOf: schema.oneOf?.map((variant) => contractSchema(variant, spec)),
      default: schema.default,
      "type-property": schema["x-pve-type-property"],
      "instance-types": schema["x-pve-instance-types"],
    }),
  };
}

function contractGrammar(grammar: SpecSchema, spec: SpecParts): object {
  const required = new Set(grammar.required);
  return Object.fromEntries(
    Object.entries(grammar.properties ?? {}).map(([key, schema]) => [
      key,
      {
        ...contractSchema(schema, spec),
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
