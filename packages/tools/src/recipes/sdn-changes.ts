import { ToolPreconditionError } from "../errors.js";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { isRecord, type Json, type JsonSchema, listOf, openObject } from "../schema.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";
import { EMPTY, notesSchema, plain, type Row } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";
import { knownNode } from "./known-node.js";

const text: JsonSchema = { type: "string" };
const change = openObject({
  kind: { ...text, description: "zone, vnet, subnet or controller." },
  id: text,
  state: { ...text, description: "new, changed or deleted." },
  pending: { type: "object", description: "What it will read." },
});
const changes = listOf(change, "What is staged.");

/** A list of the SDN: each entry as it is in force, with what is staged. */
export const sdnListOutput = openObject(
  { items: listOf({ type: "object" }), count: { type: "integer" }, notes: notesSchema },
  ["items", "count"],
);

/** What is staged, and what that would change on a node. */
export const sdnChangesOutput = openObject(
  {
    changes,
    count: { type: "integer" },
    node: text,
    interfaces_diff: { ...text, description: "Of /etc/network/interfaces.d/sdn." },
    frr_diff: { ...text, description: "Of the routing configuration." },
    notes: notesSchema,
  },
  ["changes", "count"],
);

/** What applying answers. */
export const applySdnOutput = taskSchemaWith({ applied: { type: "boolean" }, changes });

/** What dropping answers. */
export const rollbackSdnOutput = openObject({ done: { type: "boolean" }, lost: changes, notes: notesSchema }, [
  "done",
  "lost",
]);

/** Lists one kind without digests. */
export async function sdnList(call: Invocation): Promise<Answer> {
  const rows = await callOperation(call, call.tool.entry.operation, call.params);
  const items = (Array.isArray(rows) ? rows : []).filter(isRecord).map(withoutDigest);
  const waits = items.some((item) => isRecord(item) && item["state"] !== undefined);
  const notes = [...(items.length === 0 ? [EMPTY] : []), ...(waits ? ["Something waits for apply_sdn_changes."] : [])];
  return { items, count: items.length, ...(notes.length > 0 && { notes }) };
}

/** Everything staged, and the dry run on a node where PVE has one. */
export async function sdnChanges(call: Invocation): Promise<Answer> {
  const staged = await stagedChanges(call);
  const named = textOf(call.args, "node_name");
  const node = named === undefined ? await firstOnline(call) : (await knownNode(call, named)).node;
  const dry = await attempt(
    "what it changes on a node",
    call.pve.call("GET /cluster/sdn/dry-run", { node }, call.watch),
  );
  const found = foundOf(dry);
  const notes = [...(staged.length === 0 ? ["Nothing is staged."] : []), ...missingOf([dry])];
  return {
    changes: staged,
    count: staged.length,
    ...(found !== undefined && { node, interfaces_diff: found["interfaces-diff"], frr_diff: found["frr-diff"] }),
    ...(notes.length > 0 && { notes }),
  };
}

/** Applies what is staged and waits until the nodes have reloaded. */
export async function applySdn(call: Invocation): Promise<Answer> {
  const staged = await stagedChanges(call);
  const task = await callOperation(call, "PUT /cluster/sdn", {});
  const done: Answer = isTask(task) ? await awaitTask(call, task) : {};
  const notes = staged.length === 0 ? ["Nothing was staged; the nodes have loaded the same again."] : [];
  return withMore(done, { applied: done["task"] === "finished", changes: staged }, notes);
}

/** Drops what is staged. */
export async function rollbackSdn(call: Invocation): Promise<Answer> {
  const lost = await stagedChanges(call);
  if (lost.length === 0) throw new ToolPreconditionError("nothing is staged in the SDN", "There is nothing to drop.");
  await callOperation(call, "POST /cluster/sdn/rollback", {});
  return { done: true, lost };
}

async function stagedChanges(call: Invocation): Promise<readonly Json[]> {
  const pending = { pending: true };
  const [zones, vnets, controllers] = await Promise.all([
    call.pve.call("GET /cluster/sdn/zones", pending, call.watch),
    call.pve.call("GET /cluster/sdn/vnets", pending, call.watch),
    call.pve.call("GET /cluster/sdn/controllers", pending, call.watch),
  ]);
  const route = "GET /cluster/sdn/vnets/{vnet}/subnets";
  const subnets = await Promise.all(vnets.map(({ vnet }) => call.pve.call(route, { vnet, ...pending }, call.watch)));
  return [
    ...changed("zone", zones),
    ...changed("vnet", vnets),
    ...changed("subnet", subnets.flat()),
    ...changed("controller", controllers),
  ];
}

function changed(kind: string, rows: readonly object[]): readonly Json[] {
  return rows
    .map((row): Row => ({ ...row }))
    .filter((row) => row["state"] !== undefined)
    .map((row) => plain({ kind, id: row[kind], state: row["state"], pending: row["pending"] }));
}

function withoutDigest({ digest: _digest, ...row }: Row): Json {
  return plain(row);
}

async function firstOnline(call: Invocation): Promise<string> {
  const nodes = await call.pve.call("GET /nodes", {}, call.watch);
  return nodes.find((row) => row.status === "online")?.node ?? "localhost";
}
