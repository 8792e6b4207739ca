import { findTool, matchRoute, nearNames, operationRoutes, type ResolvedTool, searchTools } from "@pve/tools";
import type { CallSettings } from "../call.js";
import type { Caller } from "../caller.js";
import { allowedTools } from "../exposure/exposure.js";
import { cleanText } from "../render.js";

/** What a name stands for; with the arguments that stood in a path such as `/nodes/pve1/qemu/100`. */
export interface Named {
  readonly tool: ResolvedTool;
  readonly values: Readonly<Record<string, string>>;
}

/** The tool of a name, or the operation of a route or a path. */
export async function findAny(name: string): Promise<Named | undefined> {
  const tool = findTool(name.trim());
  return tool === undefined ? matchRoute(name) : { tool, values: {} };
}

/** Says that nothing has this name, and which names are near. */
export async function nothingCalled({ targets }: CallSettings, caller: Caller, name: string): Promise<string> {
  const isRoute = /^(?:GET|POST|PUT|DELETE) \//.test(name.trim());
  const tools = nearNames(
    name,
    isRoute ? await operationRoutes() : allowedTools(targets, caller).map((tool) => tool.name),
  );
  const found = (await searchTools(name, 3)).map((tool) => tool.name);
  const near = [...new Set([...tools, ...found])].slice(0, 4);
  const hint =
    near.length === 0
      ? "search_tools finds what there is."
      : `Near: ${near.join(" · ")}. describe shows what each takes.`;
  return `No tool or operation is called ${JSON.stringify(cleanText(name))}. ${hint} Nothing was sent.`;
}
