import { catalogue } from "./generated/catalogue.gen.js";
import type { ResolvedTool } from "./resolved.js";

const byName: ReadonlyMap<string, ResolvedTool> = new Map(
  catalogue.flatMap((tool) => [tool.name, ...(tool.entry.aliases ?? [])].map((name) => [name, tool] as const)),
);

/** The tool of that name, or that had this name once; undefined when there is none. */
export function findTool(name: string): ResolvedTool | undefined {
  return byName.get(name);
}
