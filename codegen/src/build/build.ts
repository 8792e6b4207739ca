import { startAttempts } from "../fault.js";
import type { ReleaseFacts } from "../model.js";
import { type MergedPermissions, mergePermissions } from "../permissions/overlay.js";
import { applyCorrections } from "./corrections.js";
import { type DocSources, type Docs, readDocs } from "./docs.js";
import { applyFormatGrammars, type Formats, readFormats } from "./formats.js";
import { nameGrammars } from "./grammars.js";
import { sinceOf, untilOf } from "./lifetime.js";
import { buildOpenApi, type OpenApiDocument } from "./openapi.js";
import type { YamlDocument } from "./yaml.js";

export interface BuildInput {
  /** Oldest first; the last is the current release. */
  readonly releases: readonly ReleaseFacts[];
  readonly version: string;
  readonly corrections: readonly YamlDocument[];
  /** The rules of the named formats. */
  readonly formats: readonly YamlDocument[];
  readonly docs: DocSources;
  /** What PVE checks beyond its `permissions` blocks; none unless given. */
  readonly permissions?: readonly YamlDocument[];
}

export interface BuildResult {
  readonly document: OpenApiDocument;
  /** The current release, corrected. */
  readonly facts: ReleaseFacts;
  readonly docs: Docs;
  readonly permissions: MergedPermissions;
  /** How many corrections were applied; one that changes nothing is an error. */
  readonly corrections: number;
  readonly formats: Formats;
  readonly grammars: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/** Facts, corrections and documentation in; the OpenAPI document of the current release out. */
export function buildSpec(input: BuildInput): BuildResult {
  const current = input.releases.at(-1);
  if (current === undefined) throw new Error("no release: import one first");
  const attempts = startAttempts();
  const corrected = applyCorrections(current, input.corrections, attempts);
  const formats = readFormats(input.formats, [...input.releases, corrected]);
  const facts = applyFormatGrammars(corrected, formats);
  const grammars = nameGrammars(facts, formats);
  const docs = readDocs(input.docs, facts, grammars.byName, attempts);
  const permissions = mergePermissions(facts, input.permissions ?? [], attempts);
  attempts.throwAny();
  const document = buildOpenApi({
    facts,
    version: input.version,
    grammars,
    docs,
    permissions: (route) => permissions.byRoute.get(route),
    since: (route) => sinceOf(route, input.releases),
    until: untilOf(input.releases),
  });
  const corrections = input.corrections.reduce((sum, { value }) => sum + (Array.isArray(value) ? value.length : 0), 0);
  return { document, facts, docs, permissions, corrections, formats, grammars: grammars.byName };
}
