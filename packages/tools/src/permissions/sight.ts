import type { ResolvedTool } from "../resolved.js";
import { conditionsOf, type FilteredBy } from "./conditions.js";
import type { Grants } from "./grants.js";
import { isAskedFor, isWhole } from "./hidden.js";
import { weigh } from "./judge.js";
import type { Params } from "./request.js";

/** What reads leave out by themselves, in any tool that only looks for something there. */
const LOOKED_FOR: Readonly<Record<string, (tool: ResolvedTool) => boolean>> = {
  guests: (tool) =>
    tool.operations.some((route) => /\{vmid\}|\/(qemu|lxc)\b|\/ha\/|\/firewall|replication|pools/.test(route)),
  storages: (tool) => tool.operations.some((route) => route.includes("{storage}")),
};

/** What PVE may leave out of the reads that a tool lives on, by operation. Single fields do not count. */
export function filtersOf(tool: ResolvedTool): readonly (FilteredBy & { readonly route: string })[] {
  return tool.operations
    .filter((route) => !tool.optional.includes(route) || route === tool.entry.operation)
    .flatMap((route) =>
      (conditionsOf(route)?.filteredBy ?? [])
        .filter(({ hides }) => isWhole(hides) && matters(tool, route, hides))
        .map((filter) => ({ ...filter, route })),
    );
}

function matters(tool: ResolvedTool, route: string, hides: string): boolean {
  const { sees, operation } = tool.entry;
  if (sees !== undefined) return sees.includes(hides);
  if (route === operation) return true;
  if (route === "GET /cluster/resources") return LOOKED_FOR[hides]?.(tool) ?? false;
  return tool.risk === "read";
}

/** What PVE may leave out of a tool's answer because the caller lacks a right, in words: `guests without VM.Audit on /vms/{vmid}`. */
export function hiddenFrom(
  tool: ResolvedTool,
  args: Readonly<Record<string, unknown>>,
  params: Params,
  grants: Grants,
): readonly string[] {
  const shaping = filtersOf(tool).filter(
    ({ route }) => route === tool.entry.operation || tool.entry.sees !== undefined,
  );
  return shaping.flatMap(({ hides, unless }) => {
    if (!isAskedFor(hides, args)) return [];
    // The paths name fields of what is listed, and what is listed may be anything that the parameters do not name.
    const fields = [...JSON.stringify(unless).matchAll(/\{([^}?]+)\}|"param":"([^"]+)"/g)].map(
      ([, one, other]) => one ?? other,
    );
    const open = new Set(["userid", ...fields.filter((name) => name !== undefined)]);
    return weigh(unless, params, grants, open).verdict === "allowed" ? [] : [hides];
  });
}
