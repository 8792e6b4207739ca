import { die } from "../failure.js";
import type { Call, Handler } from "../handler.js";
import type { Guest } from "../world.js";
import { disksOf, isCdrom } from "../world-drives.js";
import { assertUnlocked, guestWord, isTemplate } from "../world-guest.js";
import { isDirectory, parseVolid, replaceVolume, storageNamed } from "../world-storage.js";
import { guestOf, nodeOf } from "./guest-call.js";
import type { Steps } from "./guest-power.js";

/** `POST …/template`: a task for both kinds, but containers do not say so and answer null. */
export const makeTemplate: Handler = (call) => {
  const guest = guestOf(call);
  const { kind, vmid } = guest;
  assertConvertible(guest);
  const upid = call.startTask({
    node: nodeOf(call),
    type: kind === "qemu" ? "qmtemplate" : "vztemplate",
    id: String(vmid),
    work: () => convert(call, guest),
  });
  return kind === "qemu" ? upid : null;
};

function assertConvertible(guest: Guest): void {
  const word = guestWord(guest.kind);
  assertUnlocked(guest);
  if (guest.snapshots.length > 0) {
    die(`unable to create template, because ${word} contains snapshots`);
  }
  if (isTemplate(guest)) {
    die("you can't convert a template to a template");
  }
  if (guest.running !== undefined) {
    die(
      guest.kind === "qemu"
        ? "you can't convert a VM to template if VM is running"
        : "you can't convert a CT to template if the CT is running",
    );
  }
}

function* convert(call: Call, guest: Guest): Steps {
  assertConvertible(guest);
  guest.config["template"] = 1;
  for (const disk of disksOf(call.world, guest, guest.config)) {
    if (isCdrom(disk.value) || disk.volume === undefined) {
      continue;
    }
    yield { ms: 300 };
    const volid = disk.volid.replace(/([:/])vm-(\d+)-([^/]+)$/, "$1base-$2-$3");
    replaceVolume(call.world, disk.volume, { ...disk.volume, volid });
    guest.config[disk.key] = disk.value.replace(disk.volid, volid);
    const storage = storageNamed(call.world, parseVolid(volid).storage);
    if (!isDirectory(storage)) {
      const vg = String(storage.config["vgname"] ?? "pve");
      const name = parseVolid(volid).name;
      yield { log: `  Renamed "${parseVolid(disk.volid).name}" to "${name}" in volume group "${vg}"` };
      yield { log: `  Logical volume ${vg}/${name} changed.` };
    }
  }
}
