import type { FactOperation, ReleaseFacts, Route } from "../model.js";
import { applyCorrections } from "./corrections.js";
import { type DocSources, type Docs, readDocs } from "./docs.js";
import { nameGrammars } from "./grammars.js";
import { buildOpenApi, type OpenApiDocument, type Since } from "./openapi.js";
import type { YamlDocument } from "./yaml.js";

export interface BuildInput {
  /** Oldest first; the last is the current release. */
  readonly releases: readonly ReleaseFacts[];
  readonly version: string;
  readonly corrections: readonly YamlDocument[];
  readonly docs: DocSources;
}

export interface BuildResult {
  readonly document: OpenApiDocument;
  /** The current release, corrected. */
  readonly facts: ReleaseFacts;
  readonly docs: Docs;
  readonly grammars: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/** Facts, corrections and documentation in; the OpenAPI document of the current release out. */
export function buildSpec(input: BuildInput): BuildResult {
  const current = input.releases.at(-1);
  if (current === undefined) throw new Error("no release: import one first");
  const facts = applyCorrections(current, input.corrections);
  const grammars = nameGrammars(facts);
  const docs = readDocs(input.docs, facts, grammars.byName);
  const document = buildOpenApi({
    facts,
    version: input.version,
    grammars,
    docs,
    since: (route) => since(route, input.releases),
  });
  return { document, facts, docs, grammars: grammars.byName };
}

function since(route: Route, releases: readonly ReleaseFacts[]): Since {
  const present = releases.flatMap(({ release, operations }) => {
    const operation: FactOperation | undefined = operations[route];
    return operation === undefined ? [] : [{ release, names: new Set(Object.keys(operation.parameters.properties)) }];
  });
  const [first] = present;
  const last = present.at(-1);
  if (first === undefined || last === undefined) return { parameters: {} };
  const appeared = [...last.names].map((name): [string, string | undefined] => [
    name,
    present.find(({ names }) => names.has(name))?.release,
  ]);
  const later = appeared.filter(([, release]) => release !== undefined && release !== first.release) as [
    string,
    string,
  ][];
  return {
    ...(first.release !== releases[0]?.release && { operation: first.release }),
    parameters: Object.fromEntries(later),
  };
}
