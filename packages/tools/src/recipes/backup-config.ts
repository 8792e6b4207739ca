import { type Answer, type Invocation, textOf } from "../invocation.js";
import { openObject } from "../schema.js";
import { notesSchema } from "../window.js";
import { readBackup, readBackupId } from "./backup-volume.js";
import { isSecret } from "./guest-config.js";
import { placeFor, placesOf } from "./storage-places.js";

/** The settings of the guest that a backup holds. */
export const backupConfigOutput = openObject(
  {
    volid: { type: "string" },
    type: { type: "string", description: "qemu or lxc." },
    vmid: { type: "integer" },
    config: { type: "object", description: "By key, as the configuration file writes them." },
    description: { type: "string" },
    notes: notesSchema,
  },
  ["volid", "config"],
);

/** Reads the guest's configuration out of a backup, as it was then. Nothing is restored. */
export async function backupConfig(call: Invocation): Promise<Answer> {
  const backup = readBackupId(String(call.params["volume"]));
  const node = textOf(call.params, "node") ?? placeFor(call, await placesOf(call, backup.storage), "backup").node;
  await readBackup(call, node, backup);
  const file = await call.pve.call(
    "GET /nodes/{node}/vzdump/extractconfig",
    { node, volume: backup.volid },
    call.watch,
  );
  const lines = file.split("\n");
  // Sections behind the first hold snapshots and pending changes, which a restore leaves out.
  const end = lines.findIndex((line) => line.startsWith("["));
  const own = end < 0 ? lines : lines.slice(0, end);
  const description = own.filter((line) => line.startsWith("#")).map((line) => line.slice(1));
  return {
    volid: backup.volid,
    ...(backup.kind !== undefined && { type: backup.kind }),
    ...(backup.vmid !== undefined && { vmid: backup.vmid }),
    config: Object.fromEntries(own.flatMap(settingIn)),
    ...(description.length > 0 && { description: decoded(description.join("\n")) }),
  };
}

function settingIn(line: string): readonly (readonly [string, string])[] {
  const [, key, value] = /^([a-z][\w.-]*):\s*(.*)$/i.exec(line) ?? [];
  return key === undefined || value === undefined ? [] : [[key, isSecret(key) ? "(hidden)" : value]];
}

/** PVE writes what is unusual in a description percent-encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
