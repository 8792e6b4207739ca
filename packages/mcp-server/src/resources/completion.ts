import type { CompleteRequestParams, CompleteResult, ServerContext } from "@modelcontextprotocol/server";
import { type PveClient, PveError } from "@pve/client";
import { operationRoutes } from "@pve/tools";
import type { CallSettings } from "../call.js";
import type { Caller } from "../caller.js";
import type { ApiRequest } from "../policy/api-request.js";
import { mayRead } from "../policy/may-read.js";
import { cleanText } from "../render.js";
import { targetsOf } from "../target.js";

const MOST = 100;

/** Where the values of an argument come from. */
interface Source {
  /** What is read of the cluster, if anything is; rules are asked about it. */
  readonly reads?: ApiRequest;
  readonly values: (client: PveClient, signal: AbortSignal) => Promise<string[]>;
}

const nodeNames: Source = {
  reads: { route: "GET /nodes", params: {} },
  values: async (client, signal) => (await client.call("GET /nodes", {}, { signal })).map(({ node }) => node),
};

const guestNumbers: Source = {
  reads: { route: "GET /cluster/resources", params: { type: "vm" } },
  values: async (client, signal) =>
    (await client.call("GET /cluster/resources", { type: "vm" }, { signal })).map(({ vmid }) => String(vmid)),
};

/** Values that an argument of a template or prompt may have, by the argument's name. */
const VALUES: Readonly<Record<string, Source>> = {
  node: nodeNames,
  node_name: nodeNames,
  vmid: guestNumbers,
  template_vmid: guestNumbers,
  upid: {
    reads: { route: "GET /cluster/tasks", params: {} },
    values: async (client, signal) =>
      (await client.call("GET /cluster/tasks", {}, { signal })).map((task) => String(task.upid)),
  },
  route: { values: async () => [...(await operationRoutes())] },
  timeframe: { values: async () => ["hour", "day", "week", "month", "year"] },
};

/**
 * Completes an argument from what the cluster has, as far as the caller and the rules let it be seen. A cluster that does not answer
 * completes nothing: completion is a convenience, and the read or call that follows will say what is wrong.
 */
export async function complete(
  settings: CallSettings,
  caller: Caller,
  { ref, argument, context: given }: CompleteRequestParams,
  { mcpReq }: ServerContext,
): Promise<CompleteResult> {
  const reachable = targetsOf(settings.targets, caller);
  if (argument.name === "target")
    return completed(
      reachable.map(({ name }) => name),
      argument.value,
    );
  const written = ref.type === "ref/resource" ? /^pve:\/\/([^/{]+)\//.exec(ref.uri)?.[1] : undefined;
  const named = given?.arguments?.["target"] ?? written;
  const target = reachable.find(({ name }) => name === named) ?? reachable[0];
  const source = Object.hasOwn(VALUES, argument.name) ? VALUES[argument.name] : undefined;
  if (target === undefined || source === undefined) return completed([], "");
  const { reads, values } = source;
  const { signal } = mcpReq;
  try {
    if (reads !== undefined && !(await mayRead(settings, { target, caller }, reads, signal))) return completed([], "");
    return completed(await values(target.clientFor(caller), signal), argument.value);
  } catch (error) {
    if (error instanceof PveError) return completed([], "");
    throw error;
  }
}

function completed(values: readonly string[], begun: string): CompleteResult {
  const fitting = [...new Set(values.map(cleanText))].filter((value) => value.startsWith(begun)).sort();
  return {
    completion: { values: fitting.slice(0, MOST), total: fitting.length, hasMore: fitting.length > MOST },
  };
}
