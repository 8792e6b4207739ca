import { ToolPreconditionError } from "../errors.js";
import { type Answer, type Invocation, numberOf } from "../invocation.js";
import { type JsonSchema, listOf, openObject } from "../schema.js";
import { notesSchema } from "../window.js";

const text: JsonSchema = { type: "string" };
/** PVE shows a log from its beginning, 50 lines unless told otherwise; its end is what matters. */
const MOST = 5000;

/** What starting a job answers. */
export const runReplicationOutput = openObject(
  { done: { type: "boolean" }, id: text, node: { ...text, description: "The sender." }, notes: notesSchema },
  ["done", "id", "node"],
);

/** The log of a job's last run. */
export const replicationLogOutput = openObject(
  { id: text, node: text, lines: listOf(text), returned: { type: "integer" }, notes: notesSchema },
  ["id", "node", "lines", "returned"],
);

/** Has a job run at the next opportunity. */
export async function runReplication(call: Invocation): Promise<Answer> {
  const { id, node, disabled } = await senderOf(call);
  if (disabled)
    throw new ToolPreconditionError(`job ${id} is switched off`, "update_replication_job with delete: disable.");
  await call.pve.call("POST /nodes/{node}/replication/{id}/schedule_now", { node, id }, call.watch);
  return {
    done: true,
    id,
    node,
    notes: [
      "It starts within a minute. list_replication_jobs tells when it has been, get_replication_log how it went.",
    ],
  };
}

/** What the last run of a job wrote. */
export async function replicationLog(call: Invocation): Promise<Answer> {
  const { id, node } = await senderOf(call);
  const limit = numberOf(call.args, "limit") ?? 100;
  const rows = await call.pve.call("GET /nodes/{node}/replication/{id}/log", { node, id, limit: MOST }, call.watch);
  const all = rows
    .map((row) => row.t ?? "")
    .filter((line) => line !== "no content" && !line.startsWith("unable to open"));
  const lines = all.slice(-limit);
  const notes = [
    ...(all.length > lines.length ? [`The last ${lines.length} of ${all.length} lines.`] : []),
    ...(all.length === 0 ? ["It has not run yet."] : []),
  ];
  return { id, node, lines, returned: lines.length, ...(notes.length > 0 && { notes }) };
}

/** The node that sends: the one the guest is on. */
async function senderOf(call: Invocation) {
  const id = String(call.params["id"]);
  const job = await call.pve.call("GET /cluster/replication/{id}", { id }, call.watch);
  const rows = await call.pve.call("GET /cluster/resources", { type: "vm" }, call.watch);
  const node = rows.find((row) => row.vmid === job.guest)?.node ?? job.source;
  if (node === undefined) throw new ToolPreconditionError(`guest ${job.guest} of job ${id} is on no node`);
  return { id, node, disabled: job.disable === true };
}
