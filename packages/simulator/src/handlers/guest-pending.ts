import type { ConfigValue, Guest, World } from "../world.js";
import { addUnused, driveVolid, isCdrom, isCloudInit, isDriveKey, refersTo } from "../world-drives.js";
import { findVolume, removeVolume } from "../world-storage.js";

/** Takes over everything that waits; what is replaced or removed stays as an unused disk unless it is to be destroyed. */
export function applyPending(world: World, guest: Guest): void {
  for (const [key, how] of Object.entries(guest.pending.remove)) {
    removeKey(world, guest, key, how === 2);
  }
  for (const [key, value] of Object.entries(guest.pending.set)) {
    putKey(guest, key, value);
  }
  guest.pending = { set: {}, remove: {} };
}

/** Writes one key; a disk that loses its place becomes unused. */
export function putKey(guest: Guest, key: string, value: ConfigValue): void {
  const before = guest.config[key];
  guest.config[key] = value;
  if (before !== undefined && isDriveKey(guest.kind, key)) {
    const left = driveVolid(guest.kind, before);
    const keep = left !== undefined && left !== driveVolid(guest.kind, value);
    if (keep && (!isCdrom(before) || isCloudInit(before))) {
      addUnused(guest.config, left);
    }
  }
  const volid = isDriveKey(guest.kind, key) ? driveVolid(guest.kind, value) : undefined;
  for (const unused of Object.keys(guest.config)) {
    if (/^unused\d+$/.test(unused) && guest.config[unused] === volid) {
      delete guest.config[unused];
    }
  }
}

/** Removes one key: disks become unused or, if forced (or already unused, or cloud-init), lose their volume. */
export function removeKey(world: World, guest: Guest, key: string, force: boolean): void {
  const before = guest.config[key];
  delete guest.config[key];
  const disk = isDriveKey(guest.kind, key);
  const volid = driveVolid(guest.kind, before);
  if (before === undefined || volid === undefined || !(disk || /^unused\d+$/.test(key))) {
    return;
  }
  if (isCdrom(before) && !isCloudInit(before)) {
    return;
  }
  if (disk && !force && !isCloudInit(before)) {
    addUnused(guest.config, volid);
    return;
  }
  const volume = findVolume(world, volid, guest.node);
  if (volume !== undefined && !refersTo(guest, volid)) {
    removeVolume(world, volume);
  }
}
