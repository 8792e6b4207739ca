import { nextEvent } from "../calendar-event.js";
import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { pickSection, type Section } from "../section-config.js";
import { parseOption } from "../world-option.js";
import { backupTargets, includedGuests } from "./backup-jobs-guests.js";
import { assertMayUse, backupStorage, verifyBackupOptions } from "./backup-options.js";
import { flag, isRoot, list, need, text } from "./guest-call.js";
import { underLock } from "./locked.js";
import { poolNamed } from "./pools.js";
import { assertAllowed } from "./storage-access.js";

/** What a job may lose by `delete`. */
const deletable = new Set<string>(
  (
    "all bwlimit compress dumpdir exclude exclude-path fleecing ionice lockwait mailnotification mailto mode node " +
    "notes-template notification-mode pbs-change-detection-mode performance pigz pool protected prune-backups quiet " +
    "remove script stdexcludes stop stopwait storage tmpdir vmid zstd comment repeat-missed"
  ).split(" "),
);

/** Options that are stored as property strings and shown as objects; their numbers are texts in one case. */
const parsed: Readonly<Record<string, "text" | "number">> = {
  "prune-backups": "text",
  fleecing: "number",
  performance: "number",
};

function shown(id: string, job: Section): Record<string, unknown> {
  const view: Record<string, unknown> = { id };
  for (const [key, value] of Object.entries(job)) {
    const how = parsed[key];
    view[key] = how === undefined ? value : objectOf(String(value), how);
  }
  return view;
}

function objectOf(value: string, how: "text" | "number"): Record<string, unknown> {
  const option = Object.entries(parseOption(value, "enabled"));
  return Object.fromEntries(
    option.map(([key, part]) => [key, how === "number" && /^\d+$/.test(part) ? Number(part) : part]),
  );
}

/** The backup job of that id, or PVE's 400. */
function jobOf(call: Call): Section {
  const id = need(call, "id");
  const job = call.world.jobs.jobs.get(id);
  return job?.["type"] === "vzdump" ? job : invalid({ id: `No such job '${id}'` });
}

const listJobs: Handler = (call) =>
  [...call.world.jobs.jobs]
    .filter(([, job]) => job["type"] === "vzdump")
    .map(([id, job]) => {
      const next = nextEvent(String(job["schedule"]), call.now());
      return { ...shown(id, job), ...(next === undefined ? {} : { "next-run": next }) };
    });

function assertStorageRight(call: Call, storage: string | undefined): void {
  if (storage !== undefined && !isRoot(call)) {
    assertAllowed(call, `/storage/${storage}`, ["Datastore.Allocate"]);
  }
}

function assertPool(call: Call): void {
  const pool = text(call, "pool");
  if (pool !== undefined) {
    poolNamed(call, pool);
    assertAllowed(call, `/pool/${pool}`, ["VM.Backup"]);
  }
}

/** The parameters as a job keeps them: the old pair of start time and days becomes a schedule. */
function jobParams(call: Call, required: boolean): Section {
  const given = pickSection(call.params, ["id", "delete", "starttime", "dow"]);
  const start = text(call, "starttime");
  if (given["schedule"] !== undefined) {
    if (start !== undefined) {
      invalid({ starttime: "'starttime' and 'schedule' cannot both be set" });
    }
  } else if (start !== undefined) {
    const days = list(call, "dow").join(",");
    given["schedule"] = days === "" || days === "mon,tue,wed,thu,fri,sat,sun" ? start : `${days} ${start}`;
  } else if (required) {
    invalid({ schedule: "neither 'starttime' nor 'schedule' were set" });
  }
  return given;
}

const create: Handler = (call) => {
  assertMayUse(call);
  assertStorageRight(call, backupStorage(call.params));
  assertPool(call);
  const job: Section = { type: "vzdump", enabled: 1, ...jobParams(call, true) };
  const { jobs } = call.world.jobs;
  const id = text(call, "id") ?? call.world.random.uuid();
  underLock(undefined, () => {
    if (jobs.has(id)) {
      die(`Job '${id}' already exists`);
    }
    verifyBackupOptions(job, true);
    jobs.set(id, job);
  });
};

const update: Handler = (call) => {
  const remove = list(call, "delete");
  assertMayUse(call, remove);
  assertStorageRight(call, text(call, "storage") ?? (remove.includes("storage") ? "local" : undefined));
  assertPool(call);
  const given = jobParams(call, false);
  underLock(undefined, () => {
    if (Object.keys(given).length === 0 && remove.length === 0) {
      die("no options specified");
    }
    verifyBackupOptions(given, false);
    const id = need(call, "id");
    const before = call.world.jobs.jobs.get(id);
    if (before?.["type"] !== "vzdump") {
      return die("no such vzdump job");
    }
    assertStorageRight(call, before["storage"] === undefined ? undefined : String(before["storage"]));
    call.world.jobs.jobs.set(id, changed(call, before, given, remove));
  });
};

function changed(call: Call, before: Section, given: Section, remove: readonly string[]): Section {
  const job: Section = { ...before };
  for (const key of remove) {
    if (!deletable.has(key)) {
      invalid({ delete: `unknown option '${key}'` });
    }
    delete job[key];
  }
  Object.assign(job, given);
  const gone = replacedSelection(call, job);
  for (const key of gone) {
    delete job[key];
  }
  verifyBackupOptions(job, true);
  return job;
}

/** One way of selecting guests takes the place of the others. */
function replacedSelection(call: Call, job: Section): readonly string[] {
  if (job["exclude"] !== undefined && job["pool"] === undefined) {
    job["all"] = 1;
  }
  if (call.params["vmid"] !== undefined) {
    return ["all", "exclude", "pool"];
  }
  if (flag(call, "all")) {
    return ["vmid", "pool"];
  }
  return job["pool"] === undefined ? [] : ["vmid", "all", "exclude"];
}

const remove: Handler = (call) => {
  underLock(undefined, () => {
    jobOf(call);
    call.world.jobs.jobs.delete(need(call, "id"));
  });
};

/** Guests that no job selects, switched off or not. */
const notBackedUp: Handler = (call) => {
  const covered = new Set<number>();
  for (const job of call.world.jobs.jobs.values()) {
    for (const vmid of job["type"] === "vzdump" ? backupTargets(call.world, job) : []) {
      covered.add(vmid);
    }
  }
  return [...call.world.guests.values()]
    .filter((guest) => !covered.has(guest.vmid) && call.allowed(`/vms/${guest.vmid}`, ["VM.Audit"]))
    .map((guest) => {
      const name = guest.config[guest.kind === "qemu" ? "name" : "hostname"];
      return { vmid: guest.vmid, type: guest.kind, ...(name === undefined ? {} : { name }) };
    });
};

/** Backup jobs and what they miss. */
export const backupJobHandlers: Handlers = {
  "GET /cluster/backup": listJobs,
  "POST /cluster/backup": create,
  "GET /cluster/backup/{id}": (call) => shown(need(call, "id"), jobOf(call)),
  "PUT /cluster/backup/{id}": update,
  "DELETE /cluster/backup/{id}": remove,
  "GET /cluster/backup/{id}/included_volumes": (call) => includedGuests(call, jobOf(call)),
  "GET /cluster/backup-info": () => [{ subdir: "not-backed-up" }],
  "GET /cluster/backup-info/not-backed-up": notBackedUp,
};
