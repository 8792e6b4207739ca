import { isBefore, type Release } from "./contracts.js";
import type { Guest, Node, Storage, World } from "./world.js";
import { driveSize } from "./world-drives.js";
import { figuresAt, guestLimits, load } from "./world-figures.js";
import { noise } from "./world-random.js";
import { usage } from "./world-storage.js";

/** One point of a series: `time` in epoch seconds, the rest absent where nothing was recorded. */
export type Point = Readonly<Record<string, number>>;

type Frames = Readonly<Record<string, readonly [step: number, points: number]>>;

const frames: Frames = {
  hour: [60, 60],
  day: [60, 1440],
  week: [1800, 336],
  month: [1800, 1440],
  year: [21_600, 1440],
  decade: [604_800, 570],
};

/** Before 9.0 the databases kept less. */
const olderFrames: Frames = {
  hour: [60, 60],
  day: [1800, 70],
  week: [10_800, 70],
  month: [43_200, 70],
  year: [604_800, 70],
};

/** How a database is asked: by whom, for what span, and when. */
export interface SeriesRequest {
  readonly release: Release;
  readonly timeframe: string;
  /** Epoch seconds. */
  readonly now: number;
}

/** The points of a timeframe that lie before `now`; those before `from` have only their time. */
function series({ release, timeframe, now }: SeriesRequest, from: number, at: (time: number) => Point): Point[] {
  const [step, count] = (isBefore(release, "9.0") ? olderFrames : frames)[timeframe] ?? [60, 60];
  const last = Math.floor(now / step) * step;
  const points: Point[] = [];
  for (let i = count - 1; i >= 0; i -= 1) {
    const time = last - i * step;
    points.push(time < from ? { time } : { time, ...at(time) });
  }
  return points;
}

const calm = {
  pressurecpusome: 0,
  pressurecpufull: 0,
  pressureiosome: 0,
  pressureiofull: 0,
  pressurememorysome: 0,
  pressurememoryfull: 0,
};

/** A guest's history: limits always, figures while it ran. */
export function guestSeries(world: World, guest: Guest, request: SeriesRequest): Point[] {
  const limits = guestLimits(world, guest);
  const fixed = { maxcpu: Number(limits.cpus), maxmem: limits.maxmem, maxdisk: limits.maxdisk };
  const since = guest.running?.since ?? Number.POSITIVE_INFINITY;
  const origin = request.now - 30 * 86_400;
  return series(request, origin, (time) => {
    if (time < since) {
      return { ...fixed, disk: guest.kind === "lxc" ? driveSize(guest.config["rootfs"]) * 0.2 : 0 };
    }
    const cpu = load(guest.vmid, time);
    const mem = limits.maxmem * (0.25 + 0.4 * noise(guest.vmid, 7) + 0.04 * noise(guest.vmid, time / 60, 2));
    return {
      ...fixed,
      ...calm,
      cpu,
      mem,
      ...(guest.kind === "qemu" ? { memhost: mem * 1.02 } : {}),
      disk: guest.kind === "lxc" ? limits.maxdisk * (0.12 + 0.3 * noise(guest.vmid, 3)) : 0,
      netin: 400 + 1600 * noise(guest.vmid, time / 60, 11),
      netout: 300 + 1100 * noise(guest.vmid, time / 60, 12),
      diskread: 4000 * noise(guest.vmid, time / 60, 13),
      diskwrite: 9000 * noise(guest.vmid, time / 60, 14),
    };
  });
}

/** A node's history, from its last boot on. */
export function nodeSeries(world: World, node: Node, request: SeriesRequest): Point[] {
  const { pressurecpufull: _unused, ...pressure } = calm;
  return series(request, node.bootedAt, (time) => {
    const figures = figuresAt(world, time).node(node);
    return {
      ...pressure,
      maxcpu: node.cores,
      cpu: figures.cpu,
      iowait: 0.002 + 0.01 * noise(node.nodeid, time / 60, 31),
      loadavg: figures.cpu * node.cores + 0.2 * noise(node.nodeid, time / 60, 32),
      memtotal: node.memory,
      memused: figures.mem,
      memavailable: node.memory - figures.mem,
      swaptotal: node.swap,
      swapused: 0,
      roottotal: node.rootfs,
      rootused: figures.disk,
      arcsize: 0,
      netin: 20_000 + 60_000 * noise(node.nodeid, time / 60, 33),
      netout: 15_000 + 50_000 * noise(node.nodeid, time / 60, 34),
    };
  });
}

/** A storage's history on one node. */
export function storageSeries(storage: Storage, node: string, request: SeriesRequest): Point[] {
  const { total, used } = usage(storage, node);
  return series(request, request.now - 30 * 86_400, (time) => ({
    total,
    used: Math.max(0, Math.round(used - (request.now - time) * 512)),
  }));
}
