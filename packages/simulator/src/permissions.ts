import type { AccessState, AclEntry } from "./access.js";

/** The members of a pool, as far as permissions care. */
export interface PoolMembers {
  readonly vms: ReadonlySet<number>;
  readonly storages: ReadonlySet<string>;
}

/** What permission evaluation reads. */
export interface PermissionSource {
  readonly access: AccessState;
  readonly pools: ReadonlyMap<string, PoolMembers>;
}

/** Role or privilege → whether it propagates to what lies below the path. */
export type Grants = ReadonlyMap<string, boolean>;

const nothing: Grants = new Map();

/** PVE's normal form of an ACL path; `undefined` when it holds characters that no ACL path may hold. */
export function normalizePath(path: string): string | undefined {
  if (path === "") {
    return undefined;
  }
  const short = path.replace(/\/+/g, "/").replace(/\/$/, "");
  const absolute = short.startsWith("/") ? short : `/${short}`;
  return /^[A-Za-z0-9.\-_/]+$/.test(absolute) ? absolute : undefined;
}

/** Cuts `user@realm!token` at the exclamation mark. */
export function splitAuthid(authid: string): { readonly userid: string; readonly tokenid?: string } {
  const at = authid.indexOf("!");
  return at < 0 ? { userid: authid } : { userid: authid.slice(0, at), tokenid: authid.slice(at + 1) };
}

/**
 * The privileges a caller (`user@realm` or `user@realm!token`) holds on a normalised ACL path, each with its propagate
 * flag. This is the one place that evaluates ACLs: every check and every filter goes through it.
 */
export function privilegesOn(source: PermissionSource, authid: string, path: string): Grants {
  if (authid === "root@pam") {
    return source.access.everything;
  }
  const { userid, tokenid } = splitAuthid(authid);
  if (tokenid === undefined) {
    return expand(source.access, effectiveRoles(source, authid, path));
  }
  const token = source.access.users.get(userid)?.tokens.get(tokenid);
  if (!token) {
    return nothing;
  }
  const ofUser = privilegesOn(source, userid, path);
  if (!token.privsep) {
    return ofUser;
  }
  const shared = new Map<string, boolean>();
  for (const [privilege, propagate] of expand(source.access, effectiveRoles(source, authid, path))) {
    const users = ofUser.get(privilege);
    if (users !== undefined) {
      shared.set(privilege, users && propagate);
    }
  }
  return shared;
}

/** Roles from the ACL, plus those that the pools containing this guest or storage lend it. */
function effectiveRoles(source: PermissionSource, authid: string, path: string): Grants {
  const direct = aclRoles(source.access, authid, path);
  if (direct.has("NoAccess")) {
    return direct;
  }
  const roles = new Map(direct);
  const isMember = membershipOf(path);
  for (const [poolid, members] of isMember === undefined ? [] : source.pools) {
    if (isMember?.(members) !== true) {
      continue;
    }
    const lent = aclRoles(source.access, authid, `/pool/${poolid}`);
    if (lent.has("NoAccess")) {
      return new Map([["NoAccess", false]]);
    }
    for (const role of lent.keys()) {
      if (!roles.has(role)) {
        roles.set(role, false);
      }
    }
  }
  return roles;
}

/** Tells pools that contain what the path names; undefined when it names nothing that a pool can contain. */
function membershipOf(path: string): ((members: PoolMembers) => boolean) | undefined {
  const [, kind, id, more] = path.split("/");
  if (id === undefined || more !== undefined) {
    return undefined;
  }
  if (kind === "vms") {
    const vmid = Number(id);
    return ({ vms }) => vms.has(vmid);
  }
  return kind === "storage" ? ({ storages }) => storages.has(id) : undefined;
}

/** Walks from `/` down to the path; the deepest level that says anything replaces what the levels above said. */
function aclRoles(access: AccessState, authid: string, path: string): Grants {
  let roles: Grants = nothing;
  for (const prefix of prefixes(path)) {
    const here = entriesByPath(access.acl).get(prefix) ?? [];
    const counted = prefix === path ? here : here.filter(({ propagate }) => propagate);
    roles = rolesOfLevel(access, authid, counted) ?? roles;
  }
  const none = roles.get("NoAccess");
  return none === undefined ? roles : new Map([["NoAccess", none]]);
}

const indexed = new WeakMap<readonly AclEntry[], ReadonlyMap<string, readonly AclEntry[]>>();

/** The entries of each path, sorted out once for a list. */
function entriesByPath(acl: readonly AclEntry[]): ReadonlyMap<string, readonly AclEntry[]> {
  const known = indexed.get(acl);
  if (known !== undefined) {
    return known;
  }
  const index = new Map<string, AclEntry[]>();
  for (const entry of acl) {
    const here = index.get(entry.path);
    if (here === undefined) {
      index.set(entry.path, [entry]);
    } else {
      here.push(entry);
    }
  }
  indexed.set(acl, index);
  return index;
}

/** `/`, `/a`, `/a/b` for `/a/b`. */
function prefixes(path: string): readonly string[] {
  if (path === "/") {
    return ["/"];
  }
  const parts = path.split("/").slice(1);
  return ["/", ...parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`)];
}

/** Entries for the token itself, else for the user, else for the user's groups. */
function rolesOfLevel(access: AccessState, authid: string, entries: readonly AclEntry[]): Grants | undefined {
  const subjects: readonly ((entry: AclEntry) => boolean)[] = [
    (entry) => entry.kind === "token" && entry.ugid === authid,
    (entry) => entry.kind === "user" && entry.ugid === authid,
    (entry) => entry.kind === "group" && access.groups.get(entry.ugid)?.members.has(authid) === true,
  ];
  for (const applies of subjects) {
    const found = entries.filter(applies);
    if (found.length > 0) {
      return new Map(found.map((entry) => [entry.roleid, entry.propagate]));
    }
  }
  return undefined;
}

function expand(access: AccessState, roles: Grants): Grants {
  const privileges = new Map<string, boolean>();
  for (const [roleid, propagate] of roles) {
    for (const privilege of access.roles.get(roleid)?.privs ?? []) {
      privileges.set(privilege, (privileges.get(privilege) ?? false) || propagate);
    }
  }
  return privileges;
}

/** Whether the caller holds all of the privileges on the path, or with `any` at least one. */
export function holds(
  source: PermissionSource,
  authid: string,
  path: string,
  privs: readonly string[],
  any?: "any",
): boolean {
  const normal = normalizePath(path);
  if (normal === undefined) {
    return false;
  }
  const held = privilegesOn(source, authid, normal);
  return any ? privs.some((priv) => held.has(priv)) : privs.every((priv) => held.has(priv));
}

/** What lets a caller change the ACL of a path: the general right, or the right to allocate what the path names. */
export function modifyPrivileges(path: string): readonly string[] {
  const own = { storage: "Datastore.Allocate", vms: "VM.Allocate", pool: "Pool.Allocate" };
  const kind = /^\/(storage|vms|pool)\/./.exec(path)?.[1] as keyof typeof own | undefined;
  return ["Permissions.Modify", ...(kind ? [own[kind]] : [])];
}
