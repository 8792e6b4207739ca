import { die } from "../failure.js";
import type { Call } from "../handler.js";
import type { GuestKind, Volume } from "../world.js";
import { findVolume } from "../world-storage.js";
import { nodeOf } from "./guest-call.js";
import { assertVolumeAccess } from "./storage-access.js";

/** A backup together with the guest it holds. */
export type Archive = Volume & { readonly backup: NonNullable<Volume["backup"]> };

/** The backup volume of that id, if it holds a guest of the kind; otherwise the text a worker ends with. */
export function openArchive(call: Call, volid: string, kind: GuestKind): Archive {
  const volume = findVolume(call.world, volid, nodeOf(call));
  if (volume === undefined) {
    return die(`volume '${volid}' does not exist`);
  }
  const { backup } = volume;
  if (backup === undefined || backup.kind !== kind) {
    return die(kind === "qemu" ? "can't detect archive format" : "ERROR: archive contains no configuration file");
  }
  return { ...volume, backup };
}

/** Refuses an archive that is not there before a worker starts. */
export function assertArchiveExists(call: Call, volid: string): void {
  if (findVolume(call.world, volid, nodeOf(call)) === undefined) {
    die(`volume '${volid}' does not exist`);
  }
}

/** Refuses archives on unknown storages or without the right to read them. */
export function assertArchiveAccess(call: Call, volid: string): void {
  assertVolumeAccess(call, volid, nodeOf(call));
}
