import { type Answer, guestOf, type Invocation, textOf } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";
import { attempt, foundOf, missingOf } from "./attempt.js";

/** What backing up answers: its task, and the backup that came of it. */
export const backupGuestOutput = taskSchemaWith({
  backup: {
    type: "object",
    description: "What a restore takes as backup_id (volid), its size in bytes, and its notes.",
    properties: { volid: { type: "string" }, size: { type: "number" }, notes: { type: "string" } },
  },
});

/** Backs one guest up and names the backup. PVE chooses its name; `backup_id` goes into the notes, to be found by. */
export async function backupGuest(call: Invocation): Promise<Answer> {
  const label = textOf(call.args, "backup_id");
  const notes = [label, textOf(call.args, "notes")].filter((part) => part !== undefined).join(" ");
  const task = await callOperation(call, call.tool.entry.operation, {
    ...call.params,
    ...(notes !== "" && { "notes-template": templateOf(notes) }),
  });
  const done: Answer = isTask(task) ? await awaitTask(call, task) : { task: "finished" };
  const guest = guestOf(call);
  if (done["task"] === "running") return withMore(done, guest);
  const found = await attempt("the backup", newest(call));
  return withMore(done, { ...guest, backup: foundOf(found) }, [
    ...missingOf([found]),
    ...(label === undefined
      ? []
      : ["PVE names backups itself; backup_id stands in the notes, where list_backups finds it."]),
  ]);
}

async function newest(call: Invocation) {
  const { node, vmid } = guestOf(call);
  const storage = String(call.params["storage"]);
  const params = { node, storage, content: "backup", vmid } as const;
  const rows = await call.pve.call("GET /nodes/{node}/storage/{storage}/content", params, call.watch);
  const [latest] = [...rows].sort((a, b) => (b.ctime ?? 0) - (a.ctime ?? 0));
  return (
    latest && { volid: latest.volid, size: latest.size, ...(latest.notes !== undefined && { notes: latest.notes }) }
  );
}

/** Notes are a template to PVE: braces would be filled in, a line break has to be written out. */
function templateOf(notes: string): string {
  return notes.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("{{", "{ {");
}
