import type { Permissions } from "./contract.js";
import { denied, die, PveFailure } from "./failure.js";
import type { Caller } from "./handler.js";
import { holds, modifyPrivileges, normalizePath, type PermissionSource } from "./permissions.js";
import { splitList } from "./verify-list.js";

/** What an expression is judged by: raw, unverified parameters, as PVE does it. */
export interface PermissionQuestion {
  readonly source: PermissionSource;
  /** `user@realm` or `user@realm!token`. */
  readonly authid: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Refuses the call with PVE's 403 text unless the operation's `permissions` let the caller pass. */
export function checkPermissions(
  permissions: Permissions | undefined,
  caller: Caller | undefined,
  source: PermissionSource,
  params: Readonly<Record<string, unknown>>,
): void {
  if (permissions?.user === "world") {
    return;
  }
  if (!caller) {
    denied("user != null");
  }
  if (caller.authid === "root@pam") {
    return;
  }
  if (!permissions) {
    denied("user != root@pam");
  }
  if (permissions.user === "all") {
    return;
  }
  if (permissions.check !== undefined) {
    judge(permissions.check, { source, authid: caller.authid, params });
    return;
  }
  denied();
}

/** Throws the refusal of one expression, or returns when it is satisfied. */
function judge(expression: unknown, question: PermissionQuestion): void {
  const [test, ...args] = asArray(expression);
  switch (test) {
    case "and":
      for (const part of args) {
        judge(part, question);
      }
      return;
    case "or":
      if (!args.some((part) => passes(part, question))) {
        denied();
      }
      return;
    case "perm":
      judgePerm(args, question);
      return;
    case "userid-group":
      judgeGroup(args, question);
      return;
    case "userid-param":
      judgeUser(args, question);
      return;
    case "perm-modify":
      judgeModify(args, question);
      return;
    default:
      throw new TypeError(`unknown permission test in the contract: ${String(test)}`);
  }
}

function passes(expression: unknown, question: PermissionQuestion): boolean {
  try {
    judge(expression, question);
    return true;
  } catch (error) {
    if (error instanceof PveFailure && !(error instanceof MalformedUser)) {
      return false;
    }
    throw error;
  }
}

function judgePerm([template, privList, ...rest]: readonly unknown[], question: PermissionQuestion): void {
  const privs = asArray(privList).map(String);
  const options = pairs(rest);
  const required = options.get("require_param");
  if (required !== undefined && question.params[String(required)] === undefined) {
    denied();
  }
  const path = normalizePath(fill(String(template), question.params));
  const any = options.has("any") ? "any" : undefined;
  if (path === undefined || !holds(question.source, question.authid, path, privs, any)) {
    denied(`${path ?? ""}, ${privs.join(any ? "|" : ",")}`);
  }
}

/** One of the privileges on all groups, or on some group that the user is in (and on every group it is put in). */
function judgeGroup([privList, ...rest]: readonly unknown[], { source, authid, params }: PermissionQuestion): void {
  const privs = asArray(privList).map(String);
  const mode = pairs(rest).get("groups_param");
  const userid = String(params["userid"] ?? "");
  if (mode !== "create") {
    requireUser(source, userid);
  }
  if (holds(source, authid, "/access/groups", privs, "any")) {
    return;
  }
  const mine = [...source.access.groups.values()].filter((group) =>
    holds(source, authid, `/access/groups/${group.groupid}`, privs, "any"),
  );
  if (mode !== undefined) {
    const named = splitList(String(params["groups"] ?? ""));
    if (named.length === 0) {
      denied(`/access/groups, ${privs.join(", ")}`);
    }
    const foreign = named.find((groupid) => !mine.some((group) => group.groupid === groupid));
    if (foreign !== undefined) {
      denied(`/access/groups/${foreign}, ${privs.join(", ")}`);
    }
  }
  if (mode !== "create" && !mine.some((group) => group.members.has(userid))) {
    denied();
  }
}

/** A user name that cannot be one ends the whole expression, alternatives included. */
class MalformedUser extends PveFailure {
  constructor(message: string) {
    super(500, message);
  }
}

function judgeUser([subtest]: readonly unknown[], { source, authid, params }: PermissionQuestion): void {
  const userid = String(params["userid"] ?? "");
  if (userid.length < 3) {
    throw new MalformedUser(`user name '${userid}' is too short`);
  }
  if (userid.length > 64) {
    throw new MalformedUser(`user name '${userid}' is too long (${userid.length} > 64)`);
  }
  const realm = /^[^\s:/]+@([A-Za-z][A-Za-z0-9.\-_]+)$/.exec(userid)?.[1];
  if (realm === undefined) {
    throw new MalformedUser(`value '${userid}' does not look like a valid user name`);
  }
  if (subtest === "Realm.AllocateUser") {
    const path = `/access/realm/${realm}`;
    if (!holds(source, authid, path, ["Realm.AllocateUser"])) {
      denied(`${path}, Realm.AllocateUser`);
    }
    return;
  }
  requireUser(source, userid);
  if (authid !== userid) {
    denied();
  }
}

function judgeModify([template]: readonly unknown[], { source, authid, params }: PermissionQuestion): void {
  const path = normalizePath(fill(String(template), params));
  if (path === undefined) {
    denied();
  }
  const privs = modifyPrivileges(path);
  if (!holds(source, authid, path, privs, "any")) {
    denied(`${path}, ${privs.join("|")}`);
  }
}

function requireUser(source: PermissionSource, userid: string): void {
  if (!source.access.users.has(userid)) {
    die(`no such user ('${userid}')`);
  }
}

/** Replaces `{name}` by the parameter; a missing or false one becomes `-`. */
function fill(template: string, params: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const value = params[name];
    return value === undefined || value === "" || value === "0" || value === 0 ? "-" : String(value);
  });
}

function pairs(rest: readonly unknown[]): ReadonlyMap<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let i = 0; i < rest.length; i += 2) {
    map.set(rest[i], rest[i + 1]);
  }
  return map;
}

function asArray(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new TypeError("malformed permission expression in the contract");
  }
  return value;
}
