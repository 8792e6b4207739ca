import type { ResultOf } from "@pve/client";
import type { Answer, Invocation } from "../invocation.js";
import { type JsonSchema, listOf, openObject } from "../schema.js";
import { EMPTY, notesSchema, plain } from "../window.js";

type Resource = ResultOf<"GET /cluster/resources">[number];

const number: JsonSchema = { type: "number" };
const counts: JsonSchema = { type: "object", additionalProperties: { type: "integer" } };
const used = (unit: string): JsonSchema => ({
  ...openObject({ used: number, total: number, percent: number }),
  description: unit,
});

/** What the cluster has and uses. */
export const clusterStatsOutput = openObject(
  {
    nodes: { ...counts, description: "Nodes by state." },
    vms: { ...counts, description: "Virtual machines by state; templates count apart." },
    containers: { ...counts, description: "Containers by state; templates count apart." },
    cpu: used("Processors in use, of those there are, on online nodes."),
    memory: used("Bytes."),
    storage: used("Bytes; shared storage counts once."),
    by_node: listOf(
      openObject({
        node: { type: "string" },
        status: { type: "string" },
        cpu: used("Processors; absent where the node tells no figures."),
        memory: used("Bytes."),
        guests: { ...counts, description: "Guests by state." },
      }),
    ),
    notes: notesSchema,
  },
  ["nodes", "vms", "containers", "cpu", "memory", "storage", "by_node"],
);

/** Totals over the cluster and node by node, counted from the resource list. */
export async function clusterStats(call: Invocation): Promise<Answer> {
  const rows = await call.pve.call("GET /cluster/resources", {}, call.watch);
  const nodes = rows.filter((row) => row.type === "node");
  const guests = rows.filter((row) => row.type === "qemu" || row.type === "lxc");
  const storages = rows.filter((row) => row.type === "storage");
  const seen = uniqueStorages(storages);
  const unread = storages.filter((row) => row.maxdisk === undefined).map((row) => row.id);
  const untold = nodes.filter((row) => !hasFigures(row));
  const named = (rows: readonly Resource[]) => rows.map((row) => row.node).join(", ");
  const hidden = untold.filter((row) => row.status === "online");
  const silent = untold.filter((row) => row.status !== "online");
  const notes = [
    ...(guests.length === 0 ? [`No guests. ${EMPTY}`] : []),
    ...(hidden.length > 0 ? [`Without figures, for lack of Sys.Audit: ${named(hidden)}.`] : []),
    ...(silent.length > 0 ? [`Without figures, and not in the totals: ${named(silent)}, not online.`] : []),
    ...(unread.length > 0 ? [`Without figures: ${unread.join(", ")}.`] : []),
  ];
  return {
    nodes: countBy(nodes),
    vms: countBy(guests.filter((row) => row.type === "qemu")),
    containers: countBy(guests.filter((row) => row.type === "lxc")),
    cpu: cpuOf(nodes),
    memory: share(sum(nodes, "mem"), sum(nodes, "maxmem")),
    storage: share(sum(seen, "disk"), sum(seen, "maxdisk")),
    by_node: nodes.map((row) => ({
      node: row.node,
      status: row.status,
      // A node that is down has no load of 0 %; what it has is not known.
      ...(hasFigures(row) && { cpu: cpuOf([row]), memory: share(row.mem ?? 0, row.maxmem ?? 0) }),
      guests: countBy(guests.filter((guest) => guest.node === row.node)),
    })),
    ...(notes.length > 0 && { notes }),
  };
}

function hasFigures(node: Resource): boolean {
  return node.maxmem !== undefined && node.maxmem > 0;
}

function countBy(rows: readonly Resource[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const row of rows) {
    const state = row.template === true ? "template" : (row.status ?? "unknown");
    counted[state] = (counted[state] ?? 0) + 1;
  }
  return counted;
}

/** A shared storage is listed once per node; one entry stands for all, the one with figures if there is one. */
function uniqueStorages(rows: readonly Resource[]): readonly Resource[] {
  const unique = new Map<string, Resource>();
  for (const row of rows) {
    const key = row.shared === true ? `shared ${row.storage}` : row.id;
    if (unique.get(key)?.maxdisk === undefined) unique.set(key, row);
  }
  return [...unique.values()];
}

function cpuOf(nodes: readonly Resource[]) {
  const busy = nodes.reduce((total, row) => total + (row.cpu ?? 0) * (row.maxcpu ?? 0), 0);
  return share(busy, sum(nodes, "maxcpu"));
}

function sum(rows: readonly Resource[], field: "mem" | "maxmem" | "disk" | "maxdisk" | "maxcpu"): number {
  return rows.reduce((total, row) => total + (row[field] ?? 0), 0);
}

function share(part: number, total: number) {
  return { used: plain(part), total, percent: total === 0 ? 0 : Math.round((part / total) * 1000) / 10 };
}
