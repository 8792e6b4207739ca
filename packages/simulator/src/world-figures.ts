import type { Config, Guest, Node, World } from "./world.js";
import { driveFile, driveKeys, driveSize, isCdrom } from "./world-drives.js";
import { parseOption } from "./world-option.js";
import { noise } from "./world-random.js";

const mebibyte = 1024 ** 2;

/** The status daemon publishes figures every ten seconds, so that is how often they change. */
const beat = 10;

/** A guest's figures at one moment, in the units of `status/current` (bytes, seconds, CPU as a fraction). */
export interface GuestFigures {
  readonly cpu: number;
  readonly mem: number;
  readonly disk: number;
  readonly netin: number;
  readonly netout: number;
  readonly diskread: number;
  readonly diskwrite: number;
  readonly uptime: number;
}

/** What a guest is allowed to use. */
export interface GuestLimits {
  /** Number, except that a CPU limit below the cores is what the configuration says, as text. */
  readonly cpus: number | string;
  readonly maxmem: number;
  readonly maxdisk: number;
  /** Containers only. */
  readonly maxswap: number;
}

/** What limits were read from, beside a boot disk that the boot order names. */
const limitKeys = ["cores", "sockets", "vcpus", "cpulimit", "memory", "swap", "boot", "rootfs"];

interface KnownLimits {
  readonly values: readonly unknown[];
  readonly bootKey: string;
  readonly bootValue: unknown;
  readonly nodeCores: number | undefined;
  readonly limits: GuestLimits;
}

/** Lists of thousands of guests read the same limits again and again; a configuration that has changed is read anew. */
const knownLimits = new WeakMap<Config, KnownLimits>();

/** Reads a guest's limits from its configuration. */
export function guestLimits(world: World, guest: Guest): GuestLimits {
  const { config, kind } = guest;
  const nodeCores = world.nodes.get(guest.node)?.cores;
  const known = knownLimits.get(config);
  const isCurrent =
    known?.nodeCores === nodeCores &&
    known?.bootValue === config[known?.bootKey ?? ""] &&
    limitKeys.every((key, index) => config[key] === known?.values[index]);
  if (known && isCurrent) {
    return known.limits;
  }
  const limits = readLimits(world, guest);
  const bootKey = kind === "lxc" ? "rootfs" : (/order=([^;,]+)/.exec(String(config["boot"] ?? ""))?.[1] ?? "");
  const bootValue = config[bootKey];
  // Without a disk that comes first, any drive may decide: such limits are not kept.
  if (bootValue !== undefined && !isCdrom(bootValue) && !bootKey.startsWith("net")) {
    const values = limitKeys.map((key) => config[key]);
    knownLimits.set(config, { values, bootKey, bootValue, nodeCores, limits });
  }
  return limits;
}

function readLimits(world: World, guest: Guest): GuestLimits {
  const { config } = guest;
  const cores =
    guest.kind === "qemu"
      ? Number(config["vcpus"] ?? Number(config["sockets"] ?? 1) * Number(config["cores"] ?? 1))
      : Number(config["cores"] ?? world.nodes.get(guest.node)?.cores ?? 1);
  const limit = config["cpulimit"];
  const cpus = limit !== undefined && Number(limit) > 0 && Number(limit) < cores ? limit : cores;
  const memory =
    guest.kind === "qemu"
      ? Number(parseOption(String(config["memory"] ?? "512"), "current")["current"])
      : Number(config["memory"] ?? 512);
  return {
    cpus,
    maxmem: memory * mebibyte,
    maxdisk: bootDiskSize(guest),
    maxswap: Number(config["swap"] ?? 512) * mebibyte,
  };
}

function bootDiskSize(guest: Guest): number {
  const { config } = guest;
  if (guest.kind === "lxc") {
    return driveSize(config["rootfs"]);
  }
  const order = /order=([^,]+)/.exec(String(config["boot"] ?? ""))?.[1]?.split(";") ?? [];
  const disks = driveKeys("qemu", config).filter(
    (key) => !isCdrom(config[key]) && /^(?:ide|sata|scsi|virtio)/.test(key),
  );
  const boot = order.find((key) => disks.includes(key)) ?? disks[0];
  return boot === undefined ? 0 : driveSize(config[boot]);
}

const idle: GuestFigures = { cpu: 0, mem: 0, disk: 0, netin: 0, netout: 0, diskread: 0, diskwrite: 0, uptime: 0 };

/** A guest's figures: they depend on nothing but the guest's number and the time, and grow while it runs. */
export function guestFigures(
  world: World,
  guest: Guest,
  now: number,
  { maxmem, maxdisk }: GuestLimits = guestLimits(world, guest),
): GuestFigures {
  const { running, vmid } = guest;
  if (running === undefined) {
    return idle;
  }
  const uptime = Math.max(0, now - running.since);
  const busy = running.paused ? 0 : load(vmid, now);
  const fill = 0.25 + 0.4 * noise(vmid, 7);
  return {
    cpu: round(busy, 1e4),
    mem: Math.floor((maxmem * (fill + 0.04 * noise(vmid, bucket(now), 2))) / 4096) * 4096,
    disk: guest.kind === "lxc" ? Math.floor((maxdisk * (0.12 + 0.3 * noise(vmid, 3))) / 4096) * 4096 : 0,
    netin: counter(uptime, 900, vmid, 11),
    netout: counter(uptime, 600, vmid, 12),
    diskread: counter(uptime, 2200, vmid, 13),
    diskwrite: counter(uptime, 5400, vmid, 14),
    uptime,
  };
}

/** CPU load of a guest as a fraction of its CPUs: a day's wave, a level of its own and some jitter. */
export function load(vmid: number, time: number): number {
  const day = (1 + Math.sin((2 * Math.PI * (time % 86_400)) / 86_400 - Math.PI / 2)) / 2;
  return 0.01 + noise(vmid, 5) * 0.12 + day * noise(vmid, 6) * 0.2 + noise(vmid, bucket(time), 1) * 0.05;
}

function counter(uptime: number, perSecond: number, vmid: number, salt: number): number {
  return Math.floor(uptime * perSecond * (0.3 + 1.4 * noise(vmid, salt)));
}

function bucket(time: number): number {
  return Math.floor(time / beat);
}

function round(value: number, to: number): number {
  return Math.round(value * to) / to;
}

/** What a guest uses, and what it may use. */
export interface GuestUse {
  readonly figures: GuestFigures;
  readonly limits: GuestLimits;
}

/** What a node uses, in the units of {@link GuestFigures}. */
export interface NodeFigures {
  readonly cpu: number;
  readonly mem: number;
  readonly disk: number;
  readonly uptime: number;
}

/** The figures of one moment. */
export interface Figures {
  guest(guest: Guest): GuestUse;
  node(node: Node): NodeFigures;
}

/** Reads each guest once, however many lists of the same answer ask for it: lists of thousands are long otherwise. */
export function figuresAt(world: World, now: number): Figures {
  const known = new Map<Guest, GuestUse>();
  let byNode: ReadonlyMap<string, readonly Guest[]> | undefined;
  const use = (guest: Guest): GuestUse => {
    const read = known.get(guest);
    if (read !== undefined) {
      return read;
    }
    const limits = guestLimits(world, guest);
    const fresh = { limits, figures: guestFigures(world, guest, now, limits) };
    known.set(guest, fresh);
    return fresh;
  };
  return {
    guest: use,
    node: (node) => {
      byNode ??= runningByNode(world);
      return nodeUse(node, (byNode.get(node.node) ?? []).map(use), now);
    },
  };
}

function runningByNode(world: World): ReadonlyMap<string, readonly Guest[]> {
  const byNode = new Map([...world.nodes.keys()].map((name) => [name, [] as Guest[]]));
  for (const guest of world.guests.values()) {
    if (guest.running !== undefined) {
      byNode.get(guest.node)?.push(guest);
    }
  }
  return byNode;
}

/** A node's figures: its guests' plus what the node itself needs. */
function nodeUse(node: Node, guests: readonly GuestUse[], now: number): NodeFigures {
  let cores = 0.15;
  let mem = node.memory * 0.06;
  for (const { figures, limits } of guests) {
    cores += figures.cpu * Number(limits.cpus);
    mem += figures.mem;
  }
  return {
    cpu: round(Math.min(1, cores / node.cores + 0.01 * noise(node.nodeid, bucket(now))), 1e5),
    mem: Math.floor(Math.min(node.memory, mem) / 4096) * 4096,
    disk: Math.floor((node.rootfs * (0.11 + 0.05 * noise(node.nodeid, 21))) / 4096) * 4096,
    uptime: Math.max(0, now - node.bootedAt),
  };
}

/** The tap or veth devices of a running guest. */
export function nicNames(guest: Guest): string[] {
  const stem = guest.kind === "qemu" ? "tap" : "veth";
  return Object.keys(guest.config)
    .filter((key) => /^net\d+$/.test(key))
    .sort()
    .map((key) => `${stem}${guest.vmid}i${key.slice(3)}`);
}

/** The drives a running VM's process has open. */
export function openDrives(guest: Guest): string[] {
  return driveKeys("qemu", guest.config).filter((key) => driveFile("qemu", guest.config[key]) !== "none");
}
