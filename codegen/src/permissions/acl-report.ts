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
