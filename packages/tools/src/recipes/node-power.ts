import { ToolNotFoundError, ToolPreconditionError } from "../errors.js";
import type { Answer, Invocation } from "../invocation.js";
import { callOperation } from "../operation.js";
import { listOf, openObject } from "../schema.js";
import { notesSchema } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";

/** What switching a node answers: which guests ran there. */
export const nodePowerOutput = openObject(
  {
    done: { type: "boolean", description: "The node has been told; it takes minutes." },
    node: { type: "string" },
    guests: listOf(
      openObject({
        vmid: { type: "integer" },
        name: { type: "string" },
        type: { type: "string" },
        ha: { type: "string" },
      }),
      "Guests that ran there: they are shut down, or moved where HA looks after them.",
    ),
    notes: notesSchema,
  },
  ["done", "node", "guests"],
);

/** Reboots or switches off a node that is online, and says what ran on it and what the cluster is left with. */
export async function nodePower(call: Invocation): Promise<Answer> {
  const node = String(call.params["node"]);
  const { pve, watch } = call;
  const nodes = await pve.call("GET /nodes", {}, watch);
  const target = nodes.find((row) => row.node === node);
  if (target === undefined) {
    throw new ToolNotFoundError(`there is no node ${node}`, `There are: ${nodes.map((row) => row.node).join(", ")}.`);
  }
  if (target.status !== "online") throw new ToolPreconditionError(`node ${node} is ${target.status} already`);
  const list = await attempt("the guests of the node", pve.call("GET /cluster/resources", { type: "vm" }, watch));
  const running = (foundOf(list) ?? []).filter((row) => row.node === node && row.status === "running");
  await callOperation(call, call.tool.entry.operation, call.params);
  const left = nodes.filter((row) => row.status === "online" && row.node !== node).length;
  const quorum = nodes.length > 1 && left * 2 <= nodes.length;
  const notes = [
    ...(quorum
      ? [
          `Only ${left} of ${nodes.length} nodes are left: without a majority nothing in the cluster can be changed until it is back.`,
        ]
      : []),
    ...(call.params["command"] === "shutdown"
      ? ["It stays off until somebody switches it on, or wakes it over the network."]
      : []),
    ...missingOf([list]),
  ];
  return {
    done: true,
    node,
    guests: running.map(({ vmid, name, type, hastate }) => ({
      vmid: Number(vmid),
      ...(name !== undefined && { name }),
      type,
      ...(hastate !== undefined && { ha: hastate }),
    })),
    ...(notes.length > 0 && { notes }),
  };
}
