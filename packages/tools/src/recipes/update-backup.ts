import { ToolArgumentError } from "../errors.js";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { callOperation } from "../operation.js";
import { listOf, openObject } from "../schema.js";
import { notesSchema } from "../window.js";
import { readBackup, readBackupId } from "./backup-volume.js";
import { compareConfigs } from "./config-changes.js";
import { placeFor, placesOf } from "./storage-places.js";

/** What changing a backup answers: notes and protection before and after. */
export const updateBackupOutput = openObject(
  {
    volid: { type: "string" },
    changes: listOf(openObject({ key: { type: "string" }, before: {}, after: {} }, ["key"])),
    notes: notesSchema,
  },
  ["volid", "changes"],
);

/** Changes the notes of a backup, or whether it may be removed. */
export async function updateBackup(call: Invocation): Promise<Answer> {
  const { notes, protected: kept } = call.params;
  if (notes === undefined && kept === undefined)
    throw new ToolArgumentError({ notes: "missing: notes, protected or both" });
  const storage = String(call.params["storage"]);
  const backup = readBackupId(String(call.params["volume"]), storage);
  const node = textOf(call.params, "node") ?? placeFor(call, await placesOf(call, storage), "backup").node;
  const look = async () => {
    const found = await readBackup(call, node, backup);
    return { notes: found.notes ?? "", protected: found.protected === true };
  };
  const before = await look();
  await callOperation(call, call.tool.entry.operation, {
    node,
    storage,
    volume: backup.volid,
    ...(notes !== undefined && { notes }),
    ...(kept !== undefined && { protected: kept }),
  });
  const changes = compareConfigs(before, await look(), new Set()).map((change) => ({ ...change }));
  return {
    volid: backup.volid,
    changes,
    ...(changes.length === 0 && { notes: ["Nothing changed: it was like that."] }),
  };
}
