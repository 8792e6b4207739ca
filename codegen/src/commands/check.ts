import { counts, coverage, OPEN_RESULTS_FILE, openResultsReport } from "../build/coverage.js";
import { printJson } from "../json.js";
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

/** Prints what the spec covers, with the version and hash that generated files name; a gap or a stale file is an error. */
export function checkCommand(workspace: Workspace, print: (line: string) => void): number {
  const built = buildFrom(workspace);
  const text = printJson(built.document);
  const routes = Object.keys(built.facts.operations);
  const paths = new Set(routes.map((route) => route.slice(route.indexOf(" ") + 1)));
  print(`Proxmox VE ${built.release} (${built.version}): ${routes.length} operations on ${paths.size} paths`);
  print(`${SPEC_FILE}: sha256 ${sha256(text)}`);
  const measures = coverage(built);
  for (const { what, of, missing } of measures) {
    print(`${what}: ${of - missing.length}/${of}`);
    for (const gap of missing.slice(0, 20)) print(`  missing: ${gap}`);
  }
  for (const [what, count] of counts(built)) print(`${what}: ${count}`);
  const stale = [[SPEC_FILE, text] as const, [OPEN_RESULTS_FILE, openResultsReport(built)] as const].filter(
    ([file, wanted]) => !workspace.exists(file) || workspace.read(file) !== wanted,
  );
  for (const [file] of stale) print(`${file} is stale: run \`pve-codegen build\``);
  return stale.length > 0 || measures.some(({ missing }) => missing.length > 0) ? 1 : 0;
}
