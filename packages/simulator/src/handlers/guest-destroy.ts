import { die } from "../failure.js";
import type { Call, Handler } from "../handler.js";
import type { Guest, Volume } from "../world.js";
import { disksOf } from "../world-drives.js";
import { assertUnlocked, guestWord } from "../world-guest.js";
import {
  clonesOf,
  findVolume,
  isDirectory,
  parseVolid,
  removeVolume,
  storageNamed,
  volumesOn,
} from "../world-storage.js";
import { assertRootOnly, flag, guestOf, nodeOf } from "./guest-call.js";
import type { Steps } from "./guest-power.js";

/** `DELETE /nodes/{node}/qemu/{vmid}` and `…/lxc/{vmid}`. */
export const destroyGuest: Handler = (call) => {
  assertRootOnly(call, ["skiplock"]);
  const guest = guestOf(call);
  const { kind, vmid } = guest;
  if (guest.config["protection"] === 1) {
    die(`can't remove ${guestWord(kind)} ${vmid} - protection mode enabled`);
  }
  if (kind === "lxc") {
    assertUnlocked(guest);
  }
  assertStopped(call, guest);
  return call.startTask({
    node: nodeOf(call),
    type: kind === "qemu" ? "qmdestroy" : "vzdestroy",
    id: String(vmid),
    work: () => destroy(call, guest),
  });
};

function assertStopped(call: Call, guest: Guest): void {
  if (guest.running === undefined) {
    return;
  }
  if (guest.kind === "qemu") {
    die(`VM ${guest.vmid} is running - destroy failed`);
  }
  if (!flag(call, "force")) {
    die(`unable to destroy CT ${guest.vmid} - container is running`);
  }
}

function* destroy(call: Call, guest: Guest): Steps {
  if (guest.kind === "qemu" && !flag(call, "skiplock")) {
    assertUnlocked(guest);
  }
  if (guest.kind === "qemu" && guest.running !== undefined) {
    die(`VM ${guest.vmid} is running - destroy failed`);
  }
  delete guest.running;
  const volumes = ownVolumes(call, guest);
  for (const volume of volumes) {
    if (clonesOf(call.world, volume).length > 0) {
      die(`base volume '${volume.volid}' is still in use by linked cloned`);
    }
  }
  for (const volume of volumes) {
    yield { ms: 300 };
    removeVolume(call.world, volume);
    if (!isDirectory(storageNamed(call.world, parseVolid(volume.volid).storage))) {
      yield { log: `  Logical volume "${parseVolid(volume.volid).name}" successfully removed.` };
    }
  }
  if (flag(call, "purge")) {
    yield { log: `purging ${guestWord(guest.kind)} ${guest.vmid} from related configurations..` };
  }
  forget(call, guest);
}

/** The volumes that go with the guest: its disks in every section, saved memory and, on request, whatever bears its number. */
function ownVolumes(call: Call, guest: Guest): Volume[] {
  const found = new Set<Volume>();
  for (const config of [guest.config, ...guest.snapshots.map((s) => s.config)]) {
    for (const disk of disksOf(call.world, guest, config, { unused: true })) {
      if (disk.volume?.vmid === guest.vmid) {
        found.add(disk.volume);
      }
    }
  }
  for (const state of [guest.config["vmstate"], ...guest.snapshots.map((s) => s.vmstate)]) {
    const volume = state === undefined ? undefined : findVolume(call.world, String(state), guest.node);
    if (volume !== undefined) {
      found.add(volume);
    }
  }
  if (flag(call, "destroy-unreferenced-disks")) {
    for (const storage of call.world.storages.values()) {
      for (const volume of storage.disable ? [] : volumesOn(storage, guest.node)) {
        if (volume.vmid === guest.vmid && (volume.content === "images" || volume.content === "rootdir")) {
          found.add(volume);
        }
      }
    }
  }
  return [...found];
}

/** Pool membership and rights end with the guest, purge or not. */
function forget(call: Call, guest: Guest): void {
  const { world } = call;
  world.guests.delete(guest.vmid);
  for (const pool of world.pools.values()) {
    pool.vms.delete(guest.vmid);
  }
  world.access.acl = world.access.acl.filter((entry) => entry.path !== `/vms/${guest.vmid}`);
}
