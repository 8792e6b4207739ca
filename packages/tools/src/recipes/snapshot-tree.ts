import { type Answer, guestOf, type Invocation, kindOf } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, type Json, type JsonSchema, listOf, openObject } from "../schema.js";
import { isoOf } from "../time.js";
import { notesSchema, type Row } from "../window.js";

const node: JsonSchema = openObject(
  {
    name: { type: "string", description: "`current` is the state now, not a snapshot." },
    taken: { type: "string", description: "UTC." },
    description: { type: "string" },
    vmstate: { type: "boolean", description: "Memory is included: a rollback resumes the guest." },
    state: { type: "string", description: "Set while a task works on it, or after one was cut off." },
    children: { type: "array", description: "Taken after this one, in the same form." },
  },
  ["name"],
);

/** What a guest's snapshots look like. */
export const snapshotTreeOutput = openObject(
  {
    vmid: { type: "integer" },
    node: { type: "string" },
    count: { type: "integer" },
    tree: listOf(node, "Oldest first, each with what descends from it."),
    notes: notesSchema,
  },
  ["vmid", "node", "count", "tree"],
);

/** The snapshots of a guest as a tree, with the place of its present state in it. */
export async function snapshotTree(call: Invocation): Promise<Answer> {
  const guest = guestOf(call);
  const list = await callOperation(call, `GET /nodes/{node}/${kindOf(call)}/{vmid}/snapshot`, guest);
  const rows = (Array.isArray(list) ? list.filter(isRecord) : []).sort((a, b) => age(a) - age(b));
  const names = new Set(rows.map((row) => row["name"]));
  const roots = rows.filter((row) => row["parent"] === undefined || !names.has(row["parent"]));
  return {
    ...guest,
    count: rows.filter((row) => row["name"] !== "current").length,
    tree: roots.map((row) => branch(row, rows)),
  };
}

/** The present state has no time and stands last. */
function age(row: Row): number {
  return typeof row["snaptime"] === "number" ? row["snaptime"] : Infinity;
}

function branch(row: Row, rows: readonly Row[]): Json {
  const children = rows.filter((other) => other["parent"] === row["name"]).map((child) => branch(child, rows));
  const current = row["name"] === "current";
  const { description, snaptime, snapstate } = row;
  return {
    name: String(row["name"]),
    ...(typeof snaptime === "number" && { taken: isoOf(snaptime) }),
    ...(typeof description === "string" && description !== "" && !current && { description }),
    ...(row["vmstate"] === true && { vmstate: true }),
    ...(typeof snapstate === "string" && { state: snapstate }),
    ...(children.length > 0 && { children }),
  };
}
