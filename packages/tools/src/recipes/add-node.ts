import { ToolArgumentError, ToolPreconditionError } from "../errors.js";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { isRecord, type JsonSchema, listOf, openObject } from "../schema.js";
import { awaitTask, taskSchema, withMore } from "../task-answer.js";
import { notesSchema, type Row } from "../window.js";

const text: JsonSchema = { type: "string" };

/** What joining takes, and its task where it was started. */
export const addNodeOutput = openObject(
  {
    ...taskSchema.properties,
    joined: { type: "boolean", description: "Whether the node is a member now." },
    cluster: text,
    via: { ...text, description: "Member to join through." },
    address: text,
    fingerprint: { ...text, description: "Of that member's certificate, to check." },
    members: listOf(text),
    steps: listOf(text, "What an operator does on the joining node."),
    notes: notesSchema,
  },
  ["joined", "cluster", "members"],
);

/**
 * Joins a node to the cluster. Only the joining node can do that, with the password of root@pam, so it happens only
 * where the operator has prepared it; otherwise the answer holds what a person needs for it.
 */
export async function addNode(call: Invocation): Promise<Answer> {
  const node = String(call.args["node_name"]);
  const { info, cluster, members } = await readCluster(call, node);
  const via: Row = info.nodelist.filter(isRecord).find((row) => row["name"] === info.preferred_node) ?? {};
  const address = String(via["pve_addr"] ?? "");
  const fingerprint = String(via["pve_fp"] ?? "");
  const head = { cluster, via: info.preferred_node, address, fingerprint, members };
  const link = textOf(call.args, "cluster_network");
  const joining = await call.joining?.(node);
  if (joining === undefined) {
    const command = `pvecm add ${address} --fingerprint ${fingerprint}${link === undefined ? "" : ` --link0 ${link}`}`;
    return { joined: false, ...head, steps: stepsFor(node, command), notes: [NOT_DONE] };
  }
  const task = await joining.client.call(
    "POST /cluster/config/join",
    { hostname: address, fingerprint, password: joining.clusterPassword, ...(link !== undefined && { link0: link }) },
    call.watch,
  );
  const done = await awaitTask(call, task);
  return withMore(done, { joined: done["task"] === "finished", ...head }, [
    "The joining node gets new certificates: sessions with it end, and its fingerprint is another one now.",
  ]);
}

const NOT_DONE =
  "Nothing was done: a node joins from its own side, as root@pam, and this server is not set up to speak to it.";

function stepsFor(node: string, command: string): readonly string[] {
  return [
    `${node} must hold no guests, have a name no member has, the same PVE release and the right time.`,
    "Every node must reach every other on the cluster network (UDP 5405 to 5412) within about 5 ms.",
    `On ${node}, as root: ${command}`,
    "It asks for the password of root@pam of the member named here.",
    "Afterwards get_cluster_status shows it; storages that only some nodes have want their nodes set (update_storage).",
  ];
}

async function readCluster(call: Invocation, node: string) {
  const status = await call.pve.call("GET /cluster/status", {}, call.watch);
  const cluster = status.find((entry) => entry.type === "cluster")?.name;
  if (cluster === undefined) {
    throw new ToolPreconditionError(
      "this node stands alone: there is no cluster to join",
      "An operator makes one first: pvecm create, or Datacenter → Cluster in the web interface.",
    );
  }
  const wanted = textOf(call.args, "cluster_name");
  if (wanted !== undefined && wanted !== cluster) {
    throw new ToolArgumentError({ cluster_name: `this cluster is called ${cluster}` });
  }
  const members = status.filter((entry) => entry.type === "node").map((entry) => entry.name);
  if (members.includes(node)) throw new ToolPreconditionError(`${node} is a member of ${cluster} already`);
  const info = await call.pve.call("GET /cluster/config/join", {}, call.watch);
  return { info, cluster, members };
}
