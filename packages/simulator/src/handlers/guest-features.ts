import type { Handler } from "../handler.js";
import type { Guest, World } from "../world.js";
import { type Disk, disksOf } from "../world-drives.js";
import { snapshotNamed } from "../world-guest.js";
import { isConfiguredOn, isDirectory, parseVolid } from "../world-storage.js";
import { guestOf, need, text } from "./guest-call.js";

/** What a storage may be able to do with a volume. */
export type Feature = "snapshot" | "clone" | "copy";

/** Whether a base volume: the disk of a template. */
export function isBase(volid: string): boolean {
  return /[:/]base-\d+-[^/]+$/.test(volid);
}

/** Whether the storage can do that with the disk; `snapshot` names the one to clone from. */
export function diskHas(world: World, disk: Disk, feature: Feature, snapshot?: string): boolean {
  const storage = world.storages.get(parseVolid(disk.volid).storage);
  if (storage === undefined) {
    return false;
  }
  const format = disk.volume?.format ?? "raw";
  const native = ["lvmthin", "zfspool", "rbd", "btrfs"].includes(storage.type);
  switch (feature) {
    case "copy":
      return snapshot === undefined || native || format === "qcow2";
    case "snapshot":
      return native || (isDirectory(storage) && format === "qcow2");
    case "clone":
      return snapshot === undefined ? isBase(disk.volid) && storage.type !== "lvm" : native;
  }
}

/** Whether every disk of the guest can do it. */
export function guestHas(world: World, guest: Guest, feature: Feature, snapshot?: string): boolean {
  const config = snapshot === undefined ? guest.config : snapshotNamed(guest, snapshot).config;
  return disksOf(world, guest, config).every((disk) => diskHas(world, disk, feature, snapshot));
}

/** Whether all disks lie on shared storages that the node can reach. */
export function isReachable(world: World, guest: Guest, node: string): boolean {
  return disksOf(world, guest, guest.config, { cdroms: true }).every((disk) => {
    const storage = world.storages.get(parseVolid(disk.volid).storage);
    return storage?.shared === true && isConfiguredOn(storage, node);
  });
}

/** `GET …/feature` of both kinds. */
export const showFeature: Handler = (call) => {
  const guest = guestOf(call);
  const has = guestHas(call.world, guest, need(call, "feature") as Feature, text(call, "snapname"));
  if (guest.kind === "lxc") {
    return { hasFeature: has ? 1 : 0 };
  }
  const nodes = [...call.world.nodes.keys()].filter((n) => n === guest.node || isReachable(call.world, guest, n));
  return { hasFeature: has ? 1 : 0, nodes };
};
