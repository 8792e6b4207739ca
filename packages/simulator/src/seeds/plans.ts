import type { Config, Guest, GuestKind, Node, Storage, Volume, World } from "../world.js";
import { driveKeys, driveVolid, isCdrom, isCloudInit } from "../world-drives.js";
import { parseOption, parseSize } from "../world-option.js";
import type { Random } from "../world-random.js";
import { isDirectory } from "../world-storage.js";

const gibibyte = 1024 ** 3;

/** What a seed says about one guest; the rest (addresses, UUIDs, volumes) is filled in. */
export interface GuestPlan {
  readonly vmid: number;
  readonly kind: GuestKind;
  readonly node: string;
  readonly config: Config;
  /** Seconds it has been running at the origin; absent = stopped. */
  readonly up?: number;
  readonly lock?: string;
  /** The guest agent runs inside. */
  readonly agent?: boolean;
  readonly ignoresShutdown?: boolean;
  /** Drive keys whose volume has gone missing. */
  readonly missing?: readonly string[];
}

/** Builds a node from its name, number and hardware. */
export function planNode(
  random: Random,
  plan: {
    node: string;
    nodeid: number;
    ip: string;
    bootedAt: number;
    cores: number;
    memory: number;
    bridges: string[];
  },
): Node {
  const pairs = Array.from({ length: 32 }, () => random.integer(256).toString(16).padStart(2, "0"));
  return {
    ...plan,
    online: true,
    sockets: 1,
    cpuModel: "AMD EPYC 7313P 16-Core Processor",
    mhz: "2994.374",
    memory: plan.memory * gibibyte,
    swap: 8 * gibibyte,
    rootfs: 94 * gibibyte,
    fingerprint: pairs.join(":").toUpperCase(),
    level: "",
  };
}

/** Puts a guest into the world, with the volumes its configuration names. */
export function plantGuest(world: World, plan: GuestPlan, origin: number): Guest {
  const config: Config = { ...plan.config };
  const ctime = origin - 86_400 * (20 + world.random.integer(200));
  for (const key of Object.keys(config).filter((k) => /^net\d+$/.test(k))) {
    config[key] = String(config[key]).replace("$MAC", world.random.mac());
  }
  if (plan.kind === "qemu") {
    config["smbios1"] = `uuid=${world.random.uuid()}`;
    config["vmgenid"] = world.random.uuid();
    config["meta"] = `creation-qemu=10.1.2,ctime=${ctime}`;
  }
  const guest: Guest = {
    vmid: plan.vmid,
    kind: plan.kind,
    node: plan.node,
    config,
    pending: { set: {}, remove: {} },
    snapshots: [],
    behaviour: { agent: plan.agent ?? false, ignoresShutdown: plan.ignoresShutdown ?? false },
    ...(plan.lock === undefined ? {} : { lock: plan.lock }),
    ...(plan.up === undefined
      ? {}
      : { running: { pid: 1000 + world.random.integer(60_000), since: origin - plan.up, paused: false } }),
  };
  world.guests.set(guest.vmid, guest);
  for (const key of driveKeys(plan.kind, config)) {
    if (!plan.missing?.includes(key)) {
      plantDisk(world, guest, key, ctime);
    }
  }
  return guest;
}

function plantDisk(world: World, guest: Guest, key: string, ctime: number): void {
  const value = config(guest, key);
  const volid = driveVolid(guest.kind, value);
  const storage = world.storages.get(volid?.split(":")[0] ?? "");
  if (volid === undefined || storage === undefined || (isCdrom(value) && !isCloudInit(value))) {
    return;
  }
  const size = parseSize(parseOption(value, "file")["size"] ?? "4M") ?? 0;
  const base = /^[^:]+:(\d+\/base-[^/]+)\//.exec(volid)?.[1];
  storage.volumes.push({
    volid,
    ...(storage.shared ? {} : { node: guest.node }),
    content: guest.kind === "qemu" ? "images" : "rootdir",
    format: isDirectory(storage) ? (/\.(\w+)$/.exec(volid)?.[1] ?? "raw") : "raw",
    size,
    used: Math.floor((size * (0.15 + 0.5 * world.random.next())) / 4096) * 4096,
    ctime,
    vmid: guest.vmid,
    ...(base === undefined ? {} : { parent: `${storage.storage}:${base}` }),
  });
}

function config(guest: Guest, key: string): string {
  return String(guest.config[key] ?? "");
}

/** Files on directory storages: ISO images and container templates. */
export function plantFile(
  storage: Storage,
  file: Pick<Volume, "content" | "size" | "ctime"> & { name: string; node?: string },
): void {
  const { name, node, ...rest } = file;
  const format = /\.(iso|img|txz|tgz|tzst)$/.exec(name)?.[1] ?? (name.endsWith(".tar.zst") ? "tzst" : "raw");
  storage.volumes.push({
    ...rest,
    volid: `${storage.storage}:${file.content}/${name}`,
    ...(storage.shared || node === undefined ? {} : { node }),
    format,
    used: file.size,
  });
}

/** The name PVE gives a backup made at that time (UTC). */
export function backupName(kind: GuestKind, vmid: number, time: number): string {
  const stamp = new Date(time * 1000)
    .toISOString()
    .slice(0, 19)
    .replace("T", "-")
    .replaceAll("-", "_")
    .replaceAll(":", "_");
  const day = stamp.slice(0, 10);
  return `vzdump-${kind}-${vmid}-${day}-${stamp.slice(11)}.${kind === "qemu" ? "vma" : "tar"}.zst`;
}

/** A finished backup of a guest as it is now. */
export function plantBackup(
  storage: Storage,
  guest: Guest,
  time: number,
  size: number,
  more: { notes?: string; protected?: boolean } = {},
): void {
  const volumes: Record<string, number> = {};
  for (const key of driveKeys(guest.kind, guest.config)) {
    if (!isCdrom(guest.config[key])) {
      volumes[key] = parseSize(parseOption(config(guest, key), "file")["size"] ?? "") ?? 0;
    }
  }
  storage.volumes.push({
    volid: `${storage.storage}:backup/${backupName(guest.kind, guest.vmid, time)}`,
    ...(storage.shared ? {} : { node: guest.node }),
    content: "backup",
    format: guest.kind === "qemu" ? "vma.zst" : "tar.zst",
    size,
    used: size,
    ctime: time,
    vmid: guest.vmid,
    ...more,
    backup: { kind: guest.kind, config: { ...guest.config }, volumes },
  });
}
