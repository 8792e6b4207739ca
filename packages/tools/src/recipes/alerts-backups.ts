import { type Alert, type Finding, judged, type Scene } from "./alert.js";
import { attempt, foundOf, missingOf } from "./attempt.js";
import { allPlaces, placesToRead } from "./storage-places.js";

const DAY = 86_400;
/** Days after which a backup is old. */
const OLD = 7;
/** Guests named in one alert. */
const MOST = 20;

/** Guests that no backup job covers, and guests that are covered and have no fresh backup all the same. */
export async function checkBackups(scene: Scene): Promise<Finding> {
  const { call } = scene;
  const uncovered = await attempt(
    "which guests no backup job covers",
    call.pve.call("GET /cluster/backup-info/not-backed-up", {}, call.watch),
  );
  const coverage = judged(uncovered, (rows) => {
    if (rows.length === 0) return [];
    const names = rows
      .slice(0, MOST)
      .map(({ type, vmid, name }) => `${type}/${vmid}${name === undefined ? "" : ` ${name}`}`);
    const rest = rows.length > MOST ? ` and ${rows.length - MOST} more` : "";
    return [
      {
        severity: "warning",
        object: "backup",
        problem: rows.length === 1 ? "a guest is in no backup job" : `${rows.length} guests are in no backup job`,
        evidence: `${names.join(", ")}${rest}`,
        next: "get_backup_coverage shows what backups they have; create_backup_job covers them",
      },
    ];
  });
  const known = new Set((foundOf(uncovered) ?? []).map((row) => row.vmid));
  const freshness = "value" in uncovered ? await checkAges(scene, known) : { alerts: [], unchecked: [] };
  return {
    alerts: [...coverage.alerts, ...freshness.alerts],
    unchecked: [...coverage.unchecked, ...freshness.unchecked],
  };
}

async function checkAges(scene: Scene, uncovered: ReadonlySet<number>): Promise<Finding> {
  const { call, resources, now } = scene;
  const places = (await allPlaces(call)).filter((place) =>
    String(place.content ?? "")
      .split(",")
      .includes("backup"),
  );
  const lists = await Promise.all(
    placesToRead(places).map(({ node, storage }) => {
      const route = "GET /nodes/{node}/storage/{storage}/content";
      return attempt(
        `the backups on ${storage}`,
        call.pve.call(route, { node, storage, content: "backup" }, call.watch),
      );
    }),
  );
  const unchecked = missingOf(lists);
  // Where a storage was not read, the newest backup of a guest may lie there.
  if (unchecked.length > 0) return { alerts: [], unchecked };
  const newest = newestOf(lists.flatMap((list) => foundOf(list) ?? []));
  const alerts = resources
    .filter((row) => row.vmid !== undefined && row.template !== true && !uncovered.has(row.vmid))
    .flatMap((row): readonly Alert[] => {
      const time = newest.get(row.vmid ?? 0);
      const days = time === undefined ? undefined : Math.floor((now - time) / DAY);
      if (days !== undefined && days <= OLD) return [];
      return [
        {
          severity: "warning",
          object: row.id,
          problem: days === undefined ? "it has no backup, although a job covers it" : "its newest backup is old",
          evidence: days === undefined ? "no storage that can be read holds one" : `${days} days`,
          next: `list_backups with vmid ${row.vmid}; list_tasks with typefilter vzdump`,
        },
      ];
    });
  return { alerts, unchecked };
}

function newestOf(
  volumes: readonly { readonly vmid?: number; readonly ctime?: number }[],
): ReadonlyMap<number, number> {
  const newest = new Map<number, number>();
  for (const { vmid, ctime = 0 } of volumes) {
    if (vmid !== undefined) newest.set(vmid, Math.max(ctime, newest.get(vmid) ?? 0));
  }
  return newest;
}
