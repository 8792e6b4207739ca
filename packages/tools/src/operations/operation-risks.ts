import type { OperationId } from "@pve/client";
import type { Risk } from "../define.js";
import { changes } from "./changes.js";
import { destroys } from "./destroys.js";

/** POST operations that only look, and why they are POSTs all the same. */
const reads: Readonly<Partial<Record<OperationId, string>>> = {
  "POST /access/vncticket": "Only checks whether a ticket is valid.",
  "POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-status": "Only asks whether file systems are frozen.",
  "POST /nodes/{node}/qemu/{vmid}/agent/ping": "Only asks whether the agent answers.",
};

/** How an operation is rated, and why where that is not plain from its verb. */
export interface Rating {
  readonly risk: Risk;
  readonly why?: string;
}

const rated: ReadonlyMap<string, Rating> = new Map<string, Rating>([
  ...changes.map((route) => [route, { risk: "change" }] as const),
  ...Object.entries(reads).map(([route, why]) => [route, { risk: "read", why }] as const),
  ...Object.entries(destroys).map(([route, why]) => [route, { risk: "destroy", why }] as const),
]);

/**
 * Rates an operation by the worst that its arguments can do; a tool of the catalogue that cannot do the worst may be
 * rated less. GET reads and DELETE destroys; a POST or PUT is rated in the tables beside this file, and what nobody has
 * rated yet destroys.
 */
export function riskOf(route: string): Rating {
  if (route.startsWith("GET ")) return { risk: "read" };
  if (route.startsWith("DELETE ")) return { risk: "destroy" };
  return rated.get(route) ?? { risk: "destroy", why: "Nobody has rated this operation yet." };
}

/** The POST and PUT operations among `routes` that are not rated, and rated ones that are not among them. */
export function unratedOf(routes: readonly string[]): { readonly unrated: string[]; readonly gone: string[] } {
  const known = new Set(routes);
  return {
    unrated: routes.filter((route) => /^(POST|PUT) /.test(route) && !rated.has(route)),
    gone: [...rated.keys()].filter((route) => !known.has(route)),
  };
}
