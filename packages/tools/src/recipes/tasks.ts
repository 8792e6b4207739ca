import { type Answer, type Invocation, numberOf, textOf } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, type Json, type JsonSchema, listOf, openObject } from "../schema.js";
import { epochOf, isoOf } from "../time.js";
import { EMPTY, notesSchema, type Row } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";

const DEFAULT_LIMIT = 50;
const text: JsonSchema = { type: "string" };

/** What a list of tasks looks like. */
export const tasksOutput = openObject(
  {
    items: listOf(
      openObject(
        {
          upid: text,
          node: text,
          type: { type: "string", description: "Worker type, such as qmstart or vzdump." },
          id: { type: "string", description: "What it works on, usually a VMID." },
          user: text,
          status: { type: "string", enum: ["running", "ok", "warning", "error", "unknown"] },
          exitstatus: { type: "string", description: "PVE's words, where they are not just OK." },
          started: { type: "string", description: "UTC." },
          seconds: { type: "integer", description: "How long it took." },
        },
        ["upid"],
      ),
      "Newest first.",
    ),
    returned: { type: "integer" },
    notes: notesSchema,
  },
  ["items", "returned"],
);

/** Tasks of one node, or of every node that is online, newest first. */
export async function listTasks(call: Invocation): Promise<Answer> {
  const { node, since, until, ...filters } = call.params;
  const params = { source: "all", ...filters, ...moment(call, "since", since), ...moment(call, "until", until) };
  const notes = jobsNotes(filters);
  if (node !== undefined) {
    const rows = await callOperation(call, "GET /nodes/{node}/tasks", { ...params, node });
    return answer(rowsOf(rows), limitOf(call), notes);
  }
  const nodes = await call.pve.call("GET /nodes", {}, call.watch);
  const asked = nodes.filter((row) => row.status === "online").map((row) => row.node);
  const lists = await Promise.all(
    asked.map((name) =>
      attempt(`the tasks of ${name}`, callOperation(call, "GET /nodes/{node}/tasks", { ...params, node: name })),
    ),
  );
  const silent = nodes
    .filter((row) => row.status !== "online")
    .map((row) => `the tasks of ${row.node} could not be read: it is ${row.status}`);
  return answer(
    lists.flatMap((list) => rowsOf(foundOf(list))),
    limitOf(call),
    [...notes, ...silent, ...missingOf(lists)],
  );
}

/** A run of a backup job is one task a node, whatever guests are in it, and PVE finds it by none of their numbers. */
function jobsNotes({ vmid, typefilter }: Row): readonly string[] {
  if (vmid === undefined || typefilter !== "vzdump") return [];
  return ["A job's run over several guests is not among these: leave vmid out, then see its log (get_task_log)."];
}

/** What the cluster keeps at hand of every node: running tasks and the latest finished ones. */
export async function clusterTasks(call: Invocation): Promise<Answer> {
  const rows = await call.pve.call("GET /cluster/tasks", {}, call.watch);
  return answer(rowsOf(rows), limitOf(call), [
    "Each node shares its latest tasks only; list_tasks reads further back.",
  ]);
}

function limitOf(call: Invocation): number {
  return numberOf(call.args, "limit") ?? DEFAULT_LIMIT;
}

function answer(rows: readonly Row[], limit: number, notes: readonly string[]): Answer {
  const newest = [...rows].sort((a, b) => Number(b["starttime"]) - Number(a["starttime"]));
  const items = newest.slice(0, limit).map(showTask);
  const more =
    rows.length >= limit && limit > 0
      ? [`The newest ${items.length}; there may be older ones: raise limit, or narrow with since, vmid or typefilter.`]
      : [];
  const all = [...(items.length === 0 ? [EMPTY] : more), ...notes];
  return { items, returned: items.length, ...(all.length > 0 && { notes: all }) };
}

/** A task as both lists give it: finished ones carry their exit status as `status`. */
function showTask(row: Row): Json {
  const { upid, node, type, id, starttime, endtime } = row;
  const user = row["tokenid"] === undefined ? String(row["user"]) : `${String(row["user"])}!${String(row["tokenid"])}`;
  const exit = textOf(row, "status");
  const running = endtime === undefined || exit === undefined || exit === "RUNNING";
  const status = running ? "running" : statusOf(exit);
  return {
    upid: String(upid),
    node: String(node),
    type: String(type),
    ...(id !== "" && id !== undefined && { id: String(id) }),
    user,
    status,
    ...(!running && exit !== "OK" && { exitstatus: exit }),
    ...(typeof starttime === "number" && { started: isoOf(starttime) }),
    ...(typeof starttime === "number" && typeof endtime === "number" && { seconds: endtime - starttime }),
  };
}

function statusOf(exit: string): string {
  if (exit === "OK") return "ok";
  if (/^WARNINGS: \d+$/.test(exit)) return "warning";
  return exit === "unexpected status" || exit.startsWith("unable to get last line") ? "unknown" : "error";
}

function moment(call: Invocation, name: string, value: unknown): Readonly<Record<string, number>> {
  return typeof value === "string" || typeof value === "number" ? { [name]: epochOf(name, value, call.now()) } : {};
}

function rowsOf(list: unknown): readonly Row[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
