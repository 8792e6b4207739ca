import { nextEvent } from "../calendar-event.js";
import { PveFailure } from "../failure.js";
import type { Section } from "../section-config.js";
import type { Guest, World } from "../world.js";
import { disksOf } from "../world-drives.js";
import { guestWord } from "../world-guest.js";
import type { ReplicationRuns } from "../world-replication.js";
import { parseVolid } from "../world-storage.js";

/** Seconds of history that a late look catches up run by run; what lies further back leaves no trace. */
const longest = 86_400;
const minute = 60;

/** The volumes that replication copies: those on local storages; 500 when one of them cannot be copied. */
export function replicatedVolumes(world: World, guest: Guest): string[] {
  const volumes: string[] = [];
  for (const disk of disksOf(world, guest, guest.config, {})) {
    const storage = world.storages.get(parseVolid(disk.volid).storage);
    if (storage === undefined || storage.shared || /(?:^|,)replicate=0(?:,|$)/.test(disk.value)) {
      continue;
    }
    if (storage.type !== "zfspool") {
      throw new PveFailure(500, `missing replicate feature on volume '${disk.volid}'`);
    }
    volumes.push(disk.volid);
  }
  return volumes;
}

/** Whether a node can be asked for anything. */
export function isReachable(world: World, node: string): boolean {
  return world.nodes.get(node)?.online === true;
}

function newRuns(): ReplicationRuns {
  return { lastSync: 0, lastTry: 0, failures: 0, duration: 0, log: [] };
}

/** Runs a job once at that time and keeps how it went. */
export function runOnce(world: World, id: string, time: number): void {
  const { jobs, runs } = world.replication;
  const job = jobs.get(id);
  if (job === undefined) {
    return;
  }
  const run = runs.get(id) ?? newRuns();
  runs.set(id, run);
  const say = (text: string): void => void run.log.push(`${stamp(time)} ${id}: ${text}`);
  run.log = [];
  run.lastTry = time;
  say("start replication job");
  try {
    copy(world, id, job, run, time, say);
    run.lastSync = time;
    run.failures = 0;
    delete run.error;
    say("end replication job");
  } catch (error) {
    if (!(error instanceof PveFailure)) {
      throw error;
    }
    run.failures += 1;
    run.error = error.message;
    say(`end replication job with error: ${error.message}`);
  }
}

function copy(
  world: World,
  id: string,
  job: Section,
  run: ReplicationRuns,
  time: number,
  say: (text: string) => void,
): void {
  const guest = world.guests.get(Number(job["guest"]));
  const target = String(job["target"]);
  if (guest === undefined) {
    throw new PveFailure(500, `no such guest '${job["guest"]}'`);
  }
  const volumes = replicatedVolumes(world, guest);
  say(`guest => ${guestWord(guest.kind)} ${guest.vmid}, running => ${guest.running?.pid ?? 0}`);
  say(`volumes => ${volumes.join(",")}`);
  if (!isReachable(world, target)) {
    const host = `root@${world.nodes.get(target)?.ip ?? target}`;
    throw new PveFailure(
      500,
      `command '/usr/bin/ssh -e none -o 'BatchMode=yes' -o 'HostKeyAlias=${target}' -o 'UserKnownHostsFile=/etc/pve/nodes/${target}/ssh_known_hosts' -o 'GlobalKnownHostsFile=none' ${host} -- pvesr prepare-local-job ${id} ${volumes.join(" ")} --last_sync ${run.lastSync}' failed: exit code 255`,
    );
  }
  const name = (when: number): string => `__replicate_${id}_${when}__`;
  for (const volume of volumes) {
    say(`create snapshot '${name(time)}' on ${volume}`);
  }
  say(`using secure transmission, rate limit: ${job["rate"] === undefined ? "none" : `${job["rate"]} MByte/s`}`);
  for (const volume of volumes) {
    const first = run.lastSync === 0;
    say(
      first
        ? `full sync '${volume}' (${name(time)})`
        : `incremental sync '${volume}' (${name(run.lastSync)} => ${name(time)})`,
    );
  }
  run.duration = volumes.length * 1.5;
}

function stamp(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 19).replace("T", " ");
}

/** When a job is due next; 0 when it waits for a node to come back, 1 when it is to go. */
export function nextSync(world: World, id: string, job: Section, now: number): number {
  if (job["remove_job"] !== undefined) {
    return 1;
  }
  const run = world.replication.runs.get(id);
  if (run !== undefined && run.failures > 0) {
    const delay = run.failures < 3 ? 5 * run.failures : 30;
    return isReachable(world, String(job["target"])) ? run.lastTry + delay * minute : 0;
  }
  return nextEvent(String(job["schedule"] ?? "*/15"), run?.lastTry ?? now) ?? 0;
}

/** Lets everything happen that the scheduler would have done up to now: runs, retries and removals. */
export function catchUp(world: World, now: number): void {
  const { jobs, runs, caughtUp } = world.replication;
  for (const [id, job] of jobs) {
    const since = Math.max(caughtUp.get(id) ?? now, now - longest);
    if (job["remove_job"] !== undefined) {
      const gone = job["remove_job"] === "local" || isReachable(world, String(job["target"]));
      // The scheduler comes by at every full minute.
      if (gone && isMember(world, String(job["target"])) && Math.floor(now / minute) > Math.floor(since / minute)) {
        jobs.delete(id);
        runs.delete(id);
        caughtUp.delete(id);
      }
      continue;
    }
    if (job["disable"] !== 1) {
      runUntil(world, id, job, since, now);
    }
    caughtUp.set(id, now);
  }
}

/** The next moment at which a run or a removal is due, in epoch seconds. */
export function nextReplication(world: World, now: number): number | undefined {
  const times = [...world.replication.jobs].map(([id, job]) => {
    if (job["remove_job"] !== undefined) {
      return (Math.floor(now / minute) + 1) * minute;
    }
    return job["disable"] === 1 ? Number.POSITIVE_INFINITY : dueAfter(world, id, job, now);
  });
  const first = Math.min(...times);
  return Number.isFinite(first) ? first : undefined;
}

function isMember(world: World, node: string): boolean {
  return world.nodes.has(node);
}

function runUntil(world: World, id: string, job: Section, since: number, now: number): void {
  for (let time = dueAfter(world, id, job, since); time <= now; time = dueAfter(world, id, job, time)) {
    runOnce(world, id, time);
  }
}

function dueAfter(world: World, id: string, job: Section, since: number): number {
  const run = world.replication.runs.get(id);
  if (run !== undefined && run.failures > 0) {
    const retry = nextSync(world, id, job, since);
    return retry === 0 ? Number.POSITIVE_INFINITY : Math.max(retry, since + 1);
  }
  return nextEvent(String(job["schedule"] ?? "*/15"), since) ?? Number.POSITIVE_INFINITY;
}
