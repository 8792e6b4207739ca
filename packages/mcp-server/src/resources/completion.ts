import type { CompleteRequestParams, CompleteResult, ServerContext } from "@modelcontextprotocol/server";
import { PveError } from "@pve/client";
import { operationRoutes } from "@pve/tools";
import type { CallSettings } from "../call.js";
import type { Caller } from "../caller.js";
import { cleanText } from "../render.js";
import { type Target, targetsOf } from "../target.js";

const MOST = 100;

/** Values that an argument of a template or prompt may have, by the argument's name. */
const VALUES: Readonly<Record<string, (target: Target, caller: Caller, signal: AbortSignal) => Promise<string[]>>> = {
  node: nodeNames,
  node_name: nodeNames,
  vmid: guestNumbers,
  template_vmid: guestNumbers,
  upid: async (target, caller, signal) =>
    (await target.clientFor(caller).call("GET /cluster/tasks", {}, { signal })).map((task) => String(task.upid)),
  route: async () => [...(await operationRoutes())],
  timeframe: async () => ["hour", "day", "week", "month", "year"],
};

/**
 * Completes an argument from what the cluster has, as far as the caller may see it. A cluster that does not answer
 * completes nothing: completion is a convenience, and the read or call that follows will say what is wrong.
 */
export async function complete(
  { targets }: CallSettings,
  caller: Caller,
  { ref, argument, context: given }: CompleteRequestParams,
  { mcpReq }: ServerContext,
): Promise<CompleteResult> {
  const reachable = targetsOf(targets, caller);
  if (argument.name === "target")
    return completed(
      reachable.map(({ name }) => name),
      argument.value,
    );
  const written = ref.type === "ref/resource" ? /^pve:\/\/([^/{]+)\//.exec(ref.uri)?.[1] : undefined;
  const named = given?.arguments?.["target"] ?? written;
  const target = reachable.find(({ name }) => name === named) ?? reachable[0];
  const values = Object.hasOwn(VALUES, argument.name) ? VALUES[argument.name] : undefined;
  if (target === undefined || values === undefined) return completed([], "");
  try {
    return completed(await values(target, caller, mcpReq.signal), argument.value);
  } catch (error) {
    if (error instanceof PveError) return completed([], "");
    throw error;
  }
}

async function nodeNames(target: Target, caller: Caller, signal: AbortSignal): Promise<string[]> {
  return (await target.clientFor(caller).call("GET /nodes", {}, { signal })).map(({ node }) => node);
}

async function guestNumbers(target: Target, caller: Caller, signal: AbortSignal): Promise<string[]> {
  const rows = await target.clientFor(caller).call("GET /cluster/resources", { type: "vm" }, { signal });
  return rows.map(({ vmid }) => String(vmid));
}

function completed(values: readonly string[], begun: string): CompleteResult {
  const fitting = [...new Set(values.map(cleanText))].filter((value) => value.startsWith(begun)).sort();
  return {
    completion: { values: fitting.slice(0, MOST), total: fitting.length, hasMore: fitting.length > MOST },
  };
}
