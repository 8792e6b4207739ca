import { PveFailure } from "../failure.js";
import type { Call } from "../handler.js";
import type { Volume } from "../world.js";
import { findVolume, parseVolid, storageNamed } from "../world-storage.js";
import { isRoot } from "./guest-call.js";

/** 403 `Permission check failed (<path>, <privilege>)` unless the caller holds all of the privileges. */
export function assertAllowed(call: Call, path: string, privs: readonly string[]): void {
  if (!call.allowed(path, privs)) {
    throw new PveFailure(403, `Permission check failed (${path}, ${privs.join(",")})`);
  }
}

/** Whether the caller may see a volume in a content list or use it. */
export function mayAccess(call: Call, volume: Volume): boolean {
  const path = `/storage/${parseVolid(volume.volid).storage}`;
  if (call.allowed(path, ["Datastore.Allocate"])) {
    return true;
  }
  const any = ["Datastore.Audit", "Datastore.AllocateSpace", "Datastore.AllocateTemplate"];
  switch (volume.content) {
    case "iso":
    case "vztmpl":
    case "import":
      return call.allowed(path, any, "any");
    case "backup":
      return (
        call.allowed(path, ["Datastore.AllocateSpace"]) &&
        (volume.vmid === undefined || call.allowed(`/vms/${volume.vmid}`, ["VM.Backup"]))
      );
    case "images":
    case "rootdir":
      return (
        call.allowed(path, ["Datastore.Audit"]) &&
        volume.vmid !== undefined &&
        call.allowed(`/vms/${volume.vmid}`, ["VM.Config.Disk"])
      );
    default:
      return false;
  }
}

/** Refuses the use of an existing volume that the caller may not touch; unknown volumes are found out later. */
export function assertVolumeAccess(call: Call, volid: string, node: string): void {
  if (volid.startsWith("/")) {
    if (!isRoot(call)) {
      throw new PveFailure(
        500,
        "Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line 651.",
      );
    }
    return;
  }
  storageNamed(call.world, parseVolid(volid).storage);
  const volume = findVolume(call.world, volid, node);
  if (volume !== undefined && !mayAccess(call, volume)) {
    throw new PveFailure(500, `missing privileges to access ${volid}`);
  }
}
