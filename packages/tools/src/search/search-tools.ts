import { findTool } from "../find-tool.js";
import { findOperation } from "../operations/find-operation.js";
import type { ResolvedTool } from "../resolved.js";

let loading: Promise<(query: string, limit: number) => readonly string[]> | undefined;

/** The search with its index, read on first use: a server that starts does not pay for it. */
function loadSearch(): NonNullable<typeof loading> {
  loading ??= Promise.all([import("./rank.js"), import("../generated/search.gen.js")]).then(
    ([{ rank }, { searchIndex }]) =>
      (query, limit) =>
        rank(searchIndex, query, limit),
  );
  return loading;
}

/**
 * The tools and operations that fit words, PVE's jargon, a command line or a misspelt word, best first. A tool comes
 * before its operation, which is then left out. Empty when nothing fits.
 *
 * @example
 * await searchTools("qm resize", 5); // the first is named "PUT /nodes/{node}/qemu/{vmid}/resize"
 */
export async function searchTools(query: string, limit: number): Promise<readonly ResolvedTool[]> {
  const names = (await loadSearch())(query, limit);
  const found = await Promise.all(names.map(async (name) => findTool(name) ?? (await findOperation(name))));
  return found.filter((tool) => tool !== undefined);
}
