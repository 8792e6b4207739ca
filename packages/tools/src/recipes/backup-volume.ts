import { PveRequestError, type ResultOf } from "@pve/client";
import { ToolArgumentError, ToolNotFoundError } from "../errors.js";
import type { Invocation } from "../invocation.js";

const READ = "GET /nodes/{node}/storage/{storage}/content/{volume}";

/** A backup by its parts. */
export interface BackupId {
  readonly volid: string;
  readonly storage: string;
  /** The kind of guest it holds, as far as its name tells. */
  readonly kind: "qemu" | "lxc" | undefined;
  readonly vmid: number | undefined;
}

/**
 * A backup's volume id: `nas:backup/vzdump-qemu-100-….vma.zst`, or without its storage where that is known. Throws
 * `ToolArgumentError` for a volume that is no backup.
 */
export function readBackupId(given: string, storage?: string): BackupId {
  const cut = given.indexOf(":");
  const named = cut > 0 && !given.startsWith("backup/") ? given.slice(0, cut) : undefined;
  const place = named ?? storage;
  const path = named === undefined ? given : given.slice(cut + 1);
  const name = named === undefined && !path.includes("/") ? `backup/${path}` : path;
  if (place === undefined || !/^(?:backup|vztmpl)\//.test(name)) {
    throw new ToolArgumentError(
      { backup_id: 'expected a backup\'s volid, such as "nas:backup/vzdump-qemu-100-2026_05_31-02_00_00.vma.zst"' },
      "list_backups shows them.",
    );
  }
  if (storage !== undefined && named !== undefined && named !== storage) {
    throw new ToolArgumentError({ backup_id: `lies on ${named}, not on ${storage}` });
  }
  const [, type, id] = /(?:vzdump-|backup\/)(qemu|lxc|vm|ct)[-/](\d+)/.exec(name) ?? [];
  const kind = type === "qemu" || type === "vm" ? "qemu" : type === undefined ? undefined : "lxc";
  return { volid: `${place}:${name}`, storage: place, kind, vmid: id === undefined ? undefined : Number(id) };
}

/** What PVE knows of a backup. Throws `ToolNotFoundError` when it is not there. */
export async function readBackup(
  call: Invocation,
  node: string,
  { volid, storage }: BackupId,
): Promise<ResultOf<typeof READ>> {
  try {
    return await call.pve.call(READ, { node, storage, volume: volid }, call.watch);
  } catch (error) {
    if (!(error instanceof PveRequestError) || error.kind === "permission" || error.status === 403) throw error;
    throw new ToolNotFoundError(
      `there is no backup ${volid} that ${node} can read: ${error.reason}`,
      "list_backups shows which there are, and where.",
    );
  }
}
