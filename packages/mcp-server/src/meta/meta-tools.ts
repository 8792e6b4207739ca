import type { ObjectSchema } from "@pve/tools";
import { looks, type MetaTool } from "./meta-tool.js";

const toRun: ObjectSchema = {
  type: "object",
  properties: {
    name: { type: "string", description: 'Tool, or operation such as "GET /nodes/{node}/qemu/{vmid}/config"' },
    arguments: { type: ["object", "string"], description: "Arguments of the tool or operation" },
  },
  required: ["name"],
  additionalProperties: false,
};

/** The tools that lead to all others: find, describe, run. */
export const metaTools: readonly MetaTool[] = [
  {
    name: "call",
    title: "Run a tool or operation",
    description:
      "Runs any tool, listed or not, and any operation of the Proxmox VE API, found with search_tools. Arguments are checked first; the same rules hold as for listed tools. Tasks are waited for.",
    inputSchema: toRun,
    runs: true,
    annotations: (reach) =>
      reach === "read"
        ? looks()
        : { readOnlyHint: false, destructiveHint: reach === "destroy", idempotentHint: false, openWorldHint: false },
    run: async (...given) => (await import("./run-any.js")).runAny(...given),
  },
  {
    name: "describe",
    title: "Describe a tool or operation",
    description:
      "Shows what a tool or operation does, needs and takes, with an example. Many options come in groups: ask again with group.",
    inputSchema: {
      type: "object",
      properties: {
        name: { type: "string", description: "As search_tools names it" },
        group: { type: "string", description: "One of the groups that a description names" },
      },
      required: ["name"],
      additionalProperties: false,
    },
    annotations: looks,
    run: async (...given) => (await import("./describe-any.js")).describeAny(...given),
  },
  {
    name: "read",
    title: "Run what only reads",
    description: "Like call, and refuses whatever could change something.",
    inputSchema: toRun,
    runs: true,
    from: "change",
    annotations: looks,
    run: async (...given) => (await import("./run-any.js")).readAny(...given),
  },
  {
    name: "search_tools",
    title: "Find tools and operations",
    description:
      "Finds tools and operations of the Proxmox VE API by what is to be done, by words or commands such as qm resize. Use it when no listed tool fits.",
    inputSchema: {
      type: "object",
      properties: {
        query: { type: "string", description: "A few words" },
        limit: { type: "integer", description: "How many", minimum: 1, maximum: 20, default: 8 },
      },
      required: ["query"],
      additionalProperties: false,
    },
    annotations: looks,
    run: async (...given) => (await import("./search.js")).search(...given),
  },
];

/** The meta tool of that name; undefined when there is none. */
export function findMetaTool(name: string): MetaTool | undefined {
  return metaTools.find((tool) => tool.name === name);
}
