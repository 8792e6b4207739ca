import { ToolArgumentError } from "../errors.js";
import type { Answer, Invocation } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, type Json, type JsonSchema, listOf, openObject } from "../schema.js";
import { EMPTY, notesSchema, plain } from "../window.js";
import { knownNode } from "./known-node.js";

const text: JsonSchema = { type: "string" };
const KINDS = ["pci", "usb", "dir"] as const;

/** Mappings of all kinds. */
export const mappingsOutput = openObject(
  {
    items: listOf(
      openObject({
        kind: text,
        id: text,
        map: listOf(text, "One entry a node."),
        description: text,
        problems: listOf(text, "What is wrong with it on the node that was checked."),
      }),
    ),
    count: { type: "integer" },
    notes: notesSchema,
  },
  ["items", "count"],
);

/** Lists the mappings of every kind. */
export async function mappings(call: Invocation): Promise<Answer> {
  if (call.params["check-node"] !== undefined) await knownNode(call, String(call.params["check-node"]));
  const lists = await Promise.all(
    KINDS.map(async (kind) => {
      const rows = await callOperation(call, `GET /cluster/mapping/${kind}`, call.params);
      return (Array.isArray(rows) ? rows.filter(isRecord) : []).map((row) => shown(kind, row));
    }),
  );
  const items = lists.flat();
  return { items, count: items.length, ...(items.length === 0 && { notes: [EMPTY] }) };
}

/** Makes a mapping and reads it back. */
export async function createMapping(call: Invocation): Promise<Answer> {
  const kind = kindOf(call);
  const { mdev, ...params } = call.params;
  if (mdev !== undefined && kind !== "pci") throw new ToolArgumentError({ mdev: "only PCI devices have it" });
  await callOperation(call, `POST /cluster/mapping/${kind}`, { ...params, ...(mdev !== undefined && { mdev }) });
  return { done: true, now: shown(kind, await readMapping(call, kind)) };
}

/** Removes a mapping that is there. PVE itself says nothing when it is not. */
export async function deleteMapping(call: Invocation): Promise<Answer> {
  const kind = kindOf(call);
  const was = shown(kind, await readMapping(call, kind));
  await callOperation(call, `DELETE /cluster/mapping/${kind}/{id}`, call.params);
  return { done: true, was };
}

function kindOf(call: Invocation): (typeof KINDS)[number] {
  return KINDS.find((kind) => kind === call.args["kind"]) ?? "pci";
}

async function readMapping(call: Invocation, kind: (typeof KINDS)[number]) {
  const { id } = call.params;
  const record = await callOperation(call, `GET /cluster/mapping/${kind}/{id}`, { id });
  return isRecord(record) ? { ...record, id } : { id };
}

function shown(kind: string, row: Readonly<Record<string, unknown>>): Json {
  const { id, map, description, mdev } = row;
  const found = [row["checks"], row["errors"]].flatMap((one) => (Array.isArray(one) ? one.filter(isRecord) : []));
  const problems = found.map((one) => `${String(one["severity"])}: ${String(one["message"]).trim()}`);
  return plain({ kind, id, map, description, mdev, ...(problems.length > 0 && { problems }) });
}
