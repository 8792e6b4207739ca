import type { ResultOf } from "@pve/client";
import { ToolNotFoundError } from "../errors.js";
import type { Invocation } from "../invocation.js";

/** The node of that name, as the cluster lists it. Throws `ToolNotFoundError` when there is none. */
export async function knownNode(call: Invocation, node: string): Promise<ResultOf<"GET /nodes">[number]> {
  const nodes = await call.pve.call("GET /nodes", {}, call.watch);
  const row = nodes.find((one) => one.node === node);
  if (row !== undefined) return row;
  throw new ToolNotFoundError(`there is no node ${node}`, `There are: ${nodes.map((one) => one.node).join(", ")}.`);
}
