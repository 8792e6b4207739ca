import { die } from "../failure.js";
import type { Call, Handler } from "../handler.js";
import type { Guest, Volume } from "../world.js";
import { driveFile, isDriveKey } from "../world-drives.js";
import { assertUnlocked, guestOn } from "../world-guest.js";
import { formatSize, parseOption, parseSize, printOption } from "../world-option.js";
import { findVolume, isDirectory, parseVolid, storageNamed, usage } from "../world-storage.js";
import { assertRootOnly, flag, guestOf, kindOf, need, nodeOf, vmidOf } from "./guest-call.js";
import { assertDigest } from "./guest-changes.js";
import type { Steps } from "./guest-power.js";
import { assertAllowed } from "./storage-access.js";

/** `PUT …/resize`: VMs find out everything inside the task, containers check before it starts. */
export const resizeDisk: Handler = (call) => {
  assertRootOnly(call, ["skiplock"]);
  const kind = kindOf(call);
  if (kind === "lxc") {
    const guest = guestOf(call);
    assertDigest(call, guest);
    assertUnlocked(guest);
    const { volume, size } = target(call, guest);
    if (size < volume.size) {
      die("unable to shrink disk size");
    }
    if (size === volume.size) {
      die("disk is already at specified size");
    }
  }
  return call.startTask({
    node: nodeOf(call),
    type: "resize",
    id: String(vmidOf(call)),
    work: () => resize(call, guestOn(call.world, kind, nodeOf(call), vmidOf(call))),
  });
};

function target(call: Call, guest: Guest): { readonly volume: Volume; readonly size: number } {
  const disk = need(call, "disk");
  const value = guest.config[disk];
  if (value === undefined || !isDriveKey(guest.kind, disk)) {
    return die(`disk '${disk}' does not exist`);
  }
  const volid = driveFile(guest.kind, value);
  assertAllowed(call, `/storage/${parseVolid(volid).storage}`, ["Datastore.AllocateSpace"]);
  const volume = findVolume(call.world, volid, guest.node) ?? die(`volume '${volid}' does not exist`);
  const asked = need(call, "size");
  const bytes = parseSize(asked.replace(/^\+/, "")) ?? 0;
  return { volume, size: asked.startsWith("+") ? volume.size + bytes : bytes };
}

function* resize(call: Call, guest: Guest): Steps {
  assertDigest(call, guest);
  if (!flag(call, "skiplock")) {
    assertUnlocked(guest);
  }
  const { volume, size } = target(call, guest);
  if (size < volume.size) {
    die("shrinking disks is not supported");
  }
  if (size === volume.size) {
    return;
  }
  yield { ms: 400 };
  yield* grow(call, guest, volume, size);
  volume.size = size;
  const disk = need(call, "disk");
  const key = guest.kind === "qemu" ? "file" : "volume";
  const option = { ...parseOption(String(guest.config[disk]), key), size: formatSize(size) };
  guest.config[disk] = printOption(option, key, ["mp"]);
}

function* grow(call: Call, guest: Guest, volume: Volume, size: number): Steps {
  const { storage: id, name } = parseVolid(volume.volid);
  const storage = storageNamed(call.world, id);
  if (isDirectory(storage)) {
    yield { log: "Image resized." };
    return;
  }
  const extent = 4 * 1024 ** 2;
  const vg = String(storage.config["vgname"] ?? "pve");
  if (storage.type === "lvm") {
    const free = Math.floor(usage(storage, guest.node).avail / extent);
    const wanted = Math.ceil((size - volume.size) / extent);
    if (wanted > free) {
      die(
        `error resizing volume '/dev/${vg}/${name}':   Insufficient free space: ${wanted} extents needed, but only ${free} available`,
      );
    }
    volume.used = size;
  }
  const gib = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(2)} GiB (${Math.ceil(bytes / extent)} extents)`;
  yield { log: `  Size of logical volume ${vg}/${name} changed from ${gib(volume.size)} to ${gib(size)}.` };
  yield { log: `  Logical volume ${vg}/${name} successfully resized.` };
}
