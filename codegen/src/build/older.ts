import type { ReleaseFacts } from "../model.js";
import { correctRequests } from "./corrections.js";
import type { Docs } from "./docs.js";
import { applyFormatGrammars, readFormats } from "./formats.js";
import { nameGrammars } from "./grammars.js";
import { buildOpenApi, type OpenApiDocument } from "./openapi.js";
import type { YamlDocument } from "./yaml.js";

export interface OlderInput {
  /** Oldest first; the last is the current release. */
  readonly releases: readonly ReleaseFacts[];
  readonly corrections: readonly YamlDocument[];
  readonly formats: readonly YamlDocument[];
}

const undocumented: Docs = { operations: new Map(), parameter: () => undefined, formatKey: () => undefined };

/**
 * The documents of the releases before the current one, oldest first: what each accepts, corrected where it has what the
 * corrections speak of. They are never published, so nothing is documented and nothing has a lifetime.
 */
export function buildOlder({ releases, corrections, formats: documents }: OlderInput): OpenApiDocument[] {
  const formats = readFormats(documents, releases);
  return releases.slice(0, -1).map((release) => {
    const facts = applyFormatGrammars(correctRequests(release, corrections), formats);
    return buildOpenApi({
      facts,
      version: release.release,
      grammars: nameGrammars(facts, formats),
      docs: undocumented,
      permissions: () => undefined,
      since: () => ({ parameters: {} }),
      until: { operations: {}, parameters: {} },
    });
  });
}
