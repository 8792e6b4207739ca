import { printJson } from "../json.js";
import type { FactOperation } from "../model.js";
import { SPEC_FILE, sha256, type Workspace } from "../workspace.js";
import { buildFrom } from "./build.js";

/** Lists what is not documented under a path, for the person who writes it. */
export function gapsCommand(workspace: Workspace, prefix: string, print: (line: string) => void): number {
  const built = buildFrom(workspace);
  for (const [route, { parameters }] of Object.entries(built.facts.operations)) {
    if (!route.slice(route.indexOf(" ") + 1).startsWith(prefix)) continue;
    if (!built.docs.operations.has(route)) print(`${route}`);
    const missing = Object.keys(parameters.properties).filter(
      (name) => built.docs.parameter(route, name) === undefined,
    );
    if (missing.length > 0) print(`${route}: ${missing.join(", ")}`);
  }
  for (const [grammar, keys] of built.grammars) {
    const missing = Object.keys(keys).filter((key) => built.docs.formatKey(grammar, key) === undefined);
    if (missing.length > 0) print(`format ${grammar}: ${missing.join(", ")}`);
  }
  return 0;
}

/** Prints what the spec covers, with the version and hash that generated files name; a stale spec is an error. */
export function checkCommand(workspace: Workspace, print: (line: string) => void): number {
  const built = buildFrom(workspace);
  const text = printJson(built.document);
  const operations = Object.entries(built.facts.operations);
  const paths = new Set(operations.map(([route]) => route.slice(route.indexOf(" ") + 1)));
  print(`Proxmox VE ${built.release} (${built.version}): ${operations.length} operations on ${paths.size} paths`);
  print(`${SPEC_FILE}: sha256 ${sha256(text)}`);
  const documented = operations.filter(([route]) => built.docs.operations.has(route)).length;
  print(`operations documented: ${documented}/${operations.length}`);
  const names = operations.flatMap(([route, operation]) =>
    Object.keys(operation.parameters.properties).map((name): [string, string] => [route, name]),
  );
  const described = names.filter(([route, name]) => built.docs.parameter(route, name) !== undefined).length;
  print(`parameters documented: ${described}/${names.length}`);
  const keys = [...built.grammars].flatMap(([grammar, entries]) =>
    Object.keys(entries).map((key): [string, string] => [grammar, key]),
  );
  print(
    `property-string keys documented: ${keys.filter(([grammar, key]) => built.docs.formatKey(grammar, key) !== undefined).length}/${keys.length}`,
  );
  print(`operations that start a task: ${operations.filter(([, { task }]) => task !== undefined).length}`);
  print(
    `operations without a usable return shape: ${operations.filter(([, operation]) => !hasShape(operation)).length}`,
  );
  if (!workspace.exists(SPEC_FILE) || workspace.read(SPEC_FILE) !== text) {
    print(`${SPEC_FILE} is stale: run \`pve-codegen build\``);
    return 1;
  }
  return 0;
}

function hasShape({ returns }: FactOperation): boolean {
  if (returns === undefined) return false;
  const value = returns.type === "array" ? (returns.items ?? {}) : returns;
  if (value.anyOf !== undefined || value.oneOf !== undefined) return true;
  if (value.type !== "object") return value.type !== undefined && value.type !== "any";
  return Object.keys(value.properties ?? {}).length > 0 || value.additionalProperties !== undefined;
}
