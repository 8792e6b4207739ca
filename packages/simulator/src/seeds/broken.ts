import type { Storage, World } from "../world.js";
import { disksOfNode } from "../world-disks.js";
import { settingsOf } from "../world-node-settings.js";
import { packagesOf } from "../world-packages.js";
import { usage } from "../world-storage.js";
import { brokenHistory } from "./broken-history.js";
import type { Seed } from "./seed.js";
import { threeNodes } from "./three-nodes.js";

const day = 86_400;
const gibibyte = 1024 ** 3;

/**
 * The cluster `lab` on a bad morning, so that alerts have something to find:
 *
 * - pve3 is offline: two of three votes are left, one more failure and nothing can be changed;
 * - `nas`, where backups go, is full to the last gigabyte;
 * - the backup job `nightly` has failed three nights in a row for want of room; VM 102 has had no backup for 60 days, and
 *   CT 201 is in no job and has none at all;
 * - VM 101 is in HA error state;
 * - the certificate of pve2 ends in nine days;
 * - pve1 has six updates waiting, openssl among them, and no node has a subscription;
 * - on pve2 the clock is not kept (chrony is stopped) and `/dev/sdc` reports failing.
 */
export const broken: Seed = {
  story: "The cluster lab on a bad morning: a node down, a full storage, failed backups, an ending certificate.",
  origin: threeNodes.origin,
  build(release) {
    const { origin } = threeNodes;
    const { world, history, credentials } = threeNodes.build(release);
    breakNode(world);
    forgetBackups(world, origin);
    fillStorage(world);
    failService(world, origin);
    neglect(world, origin);
    // On these nights no backup worked, so what the healthy cluster tells of them is left out.
    const before = history.filter(({ type, starttime }) => type !== "vzdump" || starttime < origin - 4 * day);
    return { world, history: [...before, ...brokenHistory(origin)], credentials };
  },
};

/** Nobody knows what its guests do; they do not run. */
function breakNode(world: World): void {
  const node = world.nodes.get("pve3");
  if (node !== undefined) {
    node.online = false;
  }
  for (const guest of world.guests.values()) {
    if (guest.node === "pve3") {
      delete guest.running;
    }
  }
}

function fillStorage(world: World): void {
  const nas = world.storages.get("nas");
  if (nas !== undefined) {
    const { avail } = usage(nas, "pve1");
    const full: Storage = { ...nas, overhead: nas.overhead + avail - gibibyte };
    world.storages.set("nas", full);
  }
}

function forgetBackups(world: World, origin: number): void {
  for (const storage of world.storages.values()) {
    storage.volumes = storage.volumes.filter(
      ({ content, vmid, ctime }) =>
        content !== "backup" || !(vmid === 201 || (vmid === 102 && ctime > origin - 30 * day)),
    );
  }
  world.jobs.jobs.set("nightly", {
    type: "vzdump",
    enabled: 1,
    schedule: "02:00",
    storage: "nas",
    mode: "snapshot",
    compress: "zstd",
    vmid: "100,101,102,200",
    comment: "every night",
  });
}

function failService(world: World, origin: number): void {
  world.ha.resources.set("vm:101", { type: "vm", state: "started" });
  world.ha.services.set("vm:101", { since: origin - 10 * day, uid: "c2VydmljZSB2bTEwMSE", failed: true });
  world.ha.awakeSince = origin - 10 * day;
}

const waiting: Readonly<Record<string, string>> = {
  "proxmox-kernel-6.17": "6.17.4-1",
  "qemu-server": "9.2.7",
  openssl: "3.5.4-1~deb13u2",
};

/** `9.2.11` → `9.2.12`. */
function nextVersion(version: string): string {
  return version.replace(/\d+$/, (last) => String(Number(last) + 1));
}

function neglect(world: World, origin: number): void {
  world.certificateValidity.set("pve2", { from: origin - 721 * day, until: origin + 9 * day });
  for (const each of packagesOf(world, "pve1").packages) {
    const isManager = each.name === "pve-manager";
    const available = isManager ? nextVersion(each.installed) : waiting[each.name];
    if (available !== undefined) {
      each.available = available;
    }
  }
  settingsOf(world, "pve2").stopped.add("chrony");
  const { devices } = disksOfNode(world, "pve2");
  const failing = devices.findIndex((device) => device.devpath === "/dev/sdc");
  const device = devices[failing];
  if (device !== undefined) {
    devices[failing] = { ...device, health: "FAILED!" };
  }
}
