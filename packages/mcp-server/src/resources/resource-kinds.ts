import { isCallToolResult, type ServerContext } from "@modelcontextprotocol/server";
import { PveError } from "@pve/client";
import { describeTool, findTool } from "@pve/tools";
import type { Caller } from "../caller.js";
import { findAny } from "../meta/find-any.js";
import { type RunSettings, runAction } from "../run-action.js";
import type { Target } from "../target.js";

/** Reads tools for a resource, on the same path as every call: policy and audit see each of them. */
export interface ResourceReader {
  readonly settings: RunSettings;
  readonly target: Target;
  readonly caller: Caller;
  readonly context: ServerContext;
}

/** A kind of thing that can be read by address. */
export interface ResourceKind {
  readonly kind: string;
  /** What stands behind the kind in an address; empty for what there is only one of. */
  readonly parameters: readonly string[];
  readonly title: string;
  readonly description: string;
  readonly mimeType: "application/json" | "text/plain";
  readonly read: (reader: ResourceReader, values: readonly string[]) => Promise<string>;
}

/** The cluster did not answer, or would not. */
export class UnreadableResourceError extends Error {
  override readonly name = "UnreadableResourceError";
}

type Data = Readonly<Record<string, unknown>>;

const PAGE = 1000;
/** Above this a log is cut in the middle: its beginning and its end tell most. */
const LONGEST_LOG = 20_000;

/** Every kind of resource, in the order in which lists name them. */
export const resourceKinds: readonly ResourceKind[] = [
  {
    kind: "cluster",
    parameters: [],
    title: "Cluster",
    description: "Nodes, quorum, and totals of processors, memory, storage and guests.",
    mimeType: "application/json",
    read: async (reader) =>
      jsonOf({
        status: await data(reader, "get_cluster_nodes_status"),
        totals: await data(reader, "get_cluster_stats"),
      }),
  },
  {
    kind: "node",
    parameters: ["node"],
    title: "Node",
    description: "State, load, versions and storage of one node.",
    mimeType: "application/json",
    read: async (reader, [node = ""]) => jsonOf(await data(reader, "get_node_status", { node_name: node })),
  },
  {
    kind: "guest",
    parameters: ["vmid"],
    title: "Guest",
    description: "State and settings of a virtual machine or container.",
    mimeType: "application/json",
    read: readGuest,
  },
  {
    kind: "task",
    parameters: ["upid"],
    title: "Task log",
    description: "The whole log of a task.",
    mimeType: "text/plain",
    read: readTaskLog,
  },
  {
    kind: "nodeseries",
    parameters: ["node", "timeframe"],
    title: "A node's recorded figures",
    description: "Every reading of every series over an hour, day, week, month or year.",
    mimeType: "application/json",
    read: async (reader, [node = "", timeframe = ""]) =>
      jsonOf(await data(reader, "get_node_stats", { node_name: node, timeframe, series: "all" })),
  },
  {
    kind: "guestseries",
    parameters: ["vmid", "timeframe"],
    title: "A guest's recorded figures",
    description: "Every reading of every series over an hour, day, week, month or year.",
    mimeType: "application/json",
    read: async (reader, [vmid = "", timeframe = ""]) => {
      const own = (await isContainer(reader, vmid))
        ? (["get_container_stats", { container_id: vmid }] as const)
        : (["get_vm_stats", { vmid }] as const);
      return jsonOf(await data(reader, own[0], { ...own[1], timeframe, series: "all" }));
    },
  },
  {
    kind: "operation",
    parameters: ["route"],
    title: "Operation of the API",
    description: "What an operation or tool does, needs and takes.",
    mimeType: "application/json",
    read: readOperation,
  },
];

async function readOperation(_reader: ResourceReader, [name = ""]: readonly string[]): Promise<string> {
  const named = await findAny(name);
  if (named === undefined) throw new UnreadableResourceError(`no tool or operation is called ${JSON.stringify(name)}`);
  return jsonOf(await describeTool(named.tool));
}

async function readGuest(reader: ResourceReader, [vmid = ""]: readonly string[]): Promise<string> {
  const guest = (await isContainer(reader, vmid)) ? "container" : "vm";
  const who = guest === "vm" ? { vmid } : { container_id: vmid };
  return jsonOf({
    status: await data(reader, `get_${guest}_status`, who),
    config: await data(reader, `get_${guest}_config`, who),
  });
}

async function isContainer(reader: ResourceReader, vmid: string): Promise<boolean> {
  const { target, caller, context } = reader;
  const { signal } = context.mcpReq;
  try {
    const rows = await target.clientFor(caller).call("GET /cluster/resources", { type: "vm" }, { signal });
    return rows.some((row) => String(row.vmid) === vmid && row.type === "lxc");
  } catch (error) {
    if (!(error instanceof PveError)) throw error;
    // The tool that is asked next fails for the same reason, and says so with its remedy.
    return false;
  }
}

async function readTaskLog(reader: ResourceReader, [upid = ""]: readonly string[]): Promise<string> {
  const lines: string[] = [];
  for (;;) {
    const page = await data(reader, "get_task_log", { task_id: upid, start: lines.length, limit: PAGE });
    const shown = Array.isArray(page["lines"]) ? page["lines"].map(String) : [];
    lines.push(...shown);
    const total = Number(page["total"] ?? lines.length);
    if (shown.length === 0 || lines.length >= total) return `${lines.join("\n")}\n`;
    if (lines.length >= LONGEST_LOG) return `${lines.join("\n")}\n… ${total - lines.length} more lines\n`;
  }
}

/** What a tool answers, as data. Throws what it says when it fails. */
async function data(
  { settings, target, caller, context }: ResourceReader,
  name: string,
  args: Data = {},
): Promise<Data> {
  const tool = findTool(name);
  if (tool === undefined) throw new UnreadableResourceError(`there is no tool ${name}`);
  const result = await runAction(settings, { tool, args, target, caller, risk: tool.risk }, context);
  if (!isCallToolResult(result))
    throw new UnreadableResourceError("a person has to approve this; call the tool instead");
  const { isError, content, structuredContent } = result;
  if (isError !== true && typeof structuredContent === "object") return { ...structuredContent };
  throw new UnreadableResourceError(content.map((part) => (part.type === "text" ? part.text : "")).join("\n"));
}

function jsonOf(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
