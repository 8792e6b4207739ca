import { PveRequestError } from "@pve/client";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { type Json, type JsonSchema, listOf, openObject } from "../schema.js";
import { notesSchema, plain, project, type Row } from "../window.js";
import { flattenOsds, summarizeCeph } from "./ceph-figures.js";
import { knownNode } from "./known-node.js";

const installed: JsonSchema = { type: "boolean", description: "false: the nodes run no Ceph." };
const record: JsonSchema = { type: "object" };

/** Health and figures of Ceph. */
export const cephStatusOutput = openObject(
  {
    installed,
    health: { type: "string", description: "HEALTH_OK, HEALTH_WARN or HEALTH_ERR." },
    reasons: listOf({ type: "string" }),
    monitors: record,
    osds: record,
    placement_groups: record,
    bytes: { ...record, description: "total, used, available, data." },
    notes: notesSchema,
  },
  ["installed"],
);

/** A list of Ceph. */
export const cephListOutput = openObject(
  { installed, items: listOf(record), count: { type: "integer" }, notes: notesSchema },
  ["installed", "items", "count"],
);

/** How Ceph is doing, in a few figures. */
export async function cephStatus(call: Invocation): Promise<Answer> {
  return withCeph({}, async () => {
    const status: Row = { ...(await call.pve.call("GET /cluster/ceph/status", {}, call.watch)) };
    return { installed: true, ...summarizeCeph(status) };
  });
}

/** The OSDs, host by host. */
export async function cephOsds(call: Invocation): Promise<Answer> {
  const node = await askedNode(call);
  return withCeph(EMPTY_LIST, async () => {
    const { root, flags } = await call.pve.call("GET /nodes/{node}/ceph/osd", { node }, call.watch);
    return { ...listOfItems(flattenOsds(root)), ...(typeof flags === "string" && flags !== "" && { flags }) };
  });
}

/** The pools. */
export async function cephPools(call: Invocation): Promise<Answer> {
  const node = await askedNode(call);
  return withCeph(EMPTY_LIST, async () => {
    const rows = await call.pve.call("GET /nodes/{node}/ceph/pool", { node }, call.watch);
    return listOfItems(rows.map((row) => project({ ...row }, POOL)));
  });
}

/** The flags that are set; the others are only named. */
export async function cephFlags(call: Invocation): Promise<Answer> {
  return withCeph(EMPTY_LIST, async () => {
    const rows = await call.pve.call("GET /cluster/ceph/flags", {}, call.watch);
    const set = rows.filter((row) => row.value).map(({ name, description }) => plain({ name, description }));
    const others = rows.filter((row) => !row.value).map((row) => row.name);
    return { ...listOfItems(set), ...(others.length > 0 && { notes: [`Not set: ${others.join(", ")}.`] }) };
  });
}

const POOL = [
  ...["pool_name", "type", "size", "min_size", "pg_num", "pg_autoscale_mode", "crush_rule_name"],
  ...["bytes_used", "percent_used", "application_metadata"],
];
const EMPTY_LIST = { items: [], count: 0 };

function listOfItems(items: readonly Json[]) {
  return { installed: true, items, count: items.length };
}

/** Nodes without Ceph refuse every question about it; that is an answer here. */
async function withCeph(otherwise: Answer, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { installed: false, ...otherwise, notes: [`The nodes run no Ceph: ${error.reason}`] };
  }
}

/** Whether a refusal means that there is no Ceph, or none that is set up. */
function isMissing(error: unknown): error is PveRequestError {
  return (
    error instanceof PveRequestError &&
    /not installed|not (?:fully )?configured|not enabled|not initialized/.test(error.reason)
  );
}

async function askedNode(call: Invocation): Promise<string> {
  const named = textOf(call.params, "node");
  if (named !== undefined) return (await knownNode(call, named)).node;
  const nodes = await call.pve.call("GET /nodes", {}, call.watch);
  return nodes.find((row) => row.status === "online")?.node ?? "localhost";
}
