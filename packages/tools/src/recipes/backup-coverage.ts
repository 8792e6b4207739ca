import type { ResultOf } from "@pve/client";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { type JsonSchema, listOf } from "../schema.js";
import { epochOf, isoOf } from "../time.js";
import { filterRows, type Row, windowOf, windowSchema } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";
import { coveredBy } from "./backup-jobs.js";
import { allPlaces, contentOf, placesToRead, unusable } from "./storage-places.js";

type Guest = ResultOf<"GET /cluster/resources">[number] & { readonly vmid: number };
type Volume = ResultOf<"GET /nodes/{node}/storage/{storage}/content">[number];

const HOUR = 3600;
const text: JsonSchema = { type: "string" };

/** How guests stand: those without a fresh backup first. */
export const backupCoverageOutput = windowSchema(
  {
    type: "object",
    properties: {
      vmid: { type: "integer" },
      name: text,
      node: text,
      type: text,
      state: { type: "string", description: "never, stale or fresh." },
      newest: { type: "string", description: "UTC." },
      age_hours: { type: "number" },
      storage: { type: "string", description: "Where the newest lies." },
      backups: { type: "integer" },
      jobs: listOf(text, "Enabled jobs that cover it."),
      skipped_disks: listOf(text, "Disks that those jobs leave out."),
    },
  },
  {
    totals: { type: "object", description: "Guests by state.", additionalProperties: { type: "integer" } },
    max_age: text,
    unchecked: listOf(text, "What could not be looked at: a backup may be there."),
  },
);

/** What the backups on a storage say of a guest. */
interface Found {
  readonly ctime: number;
  readonly storage: string;
  readonly count: number;
}

/** Looks at the archives themselves, on every storage that holds backups, and at the jobs that should make more. */
export async function backupCoverage(call: Invocation): Promise<Answer> {
  const maxAge = textOf(call.args, "max_age") ?? "7d";
  const oldest = epochOf("max_age", maxAge, call.now());
  const [resources, archives, jobs] = await Promise.all([
    call.pve.call("GET /cluster/resources", { type: "vm" }, call.watch),
    readArchives(call),
    readJobs(call),
  ]);
  const guests = resources.filter((row): row is Guest => row.vmid !== undefined && row.template !== true);
  const rows = guests.map((guest) => judge(guest, archives.byGuest.get(guest.vmid), jobs, oldest, call.now()));
  const totals: Record<string, number> = { never: 0, stale: 0, fresh: 0 };
  for (const { state } of rows) totals[String(state)] = (totals[String(state)] ?? 0) + 1;
  const wanted = call.args["show"] === "all" ? rows : rows.filter(({ state }) => state !== "fresh");
  const shown = filterRows([...wanted].sort(worstFirst), call.args["filter"]);
  const unchecked = [...archives.unchecked, ...jobs.unchecked];
  const { notes: own = [], ...window } = windowOf(shown, call.args, undefined);
  const notes = [
    ...(rows.length > 0 && wanted.length === 0 ? ["Every guest has a fresh backup."] : own),
    ...(Number(totals["never"]) > 0 ? ["PVE hides backups of guests for which the token lacks VM.Backup."] : []),
  ];
  return { totals, max_age: maxAge, ...window, unchecked, ...(notes.length > 0 && { notes }) };
}

function judge(guest: Guest, found: Found | undefined, jobs: Jobs, oldest: number, now: number): Row {
  const covering = jobs.byGuest.get(guest.vmid) ?? [];
  const skipped = [...new Set(covering.flatMap((job) => job.skipped))];
  return {
    vmid: guest.vmid,
    name: guest.name,
    node: guest.node,
    type: guest.type,
    state: found === undefined ? "never" : found.ctime < oldest ? "stale" : "fresh",
    ...(found !== undefined && {
      newest: isoOf(found.ctime),
      age_hours: Math.round(((now / 1000 - found.ctime) / HOUR) * 10) / 10,
      storage: found.storage,
    }),
    backups: found?.count ?? 0,
    jobs: covering.map(({ id }) => id),
    ...(skipped.length > 0 && { skipped_disks: skipped }),
  };
}

/** Never before stale before fresh, the oldest first. */
function worstFirst(a: Row, b: Row): number {
  return (
    Number(b["age_hours"] ?? Infinity) - Number(a["age_hours"] ?? Infinity) || Number(a["vmid"]) - Number(b["vmid"])
  );
}

async function readArchives(call: Invocation) {
  const [all, storages] = await Promise.all([
    allPlaces(call),
    attempt("which storages are switched off", call.pve.call("GET /storage", {}, call.watch)),
  ]);
  const places = all.filter((place) => contentOf(place).includes("backup"));
  const lists = await Promise.all(
    placesToRead(places).map(async ({ node, storage }) => {
      const route = "GET /nodes/{node}/storage/{storage}/content";
      const params = { node, storage, content: "backup" } as const;
      return {
        storage,
        list: await attempt(`the backups on ${storage} (${node})`, call.pve.call(route, params, call.watch)),
      };
    }),
  );
  const off = (foundOf(storages) ?? [])
    .filter((one) => one.disable === true && contentOf(one).includes("backup"))
    .map(({ storage }) => `${storage} is switched off`);
  return {
    byGuest: newestByGuest(
      lists.flatMap(({ storage, list }) => (foundOf(list) ?? []).map((volume) => ({ storage, volume }))),
    ),
    unchecked: [...unusable(places), ...off, ...missingOf([storages, ...lists.map(({ list }) => list)])],
  };
}

function newestByGuest(
  rows: readonly { readonly storage: string; readonly volume: Volume }[],
): ReadonlyMap<number, Found> {
  const found = new Map<number, Found>();
  for (const { storage, volume } of rows) {
    const { vmid, ctime = 0 } = volume;
    if (vmid === undefined) continue;
    const before = found.get(vmid);
    const count = (before?.count ?? 0) + 1;
    found.set(vmid, before !== undefined && before.ctime >= ctime ? { ...before, count } : { ctime, storage, count });
  }
  return found;
}

interface Jobs {
  readonly byGuest: ReadonlyMap<number, readonly { readonly id: string; readonly skipped: readonly string[] }[]>;
  readonly unchecked: readonly string[];
}

/** Which enabled jobs cover which guest. */
async function readJobs(call: Invocation): Promise<Jobs> {
  const jobs = await attempt("the backup jobs", call.pve.call("GET /cluster/backup", {}, call.watch));
  const ids = (foundOf(jobs) ?? []).filter(({ enabled }) => enabled !== false).map(({ id }) => id);
  const lists = await Promise.all(
    ids.map(async (id) => ({ id, guests: await attempt(`what the job ${id} covers`, coveredBy(call, id)) })),
  );
  const byGuest = new Map<number, { readonly id: string; readonly skipped: readonly string[] }[]>();
  for (const { id, guests } of lists) {
    for (const { vmid, skipped } of foundOf(guests) ?? []) {
      byGuest.set(vmid, [...(byGuest.get(vmid) ?? []), { id, skipped }]);
    }
  }
  return { byGuest, unchecked: missingOf([jobs, ...lists.map(({ guests }) => guests)]) };
}
