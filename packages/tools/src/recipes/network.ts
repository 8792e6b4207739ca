import { withMeta } from "@pve/client";
import { ToolArgumentError, ToolNotFoundError, ToolPreconditionError } from "../errors.js";
import { type Answer, type Invocation, numberOf, textOf } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { type JsonSchema, listOf, openObject } from "../schema.js";
import { awaitTask, withMore } from "../task-answer.js";
import { notesSchema, plain, project, type Row } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";

const text: JsonSchema = { type: "string" };
const pending: JsonSchema = {
  ...text,
  description: "What is staged and not in force yet, as a diff of /etc/network/interfaces.",
};
const FIELDS = [
  ...["iface", "type", "active", "autostart", "method", "cidr", "gateway", "method6", "cidr6", "gateway6"],
  ...["bridge_ports", "bridge_vlan_aware", "bridge_vids", "slaves", "bond_mode", "vlan-id", "vlan-raw-device"],
  ...["ovs_bridge", "ovs_ports", "ovs_tag", "mtu", "comments"],
];
const iface = openObject({
  iface: text,
  type: { ...text, description: "bridge, bond, eth, vlan, OVSBridge …" },
  active: { type: "boolean" },
  cidr: { ...text, description: "Address and prefix length." },
  gateway: text,
  "vlan-id": { type: "number" },
  "vlan-raw-device": text,
  bridge_vlan_aware: { type: "boolean" },
});

/** The interfaces of a node, and what is staged. */
export const nodeNetworkOutput = openObject(
  { node: text, items: listOf(iface), count: { type: "integer" }, pending, notes: notesSchema },
  ["node", "items", "count"],
);

/** What a node knows of VLANs. */
export const vlanConfigOutput = openObject(
  {
    node: text,
    vlans: listOf(iface, "VLAN interfaces."),
    bridges: listOf(iface, "Bridges that pass VLANs on: a guest's network card takes a tag there."),
    zones: listOf({ type: "object" }, "SDN zones of type vlan or qinq."),
    pending,
    notes: notesSchema,
  },
  ["node", "vlans", "bridges"],
);

/** What a staged change answers. */
export const writeVlanOutput = openObject(
  {
    done: { type: "boolean" },
    node: text,
    iface: text,
    applied: { type: "boolean", description: "In force; otherwise staged only." },
    task: text,
    exitstatus: text,
    upid: text,
    pending,
    notes: notesSchema,
  },
  ["done", "node", "iface", "applied"],
);

/** The interfaces of a node. */
export async function nodeNetwork(call: Invocation): Promise<Answer> {
  const { node, items, changes } = await readNetwork(call);
  return {
    node,
    items: items.map((row) => project(row, FIELDS)),
    count: items.length,
    ...(changes !== undefined && { pending: changes, notes: [STAGED] }),
  };
}

/** VLAN interfaces, bridges that know VLANs, and SDN zones made of VLANs. */
export async function vlanConfig(call: Invocation): Promise<Answer> {
  const { node, items, changes } = await readNetwork(call);
  const listed = await attempt("the SDN zones", call.pve.call("GET /cluster/sdn/zones", {}, call.watch));
  const zones = (foundOf(listed) ?? []).filter((zone) => zone.type === "vlan" || zone.type === "qinq");
  const notes = [...(changes === undefined ? [] : [STAGED]), ...missingOf([listed])];
  return {
    node,
    vlans: items.filter((row) => row["type"] === "vlan").map((row) => project(row, FIELDS)),
    bridges: items.filter((row) => row["bridge_vlan_aware"] === true).map((row) => project(row, FIELDS)),
    ...("value" in listed && { zones: zones.map((zone) => plain({ ...zone, digest: undefined })) }),
    ...(changes !== undefined && { pending: changes }),
    ...(notes.length > 0 && { notes }),
  };
}

/** Stages a new VLAN interface; named after its device and tag unless it is named otherwise. */
export async function createVlan(call: Invocation): Promise<Answer> {
  const { params } = call;
  const device = textOf(params, "vlan-raw-device");
  const tag = numberOf(params, "vlan-id");
  const name = textOf(params, "iface") ?? (device !== undefined && tag !== undefined ? `${device}.${tag}` : undefined);
  if (name === undefined) {
    throw new ToolArgumentError({ iface: "missing; give it, or both vlan-raw-device and vlan-id" });
  }
  const before = await readNetwork(call);
  refuseForeign(call, before.changes);
  await callOperation(call, "POST /nodes/{node}/network", { ...params, iface: name });
  return finish(call, name);
}

/** Stages a change of a VLAN interface. With `apply` and nothing else, all that is staged comes into force. */
export async function updateVlan(call: Invocation): Promise<Answer> {
  const name = String(call.params["iface"]);
  const { items } = await readNetwork(call);
  const current = vlanNamed(items, name);
  const { node: _node, iface: _iface, type: _type, ...settings } = call.params;
  if (Object.keys(settings).length > 0) {
    const kept = Object.fromEntries(KEPT.flatMap((key) => (current[key] === undefined ? [] : [[key, current[key]]])));
    const removed = new Set(Array.isArray(settings["delete"]) ? settings["delete"].map(String) : []);
    const sent = Object.fromEntries(Object.entries(kept).filter(([key]) => !removed.has(key)));
    await callOperation(call, "PUT /nodes/{node}/network/{iface}", { ...sent, ...call.params });
  } else if (call.args["apply"] !== true) {
    throw new ToolArgumentError({ iface: "no setting is given, and apply is not true" });
  }
  return finish(call, name);
}

/** Stages the removal of a VLAN interface; any other interface is refused. */
export async function deleteVlan(call: Invocation): Promise<Answer> {
  const name = String(call.params["iface"]);
  const { node, items, changes } = await readNetwork(call);
  vlanNamed(items, name);
  const users = items.filter((row) =>
    String(row["bridge_ports"] ?? "")
      .split(/[ ,]+/)
      .includes(name),
  );
  if (users.length > 0) {
    throw new ToolPreconditionError(`${name} carries ${users.map((row) => String(row["iface"])).join(", ")}`);
  }
  refuseForeign(call, changes);
  await callOperation(call, "DELETE /nodes/{node}/network/{iface}", { node, iface: name });
  return finish(call, name);
}

const STAGED =
  "Something is staged; it comes into force when the network configuration is applied, or at the next reboot.";

/** Settings that PVE would drop from an interface when an update does not repeat them. */
const KEPT = ["cidr", "gateway", "cidr6", "gateway6", "autostart", "mtu", "comments", "vlan-id", "vlan-raw-device"];

async function readNetwork(call: Invocation) {
  const node = String(call.params["node"]);
  const type = textOf(call.args, "type");
  // The staged changes come with the whole list only.
  const [{ changes }, rows] = await Promise.all([
    withMeta(call.pve.call("GET /nodes/{node}/network", { node }, call.watch)),
    callOperation(call, "GET /nodes/{node}/network", { node, ...(type !== undefined && { type }) }),
  ]);
  const items = (Array.isArray(rows) ? rows : []) as readonly Row[];
  return { node, items, changes: changes === "" ? undefined : changes };
}

function vlanNamed(items: readonly Row[], name: string): Row {
  const row = items.find((one) => one["iface"] === name);
  const vlans = items.filter((one) => one["type"] === "vlan").map((one) => String(one["iface"]));
  if (row?.["type"] === "vlan") return row;
  throw new ToolNotFoundError(
    row === undefined ? `there is no interface ${name}` : `${name} is no VLAN but of type ${String(row["type"])}`,
    vlans.length > 0 ? `VLAN interfaces: ${vlans.join(", ")}.` : "The node has no VLAN interface.",
  );
}

/** Applying takes everything that is staged, also what somebody else has not finished. */
function refuseForeign(call: Invocation, changes: string | undefined): void {
  if (call.args["apply"] !== true || changes === undefined) return;
  throw new ToolPreconditionError(
    "other changes of the network are staged already, and apply would put them into force too",
    `Leave apply out, look at what is staged (get_vlan_config), then apply all of it with update_vlan.\n${changes}`,
  );
}

async function finish(call: Invocation, name: string): Promise<Answer> {
  const node = String(call.params["node"]);
  const { changes } = await withMeta(call.pve.call("GET /nodes/{node}/network", { node }, call.watch));
  const head = { done: true, node, iface: name, ...(changes !== undefined && changes !== "" && { pending: changes }) };
  if (call.args["apply"] !== true)
    return { ...head, applied: false, notes: ["Staged only. update_vlan with apply true puts it into force."] };
  const task = await callOperation(call, "PUT /nodes/{node}/network", { node });
  const { pending: _pending, ...rest } = head;
  const ended: Answer = isTask(task) ? await awaitTask(call, task) : {};
  return withMore(ended, { ...rest, applied: ended["task"] !== "running" });
}
