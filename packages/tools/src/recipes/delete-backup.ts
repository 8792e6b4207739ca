import { ToolArgumentError, ToolPreconditionError } from "../errors.js";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { openObject } from "../schema.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";
import { readBackup, readBackupId } from "./backup-volume.js";
import { placesOf } from "./storage-places.js";

/** What deleting a backup answers: what is gone. */
export const deleteBackupOutput = taskSchemaWith({
  lost: openObject({
    volid: { type: "string" },
    size: { type: "number", description: "Bytes." },
    notes: { type: "string" },
  }),
});

/** Deletes one backup. A protected one is refused by name before anything is done, and nothing but a backup is deleted. */
export async function deleteBackup(call: Invocation): Promise<Answer> {
  const storage = String(call.params["storage"]);
  const backup = readBackupId(String(call.params["volume"]), storage);
  if (!backup.volid.includes(":backup/")) {
    throw new ToolArgumentError(
      { backup_id: "is a template, not a backup" },
      "list_backups shows what can be deleted here.",
    );
  }
  const places = await placesOf(call, storage);
  const node = textOf(call.params, "node") ?? places.find((place) => place.status === "available")?.node;
  if (node === undefined) throw new ToolPreconditionError(`storage ${storage} is not available on any node`);
  const found = await readBackup(call, node, backup);
  if (found.protected === true) {
    throw new ToolPreconditionError(
      `backup ${backup.volid} is protected`,
      "Somebody wanted it kept. Whoever wants it gone takes the protection off first: update_backup with protected false.",
    );
  }
  const result = await callOperation(call, call.tool.entry.operation, { storage, node, volume: backup.volid });
  const done: Answer = isTask(result) ? await awaitTask(call, result) : { task: "finished" };
  const lost = { volid: backup.volid, size: found.size, ...(found.notes !== undefined && { notes: found.notes }) };
  return withMore(done, { lost });
}
