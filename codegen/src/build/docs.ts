import { z } from "zod";
import type { Attempts } from "../fault.js";
import type { ReleaseFacts, Route } from "../model.js";
import { splitRoute } from "../model.js";
import type { YamlDocument } from "./yaml.js";

const text = z.string().min(1);
const operationDocs = z.strictObject({
  summary: text,
  description: text.optional(),
  parameters: z.record(z.string(), text).optional(),
  returns: z.union([text, z.record(z.string(), text)]).optional(),
});
const parameterDocs = z.strictObject({ scopes: z.record(z.string(), z.record(z.string(), text)) });
const formatDocs = z.record(z.string(), z.record(z.string(), text));

export type OperationDocs = z.infer<typeof operationDocs>;

/** Our own documentation: of operations, of shared parameters by path prefix, and of property-string keys. */
export interface Docs {
  readonly operations: ReadonlyMap<Route, OperationDocs>;
  parameter(route: Route, name: string): string | undefined;
  formatKey(grammar: string, key: string): string | undefined;
}

export interface DocSources {
  readonly operations: readonly YamlDocument[];
  readonly parameters: readonly YamlDocument[];
  readonly formats: readonly YamlDocument[];
}

/** Reads the documents; an entry for a route or a grammar that does not exist is an error with its place. */
export function readDocs(
  sources: DocSources,
  facts: ReleaseFacts,
  grammars: ReadonlyMap<string, object>,
  attempts: Attempts,
): Docs {
  const operations = readOperations(sources.operations, facts, attempts);
  const scopes = readScopes(sources.parameters, facts, attempts);
  const formats = readFormats(sources.formats, grammars, attempts);
  return {
    operations,
    parameter(route, name) {
      const own = operations.get(route)?.parameters?.[name];
      if (own !== undefined) return own;
      const { path } = splitRoute(route);
      return scopes.find(
        ([scope, names]) => (scope === "any" || within(path, scope)) && names[name] !== undefined,
      )?.[1][name];
    },
    formatKey: (grammar, key) => formats[grammar]?.[key],
  };
}

function readOperations(
  documents: readonly YamlDocument[],
  facts: ReleaseFacts,
  { attempt }: Attempts,
): Map<Route, OperationDocs> {
  const operations = new Map<Route, OperationDocs>();
  for (const document of documents) {
    for (const [route, docs] of Object.entries(parse(document, z.record(z.string(), operationDocs)))) {
      attempt(() => {
        const operation = facts.operations[route];
        if (operation === undefined)
          return document.fail([route], `release ${facts.release} has no operation "${route}"`);
        if (operations.has(route)) document.fail([route], `"${route}" is documented twice`);
        operations.set(route, docs);
        for (const name of Object.keys(docs.parameters ?? {})) {
          if (operation.parameters.properties[name] === undefined)
            attempt(() => document.fail([route, "parameters", name], `"${route}" has no parameter "${name}"`));
        }
      });
    }
  }
  return operations;
}

function readScopes(
  documents: readonly YamlDocument[],
  facts: ReleaseFacts,
  { attempt }: Attempts,
): [string, Readonly<Record<string, string>>][] {
  const scopes: Record<string, Record<string, string>> = {};
  for (const document of documents) {
    for (const [scope, names] of Object.entries(parse(document, parameterDocs).scopes)) {
      attempt(() => checkScope(document, facts, scope, Object.keys(names)));
      for (const [name, words] of Object.entries(names)) {
        if (scopes[scope]?.[name] !== undefined)
          document.fail(["scopes", scope, name], `"${name}" is described twice for "${scope}"`);
        scopes[scope] = { ...scopes[scope], [name]: words };
      }
    }
  }
  return Object.entries(scopes).sort(([a], [b]) => b.length - a.length);
}

function readFormats(
  documents: readonly YamlDocument[],
  grammars: ReadonlyMap<string, object>,
  { attempt }: Attempts,
): Record<string, Record<string, string>> {
  const formats: Record<string, Record<string, string>> = {};
  for (const document of documents) {
    for (const [grammar, keys] of Object.entries(parse(document, formatDocs))) {
      attempt(() => {
        const known = grammars.get(grammar);
        if (known === undefined) return document.fail([grammar], `there is no property-string grammar "${grammar}"`);
        if (formats[grammar] !== undefined) document.fail([grammar], `"${grammar}" is described twice`);
        formats[grammar] = keys;
        for (const key of Object.keys(keys)) {
          if (!(key in known))
            attempt(() => document.fail([grammar, key], `the grammar "${grammar}" has no key "${key}"`));
        }
      });
    }
  }
  return formats;
}

function within(path: string, scope: string): boolean {
  return path === scope || path.startsWith(`${scope}/`);
}

function checkScope(document: YamlDocument, facts: ReleaseFacts, scope: string, names: readonly string[]): void {
  const inside = Object.entries(facts.operations).filter(
    ([route]) => scope === "any" || within(splitRoute(route).path, scope),
  );
  if (inside.length === 0) document.fail(["scopes", scope], `no operation lies under "${scope}"`);
  for (const name of names) {
    if (!inside.some(([, operation]) => operation.parameters.properties[name] !== undefined)) {
      document.fail(["scopes", scope, name], `no operation under "${scope}" has a parameter "${name}"`);
    }
  }
}

function parse<T>(document: YamlDocument, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(document.value ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return document.fail((issue?.path ?? []) as (string | number)[], issue?.message ?? "not the expected form");
}
