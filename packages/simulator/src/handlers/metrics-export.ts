import type { Call } from "../handler.js";
import type { Node } from "../world.js";
import { type Figures, figuresAt } from "../world-figures.js";
import { isConfiguredOn, usage } from "../world-storage.js";
import { flag, number } from "./guest-call.js";

/** One figure at one moment. */
export interface Metric {
  readonly id: string;
  readonly metric: string;
  /** Epoch seconds. */
  readonly timestamp: number;
  /** `derive` counts up; `gauge` is a value as it is. */
  readonly type: "gauge" | "derive";
  readonly value: number;
}

const counters = new Set(["disk_read", "disk_write", "net_in", "net_out"]);
/** The status daemon measures every ten seconds and keeps half an hour. */
const beat = 10;
const kept = 1800;

function metrics(id: string, timestamp: number, values: Readonly<Record<string, number>>): Metric[] {
  return Object.entries(values).map(([metric, value]) => {
    return { id, metric, timestamp, type: counters.has(metric) ? "derive" : "gauge", value };
  });
}

/** The figures of these nodes and of what is on them: the latest ones or, with `history`, all that are kept. */
export function currentMetrics(call: Call, nodes: readonly string[]): Metric[] {
  const now = call.now() - (call.now() % beat);
  const first = flag(call, "history") ? Math.max(number(call, "start-time") ?? 0, now - kept) : now;
  const times: number[] = [];
  for (let time = now; time >= first; time -= beat) {
    times.unshift(time);
  }
  const online = nodes.flatMap((name) => call.world.nodes.get(name) ?? []).filter((node) => node.online);
  return times.flatMap((time) => {
    const figures = figuresAt(call.world, time);
    return online.flatMap((node) => nodeMetrics(call, node, time, figures));
  });
}

function nodeMetrics(call: Call, node: Node, time: number, figures: Figures): Metric[] {
  const { cpu, mem, disk, uptime } = figures.node(node);
  const load = cpu * node.cores;
  const own = metrics(`node/${node.node}`, time, {
    uptime,
    cpu_avg1: load * 1.05,
    cpu_avg5: load,
    cpu_avg15: load * 0.94,
    cpu_max: node.cores,
    cpu_current: cpu,
    mem_total: node.memory,
    mem_used: mem,
    swap_total: node.swap,
    swap_used: 0,
    disk_total: node.rootfs,
    disk_used: disk,
  });
  return [...own, ...guestMetrics(call, node, time, figures), ...storageMetrics(call, node, time)];
}

function guestMetrics(call: Call, { node }: Node, time: number, all: Figures): Metric[] {
  return [...call.world.guests.values()]
    .filter((guest) => guest.node === node)
    .flatMap((guest) => {
      const { figures, limits } = all.guest(guest);
      const moving = {
        cpu_current: figures.cpu,
        mem_used: figures.mem,
        disk_read: figures.diskread,
        disk_write: figures.diskwrite,
        net_in: figures.netin,
        net_out: figures.netout,
        ...(guest.kind === "lxc" ? { disk_used: figures.disk } : {}),
      };
      return metrics(`${guest.kind}/${guest.vmid}`, time, {
        ...(guest.running === undefined ? {} : moving),
        uptime: figures.uptime,
        cpu_max: Number(limits.cpus),
        mem_total: limits.maxmem,
        disk_total: limits.maxdisk,
      });
    });
}

function storageMetrics(call: Call, { node }: Node, time: number): Metric[] {
  return [...call.world.storages.values()]
    .filter((storage) => !storage.disable && isConfiguredOn(storage, node))
    .flatMap((storage) => {
      const { total, used } = usage(storage, node);
      return metrics(`storage/${node}/${storage.storage}`, time, { disk_total: total, disk_used: used });
    });
}
