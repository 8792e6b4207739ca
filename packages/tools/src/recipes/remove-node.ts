import { ToolNotFoundError, ToolPreconditionError } from "../errors.js";
import type { Answer, Invocation } from "../invocation.js";
import { callOperation } from "../operation.js";
import { listOf, openObject } from "../schema.js";
import { notesSchema } from "../window.js";

/** What removing a node answers. */
export const removeNodeOutput = openObject(
  {
    done: { type: "boolean" },
    node: { type: "string" },
    left: listOf({ type: "string" }, "Members of the cluster now."),
    lost: listOf({ type: "string" }, "Guests whose configuration was on it."),
    notes: notesSchema,
  },
  ["done", "node", "left"],
);

/** Takes a node out of the cluster for good. Refused while it is online or holds guests, unless told otherwise. */
export async function removeNode(call: Invocation): Promise<Answer> {
  const node = String(call.params["node"]);
  const { pve, watch } = call;
  const [members, states, resources] = await Promise.all([
    pve.call("GET /cluster/config/nodes", {}, watch),
    pve.call("GET /nodes", {}, watch),
    pve.call("GET /cluster/resources", { type: "vm" }, watch),
  ]);
  if (!members.some((row) => row.node === node)) {
    throw new ToolNotFoundError(`there is no member ${node}`, `Members: ${members.map((row) => row.node).join(", ")}.`);
  }
  const online = states.some((row) => row.node === node && row.status === "online");
  const guests = resources.filter((row) => row.node === node).map((row) => `${row.id} ${row.name ?? ""}`.trim());
  const reasons = [
    ...(online ? ["it is online; it has to be switched off for good first, and must never come back as it is"] : []),
    ...(guests.length > 0 ? [`it holds ${guests.length} guests: ${guests.slice(0, 20).join(", ")}`] : []),
  ];
  if (reasons.length > 0 && call.args["force"] !== true) {
    throw new ToolPreconditionError(
      `node ${node} is not removed: ${reasons.join("; ")}`,
      "Move its guests away (migrate_vm), then shutdown_node. force true removes it all the same.",
    );
  }
  await callOperation(call, "DELETE /cluster/config/nodes/{node}", { node });
  return {
    done: true,
    node,
    left: members.map((row) => row.node).filter((name) => name !== node),
    ...(guests.length > 0 && { lost: guests }),
    notes: [
      `Its directory /etc/pve/nodes/${node} stays until root removes it. Before the machine joins any cluster again it has to be installed anew.`,
    ],
  };
}
