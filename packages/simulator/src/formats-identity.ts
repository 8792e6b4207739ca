import { privilegesOf } from "./access-roles.js";
import type { Release } from "./contracts.js";
import { match, words } from "./formats-match.js";

const userid = /^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+$/;
const email = /^[\w+\-~]+(\.[\w+\-~]+)*@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*$/;

function isUserid(value: string): boolean {
  return value.length >= 3 && value.length <= 64 && userid.test(value);
}

const haNode = /^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(:\d+)?$/;

/** Formats of names: users, groups, roles, tokens, ids of configuration sections. */
export const identityFormats = {
  string: (_value: string): undefined => undefined,
  urlencoded: match(/^[-%a-zA-Z0-9_.!~*'()]*$/, "invalid urlencoded string: %s"),
  "pve-configid": match(/^[a-z][a-z0-9_-]+$/i, "invalid configuration ID '%s'"),
  "pve-vmid": match(/^[1-9][0-9]{2,8}$/, "value does not look like a valid VM ID"),
  "pve-node": match(/^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/, "value does not look like a valid node name"),
  "pve-userid": (value: string): string | undefined =>
    isUserid(value) ? undefined : `value '${value}' does not look like a valid user name`,
  "pve-realm": match(/^[A-Za-z][A-Za-z0-9.\-_]+$/, "value does not look like a valid realm"),
  "pve-tokenid": match(
    /^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+![A-Za-z][A-Za-z0-9.\-_]+$/,
    "value '%s' does not look like a valid token ID",
  ),
  "pve-groupid": match(/^[A-Za-z0-9.\-_]+$/, "group name '%s' contains invalid characters"),
  "pve-roleid": match(/^[A-Za-z0-9.\-_]+$/, "role name '%s' contains invalid characters"),
  "pve-poolid": poolProblem,
  "pve-priv": (value: string, release: Release): string | undefined =>
    privilegesOf(release).includes(value) ? undefined : `invalid privilege '${value}'`,
  email: match(email, "value does not look like a valid email address"),
  "email-or-username": (value: string): string | undefined =>
    email.test(value) || isUserid(value) ? undefined : "value does not look like a valid email address or user name",
  "ldap-simple-attr": match(/^[a-zA-Z0-9]+$/, "value '%s' does not look like a simple ldap attribute name"),
  "pve-tag": match(/^[a-z0-9_][a-z0-9_\-+.]*$/i, "invalid characters in tag"),
  "pve-task-status-type": words(["ok", "error", "warning", "unknown"], "invalid task status type '%s'"),
  "pve-ha-resource-id": match(/^[a-z]+:\S+$/, "value does not look like a valid ha resource id"),
  "pve-ha-resource-or-vm-id": match(/^([a-z]+:\S+|\d+)$/, "value does not look like a valid ha resource id"),
  // Its name up to 9.0.
  "pve-ha-group-node": match(haNode, "value does not look like a valid ha group node"),
  "pve-ha-node": match(haNode, "value does not look like a valid ha node"),
  "pve-replication-job-id": match(/^[1-9][0-9]{2,8}-\d{1,2}$/, "invalid replication job ID '%s'"),
  "pve-day-of-week": words(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "invalid day '%s'"),
  "pve-calendar-event": calendarProblem,
};

/** Pools lie in each other, three deep. */
function poolProblem(value: string): string | undefined {
  if (!/^[A-Za-z0-9.\-_]+(\/[A-Za-z0-9.\-_]+)*$/.test(value)) {
    return `pool name '${value}' contains invalid characters`;
  }
  return value.split("/").length > 3 ? `pool name '${value}' nested too deeply (max levels = 3)` : undefined;
}

const day = "(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*";
const days = `${day}(?:\\.\\.${day})?`;
const step = "(?:\\*|\\d+(?:\\.\\.\\d+)?)(?:/\\d+)?";
const steps = `${step}(?:,${step})*`;
const calendar = new RegExp(
  `^(?:(?:${days})(?:,(?:${days}))*\\s*)?(?:(?:${steps}-)?${steps}-${steps}\\s*)?(?:${steps}(?::${steps}){0,2})?$`,
  "i",
);
const calendarWords = [
  "minutely",
  "hourly",
  "daily",
  "weekly",
  "monthly",
  "yearly",
  "annually",
  "quarterly",
  "semiannually",
];

/** The subset of systemd's calendar events that PVE reads. */
function calendarProblem(value: string): string | undefined {
  if (value !== "" && (calendarWords.includes(value) || calendar.test(value))) {
    return undefined;
  }
  return `invalid calendar event '${value}' - unable to parse calendar event at '${value}'\n`;
}
