import type { ResultOf } from "@pve/client";
import { ToolArgumentError, ToolNotFoundError, ToolPreconditionError } from "../errors.js";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { callOperation } from "../operation.js";
import { type JsonSchema, listOf, openObject } from "../schema.js";
import { withMore } from "../task-answer.js";
import { isoOf } from "../time.js";
import { notesSchema, project, type Row } from "../window.js";
import { attempt, missingOf } from "./attempt.js";
import { namesIn } from "./names-in.js";
import { createRecord, deleteRecord, updateRecord } from "./record-changes.js";
import { bulkNotes, countOutcomes, itemSchema, runAll } from "./run-all.js";
import { contentOf, placesOf } from "./storage-places.js";

const SELECTORS = ["vmid", "all", "pool"];
const text: JsonSchema = { type: "string" };

/** The backup jobs of the cluster. */
export const backupJobsOutput = openObject(
  {
    items: listOf(
      openObject({
        id: text,
        enabled: { type: "boolean" },
        schedule: text,
        next_run: { type: "string", description: "UTC." },
        selection: { type: "string", description: "Which guests." },
        node: { type: "string", description: "Only guests there." },
        storage: text,
        mode: text,
        keep: { type: "object", description: "Retention; absent where the storage's own counts." },
        comment: text,
      }),
    ),
    count: { type: "integer" },
    notes: notesSchema,
  },
  ["items", "count"],
);

/** The jobs, with what they select in words and when they run next. */
export async function listBackupJobs(call: Invocation): Promise<Answer> {
  const jobs = await call.pve.call("GET /cluster/backup", {}, call.watch);
  const items = jobs.map((job) => project(showJob(job), undefined));
  return { items, count: items.length, ...(items.length === 0 && { notes: ["There is no backup job."] }) };
}

function showJob(job: ResultOf<"GET /cluster/backup">[number]): Row {
  const next = job["next-run"];
  return {
    id: job.id,
    enabled: job.enabled !== false,
    schedule: job.schedule,
    ...(next !== undefined && { next_run: isoOf(next) }),
    selection: selectionOf({ ...job }),
    node: job.node,
    storage: job.storage,
    mode: job.mode ?? "snapshot",
    keep: job["prune-backups"],
    comment: job.comment,
  };
}

function selectionOf(job: Row): string {
  const list = (value: unknown) => (Array.isArray(value) ? value.join(", ") : String(value).replaceAll(",", ", "));
  if (job["pool"] !== undefined) return `pool ${String(job["pool"])}`;
  if (job["vmid"] !== undefined) return list(job["vmid"]);
  if (job["all"] !== true) return "none";
  return job["exclude"] === undefined ? "all" : `all except ${list(job["exclude"])}`;
}

/** What making a backup job answers: how it reads, and the guests it covers. */
export const createBackupJobOutput = openObject(
  {
    done: { type: "boolean" },
    id: text,
    now: { type: "object" },
    covers: listOf({ type: "integer" }, "Guests by VMID, as of now."),
    notes: notesSchema,
  },
  ["done", "id"],
);

/** Makes a backup job. Exactly one way of selecting guests has to be given; an id is found when none is. */
export async function createBackupJob(call: Invocation): Promise<Answer> {
  const given = { ...call.options, ...call.params };
  const ways = SELECTORS.filter((name) => given[name] !== undefined && given[name] !== false);
  if (ways.length !== 1 && !(ways.length === 0 && given["exclude"] !== undefined)) {
    throw new ToolArgumentError({
      vmid: `exactly one of vmid, all and pool says what to back up; ${ways.length} given`,
    });
  }
  await Promise.all([assertTakesBackups(call), assertGuests(call)]);
  // PVE answers null, so a job without an id of ours could not be told from the others.
  const id = textOf(call.params, "id") ?? `backup-${markOf(given)}`;
  const made = await createRecord({ ...call, params: { ...call.params, id } });
  const covered = await attempt("which guests it covers", coveredBy(call, id));
  return withMore(
    made,
    { id, ...("value" in covered && { covers: covered.value.map(({ vmid }) => vmid) }) },
    missingOf([covered]),
  );
}

/**
 * A short name for settings, the same for the same: a request that is planned or waits for approval has to be the same
 * when it is sent, and one that is repeated must not make a second job.
 */
function markOf(settings: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
  let mark = 0x811c9dc5;
  for (const character of text) mark = Math.imul(mark ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return mark.toString(36);
}

/** Changes a backup job, and shows what differs. */
export async function updateBackupJob(call: Invocation): Promise<Answer> {
  await Promise.all([assertTakesBackups(call), assertGuests(call)]);
  return updateRecord(call);
}

/** PVE would take any storage, and the job would fail every night. */
async function assertTakesBackups(call: Invocation): Promise<void> {
  const storage = textOf(call.params, "storage");
  if (storage === undefined) return;
  const places = await placesOf(call, storage);
  if (places.some((place) => contentOf(place).includes("backup"))) return;
  throw new ToolPreconditionError(`storage ${storage} takes no backups`, "get_storage shows which do.");
}

/** PVE would take any number, and the job would fail on it every time. */
async function assertGuests(call: Invocation): Promise<void> {
  const vmids = namesIn(call.params["vmid"]).map(Number);
  if (vmids.length === 0) return;
  const rows = await call.pve.call("GET /cluster/resources", { type: "vm" }, call.watch);
  const unseen = vmids.filter((vmid) => !rows.some((row) => row.vmid === vmid));
  // Of a guest that the token may not see, PVE still says that its number is taken.
  const free = await Promise.all(unseen.map((vmid) => isFree(call, vmid)));
  const missing = unseen.filter((_vmid, at) => free[at] === true);
  if (missing.length > 0) throw new ToolNotFoundError(`there is no guest ${missing.join(", ")}`);
}

async function isFree(call: Invocation, vmid: number): Promise<boolean> {
  return "value" in (await attempt("whether it is free", call.pve.call("GET /cluster/nextid", { vmid }, call.watch)));
}

/** A guest that a job backs up, and the disks of it that stay out. */
export interface CoveredGuest {
  readonly vmid: number;
  readonly skipped: readonly string[];
}

/** The guests a backup job covers at present. */
export async function coveredBy(call: Invocation, id: string): Promise<readonly CoveredGuest[]> {
  const { children } = await call.pve.call("GET /cluster/backup/{id}/included_volumes", { id }, call.watch);
  return children.map((guest) => ({
    vmid: Number(guest.id),
    skipped: (guest.children ?? []).filter((disk) => disk.included === false).map((disk) => keyOf(disk.id)),
  }));
}

/** `100:scsi0` */
function keyOf(id: unknown): string {
  return String(id).split(":").at(-1) ?? String(id);
}

/** What removing a backup job answers: how it read, and the guests that no job covers any more. */
export const deleteBackupJobOutput = openObject(
  {
    done: { type: "boolean" },
    was: { type: "object" },
    uncovered: listOf(openObject({ vmid: { type: "integer" }, name: text }), "Guests that now are in no job."),
    notes: notesSchema,
  },
  ["done", "was"],
);

/** Removes a backup job, and says whom it leaves without one. */
export async function deleteBackupJob(call: Invocation): Promise<Answer> {
  const bare = () => call.pve.call("GET /cluster/backup-info/not-backed-up", {}, call.watch);
  const before = await attempt("whom the job leaves without one", bare());
  const done = await deleteRecord(call);
  if (!("value" in before)) return withMore(done, {}, missingOf([before]));
  const known = new Set(before.value.map(({ vmid }) => vmid));
  const after = await attempt("whom the job leaves without one", bare());
  const rows = "value" in after ? after.value.filter(({ vmid }) => !known.has(vmid)) : [];
  const uncovered = rows.map(({ vmid, name }) => ({ vmid, ...(name !== undefined && { name }) }));
  return withMore(done, { uncovered }, ["Backups that were made stay.", ...missingOf([after])]);
}

/** What a job's own settings are, and what a run takes. */
const NOT_OF_A_RUN = new Set([
  ...["id", "type", "schedule", "enabled", "node", "comment", "next-run", "repeat-missed", "starttime", "dow"],
  ...["digest", "job-id"],
]);

/** What running a backup job answers: each node by itself. */
export const runBackupJobOutput = openObject(
  {
    id: text,
    items: listOf(itemSchema({ node: text })),
    totals: { type: "object", additionalProperties: { type: "integer" } },
    notes: notesSchema,
  },
  ["id", "items", "totals"],
);

/**
 * Runs a backup job now, with its own settings: PVE has no call for that, so each node is asked to back up the guests it
 * has, once.
 */
export async function runBackupJob(call: Invocation): Promise<Answer> {
  const id = String(call.args["id"]);
  const job: Row = { ...(await call.pve.call("GET /cluster/backup/{id}", { id }, call.watch)) };
  const settings = Object.fromEntries(Object.entries(job).filter(([name]) => !NOT_OF_A_RUN.has(name)));
  const nodes = await call.pve.call("GET /nodes", {}, call.watch);
  const wanted = nodes.filter(({ node }) => job["node"] === undefined || job["node"] === node);
  const online = wanted.filter(({ status }) => status === "online").map(({ node }) => node);
  if (online.length === 0) throw new ToolPreconditionError(`no node that job ${id} concerns is online`);
  const works = online.map((node) => ({
    label: node,
    start: () => callOperation(call, "POST /nodes/{node}/vzdump", { ...settings, node }),
  }));
  const results = await runAll(call, works, online.length);
  const items = online.map((node, at) => ({ node, ...(results[at] ?? { outcome: "not_started" as const }) }));
  const shown = items.map((item) =>
    // PVE answers OK instead of a task where a node has none of the guests.
    item.outcome === "done" && item.upid === undefined
      ? { node: item.node, outcome: "skipped" as const, reason: "none of the guests is there" }
      : item,
  );
  const offline = wanted.filter(({ node }) => !online.includes(node)).map(({ node }) => `${node} is offline.`);
  return {
    id,
    items: shown.map((item) => ({ ...item })),
    totals: countOutcomes(shown),
    ...withMore({}, {}, [...bulkNotes(shown), ...offline]),
  };
}
