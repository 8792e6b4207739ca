/** A user as the report sees it. Moments are in epoch seconds, 0 for never. */
export interface AccessUser {
  readonly userid: string;
  readonly enabled: boolean;
  readonly expire: number;
  readonly groups: readonly string[];
  readonly tokens: readonly { readonly id: string; readonly separated: boolean; readonly expire: number }[];
}

/** Everything that says who may do what. */
export interface AccessFacts {
  readonly users: readonly AccessUser[];
  readonly acl: readonly AclEntry[];
  /** By role. */
  readonly privileges: ReadonlyMap<string, readonly string[]>;
  /** Epoch seconds. */
  readonly now: number;
}

interface AclEntry {
  readonly path: string;
  readonly ugid: string;
  readonly type: string;
  readonly roleid: string;
  readonly propagate: boolean;
}

/** Something that is wider than it should be, or left over. */
export interface AccessFinding {
  readonly severity: "critical" | "warning" | "info";
  /** `user@realm`, `user@realm!token` or `@group`. */
  readonly who: string;
  readonly problem: string;
  readonly evidence: string;
}

const ORDER = ["critical", "warning", "info"];

/** Privileges that, held on `/`, lead to everything else or to the nodes themselves. */
const WIDE = ["Permissions.Modify", "Sys.Modify", "Sys.Console", "Sys.PowerMgmt", "Realm.Allocate", "User.Modify"];

/** What is too wide or left over in the access control of a cluster; worst first. */
export function findingsOf(facts: AccessFacts): readonly AccessFinding[] {
  const found = [
    ...facts.acl.flatMap((entry) => wideGrant(entry, facts)),
    ...facts.users.flatMap((user) => tokenFindings(user, facts)),
    ...facts.users.flatMap((user) => leftOvers(user, facts)),
    ...orphans(facts),
  ];
  return found.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || compare(a.who, b.who));
}

function wideGrant({ path, ugid, type, roleid, propagate }: AclEntry, facts: AccessFacts): readonly AccessFinding[] {
  if (path !== "/") return [];
  const held = facts.privileges.get(roleid) ?? [];
  const wide = WIDE.filter((name) => held.includes(name));
  if (wide.length === 0) return [];
  const administrator = roleid === "Administrator";
  return [
    {
      severity: administrator ? "critical" : "warning",
      who: type === "group" ? `@${ugid}` : ugid,
      problem: administrator ? "may do everything in the cluster" : `has ${wide.join(", ")} on /`,
      evidence: `role ${roleid} on /${propagate ? ", and below" : ""}`,
    },
  ];
}

function tokenFindings({ userid, tokens, enabled }: AccessUser, { now }: AccessFacts): readonly AccessFinding[] {
  return tokens.flatMap((token): readonly AccessFinding[] => {
    if (token.expire > 0 && token.expire < now) {
      return [{ severity: "info", who: token.id, problem: "has expired", evidence: "delete_api_token removes it" }];
    }
    if (token.separated || !enabled) return [];
    const root = userid === "root@pam";
    const limit = token.expire === 0 ? ", and it never expires" : "";
    return [
      {
        severity: root ? "critical" : "warning",
        who: token.id,
        problem: root ? "may do everything that root may" : "may do everything that its user may",
        evidence: `privsep is off${limit}`,
      },
    ];
  });
}

function leftOvers({ userid, enabled, expire, tokens }: AccessUser, facts: AccessFacts): readonly AccessFinding[] {
  const expired = expire > 0 && expire < facts.now;
  if (enabled && !expired) return [];
  const entries = facts.acl.filter(({ ugid }) => ugid === userid || ugid.startsWith(`${userid}!`));
  if (entries.length + tokens.length === 0) return [];
  return [
    {
      severity: "info",
      who: userid,
      problem: `is ${enabled ? "expired" : "disabled"} and has rights that come back with it`,
      evidence: `${entries.length} entries in the access control list, ${tokens.length} tokens`,
    },
  ];
}

/** Entries for users and tokens that are not there: whoever is given the name gets the rights. */
function orphans({ acl, users }: AccessFacts): readonly AccessFinding[] {
  const known = new Set(users.flatMap(({ userid, tokens }) => [userid, ...tokens.map(({ id }) => id)]));
  return acl
    .filter(({ type, ugid }) => type !== "group" && !known.has(ugid))
    .map(({ ugid, path, roleid }) => ({
      severity: "info",
      who: ugid,
      problem: "is not there, or not to be seen, and has rights",
      evidence: `role ${roleid} on ${path}`,
    }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
