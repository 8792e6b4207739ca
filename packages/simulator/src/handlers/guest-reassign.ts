import { die, invalid } from "../failure.js";
import type { Call } from "../handler.js";
import type { Guest, Volume } from "../world.js";
import { driveVolid, isCdrom } from "../world-drives.js";
import { assertUnlocked, guestWord } from "../world-guest.js";
import { findVolume, isDirectory, parseVolid, replaceVolume, storageNamed, volumesOn } from "../world-storage.js";
import { need, nodeOf, text } from "./guest-call.js";
import type { Steps } from "./guest-power.js";
import { assertAllowed } from "./storage-access.js";

/** Hands a disk over to another guest of the same node; the volume is renamed, nothing is copied. */
export function reassignDisk(call: Call, guest: Guest, key: string, vmid: number): string {
  const word = guestWord(guest.kind);
  const slot = text(call, guest.kind === "qemu" ? "target-disk" : "target-volume") ?? key;
  assertAllowed(call, `/vms/${vmid}`, ["VM.Config.Disk"]);
  const other = call.world.guests.get(vmid);
  if (other === undefined || other.kind !== guest.kind || other.node !== nodeOf(call)) {
    return die(`Both ${word}s need to be on the same node`);
  }
  const check = (): Volume => reassignable(call, guest, key, other, slot);
  check();
  return call.startTask({
    node: nodeOf(call),
    type: guest.kind === "qemu" ? "qmmove" : "move_volume",
    id: `${guest.vmid}-${key}>${vmid}-${slot}`,
    work: () => reassign(call, { guest, key, other, slot, volume: check() }),
  });
}

function reassignable(call: Call, guest: Guest, key: string, other: Guest, slot: string): Volume {
  const word = guestWord(guest.kind);
  assertUnlocked(guest);
  assertUnlocked(other);
  const value = guest.config[key];
  if (value === undefined) {
    die(`Disk '${key}' for ${word} '${guest.vmid}' does not exist`);
  }
  if (isCdrom(value)) {
    die(`CD drive contents can't be moved to another ${word}`);
  }
  if (guest.vmid === other.vmid) {
    die("must be different than source VMID to reassign a disk");
  }
  if (slot in other.config) {
    invalid({ "target-disk": `Target disk '${slot}' already exists on target ${word} '${other.vmid}'` });
  }
  if (guest.running !== undefined && guest.kind === "lxc") {
    die("cannot move volumes of a running container");
  }
  const volid = driveVolid(guest.kind, value) ?? need(call, "disk");
  return findVolume(call.world, volid, guest.node) ?? die(`volume '${volid}' does not exist`);
}

interface Handover {
  readonly guest: Guest;
  readonly key: string;
  readonly other: Guest;
  readonly slot: string;
  readonly volume: Volume;
}

function* reassign(call: Call, { guest, key, other, slot, volume }: Handover): Steps {
  const word = guestWord(guest.kind);
  yield { ms: 300, log: `reassign disk '${key}' from ${word} '${guest.vmid}' as '${slot}' to ${word} '${other.vmid}'` };
  const value = String(guest.config[key]);
  const boot = String(guest.config["boot"] ?? "");
  if (new RegExp(`[=;]${key}(?:;|$)`).test(boot)) {
    yield { log: `removing disk '${key}' from boot order config` };
    const order = boot
      .replace("order=", "")
      .split(";")
      .filter((device) => device !== key);
    guest.config["boot"] = `order=${order.join(";")}`;
  }
  yield { log: `removing disk '${key}' from ${word} '${guest.vmid}' config` };
  delete guest.config[key];
  const volid = newName(call, volume, other);
  replaceVolume(call.world, volume, { ...volume, volid, vmid: other.vmid });
  const moved = value.replace(volume.volid, volid);
  yield { log: `update ${word} ${other.vmid}: -${slot} ${moved}` };
  other.config[slot] = moved;
}

function newName(call: Call, volume: Volume, other: Guest): string {
  const { storage: id } = parseVolid(volume.volid);
  const storage = storageNamed(call.world, id);
  const taken = new Set(volumesOn(storage, other.node).map((v) => v.volid));
  for (let n = 0; ; n += 1) {
    const name = `vm-${other.vmid}-disk-${n}`;
    const volid = isDirectory(storage) ? `${id}:${other.vmid}/${name}.${volume.format}` : `${id}:${name}`;
    if (!taken.has(volid)) {
      return volid;
    }
  }
}
