import type { FactOperation, FactSchema } from "../model.js";
import type { BuildResult } from "./build.js";

/** Something every operation, parameter, key or format should have. */
export interface Measure {
  readonly what: string;
  readonly of: number;
  /** What lacks it, by name. */
  readonly missing: readonly string[];
}

/** How complete the spec is. Every measure must be full. */
export function coverage(built: BuildResult): Measure[] {
  const operations = Object.entries(built.facts.operations);
  const parameters = operations.flatMap(([route, { parameters }]) =>
    Object.keys(parameters.properties).map((name): [string, string] => [route, name]),
  );
  const keys = [...built.grammars].flatMap(([grammar, entries]) =>
    Object.keys(entries).map((key): [string, string] => [grammar, key]),
  );
  const texts = operations.filter(([, { returns }]) => returns?.type === "string");
  return [
    measure("operations documented", operations, ([route]) => built.docs.operations.has(route), first),
    measure(
      "parameters documented",
      parameters,
      ([route, name]) => built.docs.parameter(route, name) !== undefined,
      both,
    ),
    measure(
      "property-string keys documented",
      keys,
      ([grammar, key]) => built.docs.formatKey(grammar, key) !== undefined,
      both,
    ),
    measure(
      "named formats with a rule",
      built.formats.used,
      (name) => !built.formats.gaps.includes(name),
      (name) => name,
    ),
    measure("permission expressions parsed", operations, ([route]) => built.permissions.byRoute.has(route), first),
    measure("text results classified as task or not", texts, ([, { task }]) => task !== undefined, first),
    measure("results with a shape", operations, ([, operation]) => operation.returns !== undefined, first),
  ];
}

/** Figures that are neither complete nor incomplete. */
export function counts(built: BuildResult): [what: string, count: number][] {
  const operations = Object.values(built.facts.operations);
  const unknown = [...built.permissions.byRoute.values()].filter((permissions) => permissions.unknown !== undefined);
  const tasks = operations.filter(({ task }) => task !== undefined && task !== "never");
  return [
    ["corrections applied, none idle", built.corrections],
    ["results corrected from PVE's code", operations.filter(({ confidence }) => confidence === "corrected").length],
    ["results recorded on a real server", operations.filter(({ confidence }) => confidence === "recorded").length],
    [`results still open (${OPEN_RESULTS_FILE})`, openResults(built).length],
    ["operations that start a task", tasks.length],
    ["property-string grammars", built.grammars.size],
    ["entries of the permission overlay", built.permissions.entries],
    ["operations whose conditions are still unknown", unknown.length],
  ];
}

/** Where the list of operations without a true result shape is kept. */
export const OPEN_RESULTS_FILE = "docs/open-results.md";

/** The operations whose result is known only as "something" or "an object", as a page. */
export function openResultsReport(built: BuildResult): string {
  const open = openResults(built);
  return [
    "# Results that are still open",
    "",
    "Made by `pve-codegen build`. What these operations return is not described further, here or upstream: the values are",
    "whatever another program printed, or nobody has recorded them yet.",
    "",
    ...open.map(([route, what]) => `- \`${route}\`: ${what}`),
    "",
  ].join("\n");
}

function openResults(built: BuildResult): [route: string, what: string][] {
  return Object.entries(built.facts.operations).flatMap(([route, operation]): [string, string][] => {
    const what = openness(operation);
    return what === undefined ? [] : [[route, what]];
  });
}

function openness({ returns }: FactOperation): string | undefined {
  if (returns === undefined) return "nothing is known";
  if (returns.type === "array") return isOpen(returns.items ?? {}) ? "a list of anything" : undefined;
  return isOpen(returns) ? "anything" : undefined;
}

function isOpen(value: FactSchema): boolean {
  if ((value.anyOf ?? value.oneOf) !== undefined) return false;
  if (value.type === undefined || value.type === "any") return value.properties === undefined;
  const rest = value.additionalProperties;
  return (
    value.type === "object" &&
    Object.keys(value.properties ?? {}).length === 0 &&
    (typeof rest !== "object" || isOpen(rest))
  );
}

function measure<T>(what: string, all: readonly T[], has: (one: T) => boolean, name: (one: T) => string): Measure {
  return { what, of: all.length, missing: all.filter((one) => !has(one)).map(name) };
}

function first([route]: readonly [string, unknown]): string {
  return route;
}

function both([owner, name]: readonly [string, string]): string {
  return `${owner}: ${name}`;
}
