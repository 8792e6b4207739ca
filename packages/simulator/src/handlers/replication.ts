import { isBefore } from "../contracts.js";
import { denied, die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import {
  assertUnmodified,
  changeSection,
  pickSection,
  type Section,
  type SectionOptions,
  sectionsDigest,
} from "../section-config.js";
import { flag, list, need, nodeOf, number } from "./guest-call.js";
import { catchUp, nextSync, replicatedVolumes, runOnce } from "./replication-runs.js";
import { assertAllowed } from "./storage-access.js";

const options: SectionOptions = {
  target: "required fixed",
  disable: "optional",
  comment: "optional",
  rate: "optional",
  schedule: "optional",
  remove_job: "optional",
  source: "optional",
};

function vmidOfJob(call: Call): number {
  return Number(need(call, "id").split("-")[0]);
}

/** Before 9.0 the contract asks for a privilege on storages instead. */
function assertMayReplicate(call: Call): void {
  if (isBefore(call.world.release, "9.0")) {
    return;
  }
  assertAllowed(call, `/vms/${vmidOfJob(call)}`, ["VM.Replicate"]);
}

/** All jobs, after what the scheduler would have done by now. */
function jobsNow(call: Call): [string, Section][] {
  catchUp(call.world, call.now());
  return [...call.world.replication.jobs];
}

function jobOf(call: Call): Section {
  const id = need(call, "id");
  catchUp(call.world, call.now());
  return call.world.replication.jobs.get(id) ?? die(`no such replication job '${id}'`);
}

function mayAudit(call: Call, job: Section): boolean {
  return call.allowed(`/vms/${job["guest"]}`, ["VM.Audit"]);
}

const listJobs: Handler = (call) =>
  jobsNow(call)
    .filter(([, job]) => mayAudit(call, job))
    .map(([id, job]) => ({ ...job, id }));

const readJob: Handler = (call) => {
  const job = jobOf(call);
  assertAllowed(call, `/vms/${job["guest"]}`, ["VM.Audit"]);
  return { ...job, id: need(call, "id"), digest: sectionsDigest(call.world.replication.jobs) };
};

const create: Handler = (call) => {
  assertMayReplicate(call);
  const { world } = call;
  const id = need(call, "id");
  const vmid = vmidOfJob(call);
  const target = need(call, "target");
  const guest = world.guests.get(vmid) ?? die(`Guest '${vmid}' does not exist.`);
  // A node that is in no cluster has no members, not even itself.
  if (world.cluster === undefined || !world.nodes.has(target)) {
    die(`Target '${target}' does not exist.`);
  }
  const given = pickSection(call.params, ["id"]);
  const source = String(given["source"] ?? guest.node);
  if (source !== guest.node) {
    die(`Source '${source}' does not match current node of guest '${vmid}' (${guest.node})`);
  }
  if (target === guest.node) {
    die("Source and target must not be identical");
  }
  if (replicatedVolumes(world, guest).length === 0) {
    die("No replicatable volumes found");
  }
  catchUp(world, call.now());
  const { jobs, caughtUp } = world.replication;
  if (jobs.has(id)) {
    die(`replication job '${id}' already exists`);
  }
  if ([...jobs.values()].some((job) => job["guest"] === vmid && job["target"] === target)) {
    die(`replication job for guest '${vmid}' to target '${target}' already exists`);
  }
  jobs.set(id, { ...given, source, guest: vmid, jobnum: Number(id.split("-")[1]) });
  caughtUp.set(id, call.now());
};

const update: Handler = (call) => {
  assertMayReplicate(call);
  const id = need(call, "id");
  const { jobs } = call.world.replication;
  catchUp(call.world, call.now());
  assertUnmodified(sectionsDigest(jobs), call.params["digest"]);
  const job = jobs.get(id) ?? die(`no such job '${id}'`);
  changeSection(job, pickSection(call.params, ["id", "digest", "delete"]), list(call, "delete"), options);
};

/** Marks a job for removal, which the scheduler then does; `force` takes it out at once and leaves the copies. */
const remove: Handler = (call) => {
  assertMayReplicate(call);
  const id = need(call, "id");
  catchUp(call.world, call.now());
  const { jobs, runs, caughtUp } = call.world.replication;
  if (flag(call, "force")) {
    if (flag(call, "keep")) {
      invalid({ keep: "conflicts with parameter 'force'" });
    }
    jobs.delete(id);
    runs.delete(id);
    return;
  }
  const job = jobs.get(id) ?? die(`no such job '${id}'`);
  job["remove_job"] = flag(call, "keep") ? "local" : "full";
  caughtUp.set(id, call.now());
};

/** A job with how its runs went. */
function status(call: Call, id: string, job: Section): Record<string, unknown> {
  const { world } = call;
  const run = world.replication.runs.get(id);
  return {
    ...job,
    id,
    vmtype: world.guests.get(Number(job["guest"]))?.kind,
    last_sync: run?.lastSync ?? 0,
    last_try: run?.lastTry ?? 0,
    next_sync: nextSync(world, id, job, call.now()),
    fail_count: run?.failures ?? 0,
    ...(run === undefined ? {} : { duration: run.duration }),
    ...(run?.error === undefined ? {} : { error: run.error }),
  };
}

function isHere(call: Call, job: Section): boolean {
  return call.world.guests.get(Number(job["guest"]))?.node === nodeOf(call);
}

const listStatus: Handler = (call) => {
  const guest = number(call, "guest");
  return jobsNow(call)
    .filter(([, job]) => isHere(call, job) && mayAudit(call, job))
    .filter(([, job]) => guest === undefined || job["guest"] === guest)
    .map(([id, job]) => status(call, id, job));
};

const readStatus: Handler = (call) => {
  const job = jobOf(call);
  const id = need(call, "id");
  assertAllowed(call, `/vms/${job["guest"]}`, ["VM.Audit"]);
  return isHere(call, job) ? status(call, id, job) : die(`no such replication job '${id}'`);
};

const readLog: Handler = (call) => {
  const job = jobOf(call);
  if (!mayAudit(call, job) && !call.allowed(`/nodes/${nodeOf(call)}`, ["Sys.Audit"])) {
    denied();
  }
  const log = call.world.replication.runs.get(need(call, "id"))?.log ?? [
    "unable to open file - No such file or directory",
  ];
  const start = number(call, "start") ?? 0;
  call.total = log.length;
  return log.map((t, index) => ({ n: index + 1, t })).slice(start, start + (number(call, "limit") ?? 50));
};

/** The scheduler takes the job up at once. */
const runNow: Handler = (call) => {
  assertMayReplicate(call);
  jobOf(call);
  runOnce(call.world, need(call, "id"), call.now());
};

/** Copies of guests on other nodes. */
export const replicationHandlers: Handlers = {
  "GET /cluster/replication": listJobs,
  "POST /cluster/replication": create,
  "GET /cluster/replication/{id}": readJob,
  "PUT /cluster/replication/{id}": update,
  "DELETE /cluster/replication/{id}": remove,
  "GET /nodes/{node}/replication": listStatus,
  "GET /nodes/{node}/replication/{id}": () => ["schedule_now", "log", "status"].map((name) => ({ name })),
  "GET /nodes/{node}/replication/{id}/status": readStatus,
  "GET /nodes/{node}/replication/{id}/log": readLog,
  "POST /nodes/{node}/replication/{id}/schedule_now": runNow,
};
