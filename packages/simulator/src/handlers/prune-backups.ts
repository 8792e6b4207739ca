import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Guest, Storage, Volume } from "../world.js";
import { parseOption } from "../world-option.js";
import { entryOf as groupNamed } from "../world-per-node.js";
import { removeVolume, storageNamed, usableStorage, volumesOn } from "../world-storage.js";
import { need, nodeOf, number, text } from "./guest-call.js";
import { assertAllowed } from "./storage-access.js";

/** A backup and what would become of it. */
interface Entry {
  readonly volume: Volume;
  readonly ctime: number;
  readonly type: string;
  readonly vmid?: number;
  mark?: "keep" | "remove" | "protected" | "renamed";
}

/** Backups are counted by the time in their name. */
const named = /vzdump-(qemu|lxc|openvz)-(\d+)-(\d{4})_(\d\d)_(\d\d)-(\d\d)_(\d\d)_(\d\d)\./;

function entryOf(volume: Volume): Entry {
  const match = named.exec(volume.volid);
  const isProtected = volume.protected === true;
  if (match === null) {
    const type = volume.backup?.kind ?? "unknown";
    const owner = volume.vmid === undefined ? {} : { vmid: volume.vmid };
    return { volume, ctime: volume.ctime, type, ...owner, mark: isProtected ? "protected" : "renamed" };
  }
  const [, type = "", vmid, year, month, day, hour, minute, second] = match;
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return {
    volume,
    ctime: time / 1000,
    type,
    vmid: Number(vmid),
    ...(isProtected ? { mark: "protected" as const } : {}),
  };
}

/** Keeps the newest of each period, as many periods as asked for; what earlier rules keep counts as taken. */
function keep(entries: readonly Entry[], count: number, period: (ctime: number) => string): void {
  const taken = new Set(entries.filter((entry) => entry.mark === "keep").map((entry) => period(entry.ctime)));
  const newly = new Set<string>();
  for (const entry of entries) {
    const id = period(entry.ctime);
    if (entry.mark !== undefined || taken.has(id)) {
      continue;
    }
    if (newly.has(id)) {
      entry.mark = "remove";
    } else if (newly.size < count) {
      newly.add(id);
      entry.mark = "keep";
    } else {
      return;
    }
  }
}

function isoWeek(ctime: number): string {
  const day = new Date(ctime * 1000);
  // The week belongs to the year of its Thursday.
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7));
  const first = Date.UTC(day.getUTCFullYear(), 0, 1);
  return `${Math.ceil(((day.getTime() - first) / 86_400_000 + 1) / 7)}/${day.getUTCFullYear()}`;
}

const iso = (length: number) => (ctime: number) => new Date(ctime * 1000).toISOString().slice(0, length);
const rules: readonly (readonly [string, (ctime: number) => string])[] = [
  ["keep-last", String],
  ["keep-hourly", iso(13)],
  ["keep-daily", iso(10)],
  ["keep-weekly", isoWeek],
  ["keep-monthly", iso(7)],
  ["keep-yearly", iso(4)],
];

/** Marks the backups of one guest. */
function markGroup(entries: readonly Entry[], retention: Readonly<Record<string, string>>): void {
  const counts = rules.map(([name, period]) => ({ count: Number(retention[name] ?? 0), period }));
  const keepsAll = retention["keep-all"] === "1" || counts.every(({ count }) => count <= 0);
  const newest = [...entries].sort((a, b) => b.ctime - a.ctime);
  if (!keepsAll) {
    for (const { count, period } of counts.filter((rule) => rule.count > 0)) {
      keep(newest, count, period);
    }
  }
  for (const entry of newest) {
    entry.mark ??= keepsAll ? "keep" : "remove";
  }
}

function entriesOf(call: Call): Entry[] {
  const storage = storageNamed(call.world, need(call, "storage"));
  if (!storage.content.includes("backup")) {
    die(`storage '${storage.storage}' does not support backups`);
  }
  const options = text(call, "prune-backups") ?? storage.config["prune-backups"];
  if (options === undefined) {
    die(`no prune-backups options configured for storage '${storage.storage}'`);
  }
  usableStorage(call.world, storage.storage, nodeOf(call));
  const vmid = number(call, "vmid");
  return markedEntries(storage, nodeOf(call), String(options), { type: text(call, "type"), vmid });
}

interface Scope {
  readonly type?: string | undefined;
  readonly vmid?: number | undefined;
}

function markedEntries(storage: Storage, node: string, options: string, { type, vmid }: Scope): Entry[] {
  const entries = volumesOn(storage, node)
    .filter((volume) => volume.content === "backup" && (vmid === undefined || volume.vmid === vmid))
    .map(entryOf)
    .filter((entry) => type === undefined || entry.type === type);
  const groups = new Map<string, Entry[]>();
  for (const entry of entries.filter(({ mark }) => mark !== "renamed")) {
    groupNamed(groups, `${entry.type}/${entry.vmid}`, () => []).push(entry);
  }
  for (const group of groups.values()) {
    markGroup(group, parseOption(options, "keep-last"));
  }
  return entries;
}

/** The backups of a guest that retention rules do not keep. */
export function superfluous(storage: Storage, node: string, options: string, { kind, vmid }: Guest): Volume[] {
  const entries = markedEntries(storage, node, options, { type: kind, vmid });
  return entries.flatMap(({ volume, mark }) => (mark === "remove" ? [volume] : []));
}

const preview: Handler = (call) =>
  entriesOf(call).map(({ volume, ctime, type, vmid, mark }) => ({
    volid: volume.volid,
    ctime,
    type,
    mark,
    ...(vmid === undefined ? {} : { vmid }),
  }));

const prune: Handler = (call) => {
  const storage = need(call, "storage");
  const vmid = number(call, "vmid");
  if (vmid === undefined) {
    assertAllowed(call, `/storage/${storage}`, ["Datastore.Allocate"]);
  } else {
    assertAllowed(call, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
    assertAllowed(call, `/vms/${vmid}`, ["VM.Backup"]);
  }
  return call.startTask({
    node: nodeOf(call),
    type: "prunebackups",
    id: vmid === undefined ? storage : `${vmid}@${storage}`,
    work: function* () {
      for (const { volume, mark } of entriesOf(call)) {
        if (mark === "remove") {
          yield { ms: 200, log: `removing backup '${volume.volid}'` };
          removeVolume(call.world, volume);
        }
      }
    },
  });
};

/** Thinning out backups by retention rules. */
export const pruneBackupsHandlers: Handlers = {
  "GET /nodes/{node}/storage/{storage}/prunebackups": preview,
  "DELETE /nodes/{node}/storage/{storage}/prunebackups": prune,
};
