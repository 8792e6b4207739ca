import {
  type InterfaceDeclarationStructure,
  Project,
  type StatementStructures,
  StructureKind,
  VariableDeclarationKind,
} from "ts-morph";
import type { OpenApiDocument } from "../build/openapi.js";
import { printJson } from "../json.js";
import { banner, type GeneratedFile } from "./banner.js";
import { callInterface } from "./client-call.js";
import { pathsText } from "./client-paths.js";
import { releaseStatements, releaseTypes } from "./client-releases.js";
import { grammarTable, operationTable } from "./client-table.js";
import { treeInterfaces } from "./client-tree.js";
import {
  type AreaTypes,
  grammarInterfaces,
  type OperationTypes,
  operationsInterface,
  TypeCollector,
} from "./client-types.js";
import { grammarTypeName } from "./names.js";
import { aliasStatement } from "./record-types.js";
import { withSingleValues } from "./single-values.js";
import { specGrammars, specOperations, specRelease } from "./spec-operations.js";

/** Emits the client's types, its tree, the operation table by area, and the published OpenAPI document. */
export async function emitClient(
  document: OpenApiDocument,
  specHash: string,
  releases: readonly string[] = [],
): Promise<GeneratedFile[]> {
  const grammars = specGrammars(document);
  const operations = specOperations(document).map((operation) => withSingleValues(operation, grammars));
  const collector = new TypeCollector();
  for (const operation of operations) collector.add(operation);
  const print = printer(specHash);
  return [
    print("types/grammars.gen.ts", grammarInterfaces(grammars)),
    ...[...collector.areas].map(([area, types]) => print(`types/${area}.gen.ts`, areaStatements(types))),
    print("types.gen.ts", [
      ...typeImports(collector.operations, "./types", "params"),
      importOf("../call-options.js", ["CallOptions", "RawCallOptions"]),
      ...emptyAndTask(),
      operationsInterface(collector.operations),
      ...operationTypeAliases(collector.operations),
      callInterface(collector.operations, [
        "Calls an operation by its route. Parameters of the path, the query and the form stand side by side; they are checked",
        "before anything is sent.",
        "@throws PveParameterError · PveConnectionError · PveRequestError · PveProtocolError",
      ]),
    ]),
    print("tree.gen.ts", [
      ...typeImports(collector.operations, "./types", "body"),
      importOf("../call-options.js", ["CallOptions"]),
      ...emptyAndTask(),
      ...treeInterfaces(collector.operations).interfaces,
    ]),
    ...releases.map((release) =>
      print(
        `releases/${release}.gen.ts`,
        release === specRelease(document) ? newestStatements() : olderStatements(release, collector.operations),
      ),
    ),
    ...tableFiles(operationTable(operations), print),
    print("grammars.gen.ts", [
      importOf("../operation.js", ["Grammar"]),
      constant("grammars", "Readonly<Record<string, Grammar>>", printJson(grammarTable(grammars)).trimEnd()),
    ]),
    { file: "paths.gen.ts", text: `${banner(specHash)}${await pathsText(document)}` },
    { file: "openapi.gen.json", text: printJson(document) },
  ];
}

type Print = (file: string, statements: readonly (StatementStructures | string)[]) => GeneratedFile;

function printer(specHash: string): Print {
  const project = new Project({ useInMemoryFileSystem: true });
  return (file, statements) => ({
    file,
    text: banner(specHash) + project.createSourceFile(file, { statements: [...statements] }).getFullText(),
  });
}

function importOf(moduleSpecifier: string, names: readonly string[]): StatementStructures {
  return { kind: StructureKind.ImportDeclaration, moduleSpecifier, namedImports: [...names].sort(), isTypeOnly: true };
}

function constant(name: string, type: string, initializer: string): StatementStructures {
  return {
    kind: StructureKind.VariableStatement,
    isExported: true,
    declarationKind: VariableDeclarationKind.Const,
    declarations: [{ name, type, initializer }],
  };
}

function areaStatements(types: AreaTypes): StatementStructures[] {
  return [
    ...(types.grammars.size > 0 ? [importOf("./grammars.gen.js", [...types.grammars].map(grammarTypeName))] : []),
    ...types.interfaces,
    ...types.aliases.map(aliasStatement),
    // A module without an export would be a script.
    ...(types.interfaces.length === 0 ? ["export {};" as unknown as StatementStructures] : []),
  ];
}

/** Imports of the named types an index file mentions, one statement per area. */
function typeImports(
  operations: readonly OperationTypes[],
  folder: string,
  ...parts: readonly ("params" | "body")[]
): StatementStructures[] {
  const byArea = new Map<string, Set<string>>();
  for (const types of operations) {
    const result = /^(\w+?(?:Result|Item))(?:\[\])?$/.exec(types.result)?.[1];
    const names = [...(types.isOwn ? [] : parts.map((part) => types[part])), result].filter(
      (name) => name !== undefined,
    );
    const known = byArea.get(types.area) ?? new Set<string>();
    for (const name of names) known.add(name);
    byArea.set(types.area, known);
  }
  return [...byArea]
    .filter(([, names]) => names.size > 0)
    .map(([area, names]) => importOf(`${folder}/${area}.gen.js`, [...names]));
}

function emptyAndTask(up = ".."): StatementStructures[] {
  return [importOf(`${up}/no-params.js`, ["NoParams"]), importOf(`${up}/task.js`, ["Task"])];
}

/** The newest release under the name of its own. */
function newestStatements(): string[] {
  return [
    'export type { PveClient } from "../../client.js";',
    'export type { PveTree } from "../tree.gen.js";',
    'export type { BareOperationId, OperationId, Operations, ParamsOf, PveCall, ResultOf } from "../types.gen.js";',
  ];
}

function olderStatements(
  release: string,
  newest: readonly OperationTypes[],
): readonly (StatementStructures | string)[] {
  const types = releaseTypes(release, newest);
  const inTree = JSON.stringify(types.tree.interfaces);
  const mentioned = types.operations.map(({ body, ...rest }) => ({
    ...rest,
    body: body !== undefined && inTree.includes(`"${body}"`) ? body : undefined,
  }));
  return [
    importOf("../../call-options.js", ["CallDefaults", "CallOptions", "RawCallOptions"]),
    importOf("../../client.js", ["PveHandle"]),
    ...emptyAndTask("../.."),
    ...(types.grammars.length > 0 ? [importOf("../types/grammars.gen.js", types.grammars)] : []),
    ...typeImports(mentioned, "../types", "params", "body"),
    ...(types.tree.borrowed.length > 0 ? [importOf("../tree.gen.js", types.tree.borrowed)] : []),
    'import type { OperationId as AnyOperationId } from "../types.gen.js";',
    ...types.interfaces,
    ...types.tree.interfaces,
    ...releaseStatements(types),
  ];
}

function operationTypeAliases(operations: readonly OperationTypes[]): StatementStructures[] {
  const alias = (name: string, doc: string, type: string, typeParameters: string[] = []): StatementStructures => ({
    kind: StructureKind.TypeAlias,
    name,
    isExported: true,
    docs: [doc],
    type,
    typeParameters,
  });
  return [
    alias("OperationId", "A route: the id of an operation.", "keyof Operations"),
    alias(
      "BareOperationId",
      "A route that can be called without parameters.",
      operations
        .filter(({ paramsOptional }) => paramsOptional)
        .map(({ operation }) => JSON.stringify(operation.route))
        .join(" | "),
    ),
    alias("ParamsOf", "The parameters of an operation, path included.", 'Operations[Route]["params"]', [
      "Route extends OperationId",
    ]),
    alias("ResultOf", "What an operation resolves to.", 'Operations[Route]["result"]', ["Route extends OperationId"]),
  ];
}

function tableFiles(areas: ReadonlyMap<string, Record<string, object>>, print: Print): GeneratedFile[] {
  const loaders = [...areas.keys()]
    .sort()
    .map((area) => `  ${JSON.stringify(area)}: () => import("./areas/${area}.gen.js"),`);
  const type =
    "Readonly<Record<string, () => Promise<{ readonly operations: Readonly<Record<string, OperationSpec>> }>>>";
  return [
    ...[...areas].map(([area, rows]) => print(`areas/${area}.gen.ts`, tableStatements(rows))),
    print("areas.gen.ts", [
      importOf("../operation.js", ["OperationSpec"]),
      constant("areas", type, `{\n${loaders.join("\n")}\n}`),
    ]),
  ];
}

/** Parameter descriptions that repeat within an area stand once, as constants. */
function tableStatements(rows: Record<string, object>): StatementStructures[] {
  const counts = new Map<string, number>();
  visitParams(rows, (text) => counts.set(text, (counts.get(text) ?? 0) + 1));
  const shared = new Map(
    [...counts].filter(([text, count]) => count > 1 && text.length > 24).map(([text], index) => [text, `p${index}`]),
  );
  const constants = [...shared].map(
    ([text, name]) =>
      ({
        ...(constant(name, "ParamSpec", text) as InterfaceDeclarationStructure & StatementStructures),
        isExported: false,
      }) as StatementStructures,
  );
  const body = Object.entries(rows).map(([route, row]) => `  ${JSON.stringify(route)}: ${rowText(row, shared)},`);
  return [
    importOf("../../operation.js", ["OperationSpec", ...(shared.size > 0 ? ["ParamSpec"] : [])]),
    ...constants,
    constant("operations", "Readonly<Record<string, OperationSpec>>", `{\n${body.join("\n")}\n}`),
  ];
}

function visitParams(rows: Record<string, object>, visit: (text: string) => void): void {
  for (const row of Object.values(rows)) {
    for (const param of Object.values((row as { readonly params?: object }).params ?? {})) visit(JSON.stringify(param));
  }
}

function rowText(row: object, shared: ReadonlyMap<string, string>): string {
  const { params, ...rest } = row as { readonly params?: Readonly<Record<string, object>> };
  if (params === undefined) return JSON.stringify(rest);
  const entries = Object.entries(params).map(
    ([name, spec]) => `${JSON.stringify(name)}: ${shared.get(JSON.stringify(spec)) ?? JSON.stringify(spec)}`,
  );
  const tail = JSON.stringify(rest).slice(1, -1);
  return `{ params: { ${entries.join(", ")} }${tail === "" ? "" : `, ${tail}`} }`;
}
