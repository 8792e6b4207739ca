import type { Caller } from "./verdict.js";

/** ACL path → privilege → whether it propagates, as `GET /access/permissions` prints it. */
export type PermissionReport = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface AclEntry {
  readonly path: string;
  readonly type: string;
  readonly ugid: string;
  readonly roleid: string;
  readonly propagate: number;
}

/** A caller as it was recorded: who, and what it held where. */
export interface RecordedCaller {
  readonly id: string;
  readonly permissions: PermissionReport;
}

/** Userid → groups. */
export type RecordedUsers = Readonly<Record<string, readonly string[]>>;

/** Reads a permission report as PVE means it: a path that is not listed has what propagates from the nearest one above. */
export function reportedCaller({ id, permissions }: RecordedCaller, users: RecordedUsers): Caller {
  const on = (path: string): ReadonlySet<string> => {
    const own = permissions[path];
    if (own !== undefined) return new Set(Object.keys(own));
    const above = parents(path).find((parent) => permissions[parent] !== undefined);
    return propagated(above === undefined ? {} : permissions[above]);
  };
  return {
    id,
    grants: on,
    everywhereBelow(path) {
      const here = permissions[path] === undefined ? on(path) : propagated(permissions[path]);
      const deeper = Object.keys(permissions).filter((other) => other !== path && isBelow(other, path));
      return new Set([...here].filter((privilege) => deeper.every((other) => on(other).has(privilege))));
    },
    groupsOf: (userid) => users[userid] ?? null,
  };
}

function propagated(privileges: Readonly<Record<string, number>> | undefined): ReadonlySet<string> {
  return new Set(Object.entries(privileges ?? {}).flatMap(([name, flag]) => (flag === 1 ? [name] : [])));
}

function isBelow(path: string, above: string): boolean {
  return path.startsWith(above === "/" ? "/" : `${above}/`);
}

/** `/a`, `/` for `/a/b`. */
function parents(path: string): string[] {
  const parts = path.split("/").slice(1, -1);
  return [...parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`).reverse(), "/"];
}

/** The report of a user outside pools, computed from the ACL: own entries go before those of groups, path by path. */
export function reportFromAcl(
  acl: readonly AclEntry[],
  roles: Readonly<Record<string, readonly string[]>>,
  userid: string,
  groups: readonly string[],
): PermissionReport {
  const paths = [...new Set(acl.map(({ path }) => path))];
  const report = paths.map((path): [string, Record<string, number>] => {
    const here = acl.filter((entry) => entry.path === path);
    const own = here.filter(({ type, ugid }) => type === "user" && ugid === userid);
    const entries = own.length > 0 ? own : here.filter(({ type, ugid }) => type === "group" && groups.includes(ugid));
    const held = entries.flatMap(({ roleid, propagate }) =>
      (roles[roleid] ?? []).map((privilege): [string, number] => [privilege, propagate]),
    );
    return [path, Object.fromEntries(held)];
  });
  return Object.fromEntries(report.filter(([, held]) => Object.keys(held).length > 0));
}
