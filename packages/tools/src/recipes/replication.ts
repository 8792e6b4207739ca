import { ToolArgumentError, ToolNotFoundError, ToolPreconditionError } from "../errors.js";
import { type Answer, type Invocation, numberOf, textOf } from "../invocation.js";
import { callOperation } from "../operation.js";
import { type JsonSchema, listOf, openObject } from "../schema.js";
import { isoOf } from "../time.js";
import { EMPTY, notesSchema, plain, type Row } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";

const text: JsonSchema = { type: "string" };

/** Replication jobs with how they went. */
export const replicationJobsOutput = openObject(
  {
    items: listOf(
      openObject(
        {
          id: text,
          guest: { type: "integer", description: "VMID." },
          source: text,
          target: text,
          schedule: text,
          disable: { type: "boolean" },
          last_sync: { ...text, description: "UTC, of the last that worked; absent when none has." },
          next_sync: text,
          fail_count: { type: "integer", description: "Failures in a row." },
          error: text,
          removing: { ...text, description: "It is on its way out." },
        },
        ["id"],
      ),
    ),
    count: { type: "integer" },
    notes: notesSchema,
  },
  ["items", "count"],
);

/** Every replication job with its state, which only the node that sends knows. */
export async function replicationJobs(call: Invocation): Promise<Answer> {
  const [jobs, states] = await Promise.all([
    call.pve.call("GET /cluster/replication", {}, call.watch),
    replicationStates(call),
  ]);
  const items = jobs.map((job) => {
    const state = states.byId.get(job.id) ?? {};
    const { id, guest, target, schedule, disable, rate, comment, remove_job } = job;
    return plain({
      id,
      guest,
      source: job.source ?? state["source"],
      target,
      schedule: schedule ?? "*/15",
      ...(disable === true && { disable }),
      rate,
      comment,
      ...(Number(state["last_sync"] ?? 0) > 0 && { last_sync: isoOf(Number(state["last_sync"])) }),
      ...(Number(state["next_sync"] ?? 0) > 0 && { next_sync: isoOf(Number(state["next_sync"])) }),
      fail_count: state["fail_count"],
      error: state["error"],
      removing: remove_job,
    });
  });
  const notes = [...(items.length === 0 ? [EMPTY] : []), ...states.notes];
  return { items, count: items.length, ...(notes.length > 0 && { notes }) };
}

/** The state of every job, by its id, from the nodes that are online. */
export async function replicationStates(call: Invocation): Promise<{
  readonly byId: ReadonlyMap<string, Row>;
  readonly notes: readonly string[];
}> {
  const nodes = await call.pve.call("GET /nodes", {}, call.watch);
  const lists = await Promise.all(
    nodes
      .filter((row) => row.status === "online")
      .map(({ node }) =>
        attempt(`replication on ${node}`, call.pve.call("GET /nodes/{node}/replication", { node }, call.watch)),
      ),
  );
  const rows = lists.flatMap((list) => foundOf(list) ?? []).map((row): Row => ({ ...row }));
  const silent = nodes
    .filter((row) => row.status !== "online")
    .map((row) => `replication on ${row.node} could not be read: it is ${row.status}`);
  return { byId: new Map(rows.map((row) => [String(row["id"]), row])), notes: [...missingOf(lists), ...silent] };
}

/** What making a job answers. */
export const createReplicationOutput = openObject(
  { done: { type: "boolean" }, now: { type: "object", description: "The job." }, notes: notesSchema },
  ["done", "now"],
);

/** Makes a job; its id is the guest's VMID and the next free number unless it is given. */
export async function createReplication(call: Invocation): Promise<Answer> {
  const { id: given, ...params } = call.params;
  const vmid = numberOf(call.args, "vmid");
  if (given === undefined && vmid === undefined) {
    throw new ToolArgumentError({ vmid: "missing; give the guest's VMID, or an id such as 100-0" });
  }
  const guest = vmid ?? Number(String(given).split("-")[0]);
  const rows = await call.pve.call("GET /cluster/resources", { type: "vm" }, call.watch);
  const row = rows.find((one) => one.vmid === guest);
  if (row === undefined) throw new ToolNotFoundError(`there is no guest ${guest}, or the token may not see it`);
  if (row.node === textOf(params, "target")) {
    throw new ToolPreconditionError(`guest ${guest} is on ${String(row.node)} itself`, "Name another node as target.");
  }
  const jobs = await call.pve.call("GET /cluster/replication", {}, call.watch);
  const taken = new Set(jobs.map((job) => job.id));
  const free = Array.from({ length: taken.size + 1 }, (_, number) => `${guest}-${number}`).find((id) => !taken.has(id));
  const id = textOf({ given }, "given") ?? String(free);
  await callOperation(call, "POST /cluster/replication", { ...params, id });
  const now = await call.pve.call("GET /cluster/replication/{id}", { id }, call.watch);
  const { digest: _digest, ...shown }: Row = { ...now };
  return {
    done: true,
    now: plain(shown),
    notes: ["The first run copies whole disks. list_replication_jobs tells when it has been, and how it went."],
  };
}
