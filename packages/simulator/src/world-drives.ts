import type { Config, Guest, GuestKind, Volume, World } from "./world.js";
import { parseOption, parseSize } from "./world-option.js";
import { findVolume } from "./world-storage.js";

const qemuDrive = /^(?:(?:ide|sata|scsi|virtio)\d+|efidisk0|tpmstate0)$/;
const mountPoint = /^(?:rootfs|mp\d+)$/;

/** Whether a configuration key names a disk of that kind of guest (unused ones aside). */
export function isDriveKey(kind: GuestKind, key: string): boolean {
  return (kind === "qemu" ? qemuDrive : mountPoint).test(key);
}

/** The disk keys of a configuration, sorted as PVE walks them. */
export function driveKeys(kind: GuestKind, config: Config): string[] {
  return Object.keys(config)
    .filter((key) => isDriveKey(kind, key))
    .sort();
}

/** The unused disks of a configuration. */
export function unusedKeys(config: Config): string[] {
  return Object.keys(config)
    .filter((key) => /^unused\d+$/.test(key))
    .sort();
}

/** The file or volume part of a disk option: a volume id, a path, `none` or `cdrom`. */
export function driveFile(kind: GuestKind, value: string | number | undefined): string {
  const key = kind === "qemu" ? "file" : "volume";
  const option = parseOption(String(value ?? ""), key);
  return option[key] ?? option["volume"] ?? "";
}

/** Whether a disk option is a CD drive (a cloud-init drive counts as one too). */
export function isCdrom(value: string | number | undefined): boolean {
  return /(?:^|,)media=cdrom(?:,|$)/.test(String(value ?? ""));
}

/** Whether a disk option is the cloud-init drive. */
export function isCloudInit(value: string | number | undefined): boolean {
  return /^[^,]*[:/]?vm-\d+-cloudinit(?:\.\w+)?(?:,|$)/.test(String(value ?? ""));
}

/** The file part, when it is a volume id. */
export function driveVolid(kind: GuestKind, value: string | number | undefined): string | undefined {
  const file = driveFile(kind, value);
  return file.startsWith("/") || !file.includes(":") ? undefined : file;
}

/** A disk option's size in bytes. */
export function driveSize(value: string | number | undefined): number {
  return parseSize(parseOption(String(value ?? ""), "file")["size"] ?? "") ?? 0;
}

/** One disk of a guest with its volume. */
export interface Disk {
  readonly key: string;
  readonly value: string;
  readonly volid: string;
  readonly volume: Volume | undefined;
}

/** The disks that hold data of the guest: no CD drives unless asked for, unused ones only when asked for. */
export function disksOf(
  world: World,
  guest: Pick<Guest, "kind" | "node">,
  config: Config,
  also: { readonly cdroms?: boolean; readonly unused?: boolean } = {},
): Disk[] {
  const keys = driveKeys(guest.kind, config).filter(
    (key) => also.cdroms || !isCdrom(config[key]) || isCloudInit(config[key]),
  );
  const disks: Disk[] = [];
  for (const key of [...keys, ...(also.unused ? unusedKeys(config) : [])]) {
    const value = String(config[key]);
    const volid = driveVolid(guest.kind, value);
    if (volid !== undefined) {
      disks.push({ key, value, volid, volume: findVolume(world, volid, guest.node) });
    }
  }
  return disks;
}

/** Notes a volume as `unusedN` under the first free number. */
export function addUnused(config: Config, volid: string): string {
  const already = unusedKeys(config).find((key) => config[key] === volid);
  if (already !== undefined) {
    return already;
  }
  let n = 0;
  while (`unused${n}` in config) {
    n += 1;
  }
  config[`unused${n}`] = volid;
  return `unused${n}`;
}

/** Whether any section of the guest (active, unused, snapshots) refers to a volume. */
export function refersTo(guest: Guest, volid: string): boolean {
  const sections = [guest.config, ...guest.snapshots.map((s) => s.config)];
  return (
    sections.some((config) =>
      [...driveKeys(guest.kind, config), ...unusedKeys(config)].some(
        (key) => driveVolid(guest.kind, config[key]) === volid,
      ),
    ) || guest.snapshots.some((s) => s.vmstate === volid)
  );
}
