import type { Call } from "../handler.js";
import type { Section } from "../section-config.js";
import { splitList } from "../verify-list.js";
import type { Guest, World } from "../world.js";
import { driveFile, driveKeys, isCdrom, isCloudInit } from "../world-drives.js";
import { parseOption } from "../world-option.js";

/** The VMIDs that a backup job selects, ascending; some may be of guests that are gone. */
export function backupTargets(world: World, job: Section): number[] {
  const { pool, vmid, all, exclude, node } = job;
  let chosen: readonly number[] = [];
  if (pool !== undefined) {
    chosen = [...(world.pools.get(String(pool))?.vms ?? [])];
  } else if (vmid !== undefined && vmid !== "") {
    chosen = splitList(String(vmid)).map(Number);
  } else if (all === 1) {
    const left = new Set(splitList(String(exclude ?? "")).map(Number));
    chosen = [...world.guests.keys()].filter((id) => !left.has(id));
  }
  return chosen
    .filter((id) => node === undefined || (world.guests.get(id)?.node ?? node) === node)
    .sort((a, b) => a - b);
}

/** The tree of guests and disks of a backup job, with the reason why each disk is in or out. */
export function includedGuests(call: Call, job: Section): unknown {
  const visible = backupTargets(call.world, job).filter((vmid) => call.allowed(`/vms/${vmid}`, ["VM.Audit"]));
  return {
    children: visible.map((vmid) => {
      const guest = call.world.guests.get(vmid);
      return guest === undefined ? { id: vmid, type: "unknown", leaf: 1 } : branch(guest);
    }),
  };
}

function branch(guest: Guest): Record<string, unknown> {
  const children = driveKeys(guest.kind, guest.config).flatMap((key) => {
    const value = String(guest.config[key]);
    if (guest.kind === "qemu" && (isCdrom(value) || isCloudInit(value))) {
      return [];
    }
    const { included, reason } = guest.kind === "qemu" ? ofDrive(guest, key, value) : ofMountPoint(key, value);
    return [{ id: `${guest.vmid}:${key}`, name: driveFile(guest.kind, value), included, reason, leaf: 1 }];
  });
  const name = guest.config[guest.kind === "qemu" ? "name" : "hostname"];
  return { id: guest.vmid, type: guest.kind, name, children, leaf: children.length === 0 ? 1 : 0 };
}

interface Verdict {
  readonly included: 0 | 1;
  readonly reason: string;
}

function ofDrive(guest: Guest, key: string, value: string): Verdict {
  if (key === "efidisk0" && guest.config["bios"] !== "ovmf") {
    return { included: 0, reason: "efidisk but no OMVF BIOS" };
  }
  return parseOption(value, "file")["backup"] === "0"
    ? { included: 0, reason: "backup=no" }
    : { included: 1, reason: "backup=yes" };
}

function ofMountPoint(key: string, value: string): Verdict {
  if (key === "rootfs") {
    return { included: 1, reason: "rootfs" };
  }
  if (value.startsWith("/")) {
    return { included: 0, reason: "not a volume" };
  }
  return parseOption(value, "volume")["backup"] === "1"
    ? { included: 1, reason: "enabled" }
    : { included: 0, reason: "disabled" };
}
