import { catalogue, type ResolvedTool, type Risk } from "@pve/tools";
import type { Allowed } from "./config.js";

const LEVELS: readonly Risk[] = ["read", "change", "destroy"];

/** Whether a session that may go as far as `allowed` may run a tool of this risk. */
export function allows(allowed: Allowed, risk: Risk): boolean {
  return LEVELS.indexOf(risk) <= LEVELS.indexOf(allowed);
}

/** The tools of a session, in the order of their names. */
export function listedTools(allowed: Allowed): readonly ResolvedTool[] {
  return catalogue.filter((tool) => allows(allowed, tool.risk)).sort((a, b) => (a.name < b.name ? -1 : 1));
}
