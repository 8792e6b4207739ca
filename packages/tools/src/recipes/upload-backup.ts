import { ToolArgumentError, ToolPreconditionError } from "../errors.js";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";
import { placeFor, placesOf } from "./storage-places.js";

const ARCHIVE = /\.tar(?:\.(?:gz|xz|zst|bz2))?$/i;
const MACHINE = /(?:^|[/\\])vzdump-qemu-|\.vma(?:\.(?:gz|lzo|zst))?$/i;

/** What an upload answers: where the archive is now, and what it is good for. */
export const uploadBackupOutput = taskSchemaWith({
  volid: { type: "string", description: "What restore_container_backup takes as backup_id." },
  storage: { type: "string" },
});

/**
 * Puts a container's archive on a storage as a template, the only form in which PVE's API takes one. A virtual
 * machine's archive is refused with the way that works.
 */
export async function uploadBackup(call: Invocation): Promise<Answer> {
  const path = String(call.args["file_path"]);
  const storage = String(call.args["storage"]);
  if (MACHINE.test(path)) throw machineArchive(path, storage);
  if (!ARCHIVE.test(path)) {
    throw new ToolArgumentError({
      file_path: "expected a container's archive: .tar, .tar.zst, .tar.gz, .tar.xz or .tar.bz2",
    });
  }
  const filename = nameFor(path, textOf(call.args, "backup_id"));
  const place = placeFor(call, await placesOf(call, storage), "vztmpl");
  if (call.sendFile === undefined) {
    throw new ToolPreconditionError(
      "this server may not read files; nothing was sent",
      "The operator names a directory for uploads where the server is configured.",
    );
  }
  const task = await call.sendFile({
    client: call.pve,
    node: place.node,
    storage,
    content: "vztmpl",
    path,
    filename,
    ...call.watch,
    onProgress: call.progress,
  });
  const done = await awaitTask(call, task);
  // PVE puts an underscore for everything unusual in a name.
  const volid = `${storage}:vztmpl/${filename.replaceAll(/[^a-zA-Z0-9_.-]/g, "_")}`;
  return withMore(done, { volid, storage }, [
    "It lies there as a template, not among the backups: list_backups does not show it, get_storage_content with content vztmpl does.",
  ]);
}

function machineArchive(path: string, storage: string): ToolPreconditionError {
  return new ToolPreconditionError(
    "PVE's API takes no archive of a virtual machine: uploads are for ISO images, templates and disk images",
    `An operator copies ${path.split(/[/\\]/).at(-1) ?? "it"} into the directory dump/ below the path of ${storage} (get_storage_info shows it), with scp for example. Then list_backups shows it and restore_vm_backup restores it.`,
  );
}

function nameFor(path: string, wanted: string | undefined): string {
  const own = path.split(/[/\\]/).at(-1) ?? path;
  if (wanted === undefined) return own;
  return ARCHIVE.test(wanted) ? wanted : `${wanted}${ARCHIVE.exec(own)?.[0] ?? ".tar"}`;
}
