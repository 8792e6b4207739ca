import type { ResultOf } from "@pve/client";
import { ToolNotFoundError } from "../errors.js";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { type JsonSchema, listOf, openObject } from "../schema.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";
import { isoOf } from "../time.js";
import { notesSchema } from "../window.js";
import { placeFor, placesOf } from "./storage-places.js";

type Marked = ResultOf<"GET /nodes/{node}/storage/{storage}/prunebackups">[number];

/** Backups named in one answer. */
const MOST = 100;
const text: JsonSchema = { type: "string" };

const backup = openObject({ volid: text, vmid: { type: "integer" }, created: { type: "string", description: "UTC." } });

/** What pruning would remove, and how many it would keep. */
export const prunePreviewOutput = openObject(
  {
    totals: { type: "object", description: "Backups by mark.", additionalProperties: { type: "integer" } },
    remove: listOf(backup),
    notes: notesSchema,
  },
  ["totals", "remove"],
);

/** What pruning would remove and keep, by PVE's own reckoning. Nothing is changed. */
export async function prunePreview(call: Invocation): Promise<Answer> {
  const rows = await readMarks(call, await nodeFor(call));
  const totals: Record<string, number> = { remove: 0, keep: 0 };
  for (const { mark } of rows) totals[mark] = (totals[mark] ?? 0) + 1;
  const doomed = rows.filter(({ mark }) => mark === "remove");
  const notes = doomed.length > MOST ? [`${MOST} of ${doomed.length} are named; vmid narrows them down.`] : [];
  return { totals, remove: doomed.slice(0, MOST).map(show), ...(notes.length > 0 && { notes }) };
}

/** What pruning answers: the backups that are gone. */
export const pruneBackupsOutput = taskSchemaWith({
  removed: { type: "integer" },
  lost: listOf(backup),
});

/** Prunes backups, and names those that are gone. Where nothing would be removed, nothing is sent. */
export async function pruneBackups(call: Invocation): Promise<Answer> {
  const node = await nodeFor(call);
  const doomed = (await readMarks(call, node)).filter(({ mark }) => mark === "remove");
  if (doomed.length === 0) {
    return { task: "finished", removed: 0, lost: [], notes: ["The retention keeps every backup; nothing was sent."] };
  }
  const task = await callOperation(call, call.tool.entry.operation, { ...call.params, node });
  const done: Answer = isTask(task) ? await awaitTask(call, task) : { task: "finished" };
  if (done["task"] === "running") return withMore(done, {}, [`It was to remove ${doomed.length} backups.`]);
  const storage = String(call.params["storage"]);
  const left = await call.pve.call(
    "GET /nodes/{node}/storage/{storage}/content",
    { node, storage, content: "backup" },
    call.watch,
  );
  const there = new Set(left.map(({ volid }) => volid));
  const gone = doomed.filter(({ volid }) => !there.has(volid));
  const lost = gone.slice(0, MOST).map(show);
  const notes = gone.length > MOST ? [`${MOST} of ${gone.length} are named; the task's log names all.`] : [];
  return withMore(done, { removed: gone.length, lost }, notes);
}

async function nodeFor(call: Invocation): Promise<string> {
  const places = await placesOf(call, String(call.params["storage"]));
  return textOf(call.params, "node") ?? placeFor(call, places, "backup").node;
}

async function readMarks(call: Invocation, node: string): Promise<readonly Marked[]> {
  const { storage, vmid, type, "prune-backups": keep } = call.params;
  const given = Object.entries({ vmid, type, "prune-backups": keep }).filter(([, value]) => value !== undefined);
  const route = "GET /nodes/{node}/storage/{storage}/prunebackups";
  const rows = await callOperation(call, route, { node, storage, ...Object.fromEntries(given) });
  const found = rows as readonly Marked[];
  if (found.length === 0 && vmid !== undefined) {
    throw new ToolNotFoundError(
      `${String(storage)} has no backup of guest ${String(vmid)}`,
      "list_backups shows what there is.",
    );
  }
  return found;
}

function show({ volid, vmid, ctime }: Marked) {
  return { volid, ...(vmid !== undefined && { vmid }), created: isoOf(ctime) };
}
