import { ToolNotFoundError } from "../errors.js";
import type { Answer, Invocation } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";
import { attempt, foundOf, missingOf } from "./attempt.js";

/** What acting on a service answers: the task, and the state afterwards. */
export const serviceActionOutput = taskSchemaWith({
  service: { type: "string" },
  state: { type: "string", description: "running, dead …" },
  "active-state": { type: "string" },
});

/** What goes wrong for others while a service is away. */
const CUTS: Readonly<Record<string, string>> = {
  corosync: "The node leaves the cluster meanwhile; where HA runs guests on it, the node may be fenced.",
  "pve-cluster": "Nothing can be changed on the node meanwhile.",
  "pve-ha-crm": "HA decides nothing while this node is its master.",
  "pve-ha-lrm": "HA takes care of no guest on this node meanwhile.",
  pveproxy: "Connections to the API and the web interface of the node break off.",
  "pve-firewall": "Rules are not kept up to date while it is stopped.",
  sshd: "Migrations and consoles of other nodes need it.",
};

/** Starts, stops, restarts or reloads a service and says how it is doing afterwards. */
export async function serviceAction(call: Invocation): Promise<Answer> {
  const { node, service } = call.params;
  const at = { node: String(node), service: String(service) };
  const read = () => callOperation(call, "GET /nodes/{node}/services/{service}/state", at);
  const before = Object(await read());
  if (before["unit-state"] === "not-found") {
    throw new ToolNotFoundError(`${at.service} is not installed on ${at.node}`, "list_node_services shows what is.");
  }
  const task = await callOperation(call, call.tool.entry.operation, at);
  const done: Answer = isTask(task) ? await awaitTask(call, task) : {};
  const now = await attempt("its state afterwards", read());
  const { state, "active-state": active } = Object(foundOf(now));
  const cut = CUTS[at.service];
  const cuts = cut !== undefined && call.tool.risk === "destroy" ? [cut] : [];
  return withMore(done, { service: at.service, state, "active-state": active }, [...cuts, ...missingOf([now])]);
}
