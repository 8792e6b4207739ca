import { nextEvent } from "../calendar-event.js";
import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { changeSection, checkNewSection, pickSection, type Section, type SectionOptions } from "../section-config.js";
import { list, need, number } from "./guest-call.js";
import { underLock } from "./locked.js";

const options: SectionOptions = {
  comment: "optional",
  enabled: "optional",
  "enable-new": "optional",
  realm: "required fixed",
  "remove-vanished": "optional",
  schedule: "required",
  scope: "required",
};

function jobOf(call: Call): Section {
  const id = need(call, "id");
  const job = call.world.jobs.jobs.get(id);
  return job?.["type"] === "realm-sync" ? job : invalid({ id: `No such job '${id}'` });
}

const listJobs: Handler = (call) =>
  [...call.world.jobs.jobs]
    .filter(([, job]) => job["type"] === "realm-sync")
    .map(([id, job]) => {
      const next = nextEvent(String(job["schedule"]), call.now());
      const last = call.world.jobs.started.get(id) ?? null;
      return { ...job, id, "last-run": last, ...(next === undefined ? {} : { "next-run": next }) };
    });

const create: Handler = (call) => {
  const id = need(call, "id");
  const { jobs } = call.world.jobs;
  underLock(undefined, () => {
    if (jobs.has(id)) {
      die(`Job '${id}' already exists`);
    }
    const given = pickSection(call.params, ["id"]);
    checkNewSection(given, options);
    const realm = call.world.access.realms.get(String(given["realm"]));
    if (realm === undefined) {
      return invalid({ realm: `No such realm '${given["realm"]}'` });
    }
    if (realm.type !== "ldap" && realm.type !== "ad") {
      invalid({ realm: "Only LDAP/AD realms can be synced." });
    }
    jobs.set(id, { type: "realm-sync", enabled: 1, ...given });
  });
};

const update: Handler = (call) => {
  const given = pickSection(call.params, ["id", "delete"]);
  underLock(undefined, () => {
    const job = call.world.jobs.jobs.get(need(call, "id"));
    if (job?.["type"] !== "realm-sync") {
      return die("no such realm-sync job");
    }
    changeSection(job, given, list(call, "delete"), options);
  });
};

const remove: Handler = (call) => {
  underLock(undefined, () => {
    jobOf(call);
    const id = need(call, "id");
    call.world.jobs.jobs.delete(id);
    call.world.jobs.started.delete(id);
  });
};

const analyze: Handler = (call) => {
  const schedule = need(call, "schedule");
  let time = number(call, "starttime") ?? call.now();
  const found: { timestamp: number; utc: string }[] = [];
  while (found.length < (number(call, "iterations") ?? 10)) {
    const next = nextEvent(schedule, time);
    if (next === undefined) {
      break;
    }
    found.push({ timestamp: next, utc: longDate(next) });
    time = next;
  }
  return found;
};

/** A time as Perl prints it: `Sun Nov 22 00:00:00 2026`, the day of the month padded to two places. */
export function longDate(seconds: number): string {
  const [week = "", day = "", month = "", year = "", clock = ""] = new Date(seconds * 1000).toUTCString().split(" ");
  return `${week.slice(0, 3)} ${month} ${String(Number(day)).padStart(2)} ${clock} ${year}`;
}

/** Realm-sync jobs and the calendar. */
export const jobHandlers: Handlers = {
  "GET /cluster/jobs": () => [{ subdir: "schedule-analyze" }, { subdir: "realm-sync" }],
  "GET /cluster/jobs/realm-sync": listJobs,
  "GET /cluster/jobs/realm-sync/{id}": jobOf,
  "POST /cluster/jobs/realm-sync/{id}": create,
  "PUT /cluster/jobs/realm-sync/{id}": update,
  "DELETE /cluster/jobs/realm-sync/{id}": remove,
  "GET /cluster/jobs/schedule-analyze": analyze,
};
