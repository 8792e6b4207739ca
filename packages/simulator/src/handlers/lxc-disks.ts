import { die } from "../failure.js";
import type { Call } from "../handler.js";
import { formatSize, type Option, parseOption, printOption } from "../world-option.js";
import {
  allocateVolume,
  assertContent,
  findVolume,
  isDirectory,
  parseVolid,
  storageNamed,
  usableStorage,
} from "../world-storage.js";
import { type DiskOwner, formatting, type MadeDisk } from "./qemu-disks.js";
import { assertAllowed, assertVolumeAccess } from "./storage-access.js";

const newVolume = /^([^/:\s]+):(\d+(?:\.\d+)?)$/;

/** The checks of a mount point before anything is allocated. */
export function checkMountPoint(call: Call, node: string, value: string): void {
  const volume = parseOption(value, "volume")["volume"] ?? "";
  const fresh = newVolume.exec(volume);
  if (fresh?.[1] !== undefined) {
    assertContent(storageNamed(call.world, fresh[1]), "rootdir");
    assertAllowed(call, `/storage/${fresh[1]}`, ["Datastore.AllocateSpace"]);
    return;
  }
  if (!volume.includes(":")) {
    // A bare word is a path or a device to PVE, and those are root's.
    assertVolumeAccess(call, volume.startsWith("/") ? volume : `/${volume}`, node);
    return;
  }
  assertVolumeAccess(call, volume, node);
  const { storage, name } = parseVolid(volume);
  if (isDirectory(storageNamed(call.world, storage)) && !name.includes("/")) {
    die(`unable to parse directory volume name '${name}'`);
  }
}

/** Prints a mount point in PVE's order. */
export function printMountPoint(option: Option): string {
  return printOption(option, "volume", ["mp"]);
}

/** Allocates what a mount point asks for and prints it the way PVE stores it. */
export function makeMountPoint(call: Call, owner: DiskOwner, value: string): MadeDisk {
  const option = parseOption(value, "volume");
  const fresh = newVolume.exec(option["volume"] ?? "");
  if (fresh?.[1] === undefined) {
    return existing(call, owner, option);
  }
  const storage = usableStorage(call.world, fresh[1], owner.node);
  const size = Math.trunc((Number(fresh[2]) * 1024 ** 3) / 1024) * 1024;
  const volume = allocateVolume(call.world, {
    storage: fresh[1],
    ...owner,
    content: "rootdir",
    format: "raw",
    size,
    now: call.now(),
  });
  const blocks = Math.floor(size / 4096);
  return {
    value: printMountPoint({ ...option, volume: volume.volid, size: formatSize(size) }),
    volume,
    log: [
      formatting(storage, volume),
      `Creating filesystem with ${blocks} 4k blocks and ${Math.floor(blocks / 4)} inodes`,
      `Filesystem UUID: ${call.world.random.uuid()}`,
    ],
  };
}

function existing(call: Call, owner: DiskOwner, option: Option): MadeDisk {
  const volid = option["volume"] ?? "";
  if (volid.startsWith("/")) {
    return { value: printMountPoint(option), log: [] };
  }
  const volume = findVolume(call.world, volid, owner.node);
  if (volume === undefined) {
    return die(`volume '${volid}' does not exist`);
  }
  return { value: printMountPoint({ ...option, size: formatSize(volume.size) }), log: [] };
}
