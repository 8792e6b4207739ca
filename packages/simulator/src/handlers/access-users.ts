import type { AccessState, User } from "../access.js";
import { denied, die, invalid, PveFailure } from "../failure.js";
import type { Call, Handlers } from "../handler.js";
import { lockOf } from "../tfa-challenge.js";
import { splitList } from "../verify-list.js";
import { describeToken } from "./access-tokens.js";

/** Users and their passwords. */
export const userHandlers: Handlers = {
  "GET /access/users": listUsers,
  "POST /access/users": createUser,
  "GET /access/users/{userid}": (call) => {
    const user = requireUser(call.world.access, String(call.params["userid"]));
    const tokens = [...user.tokens.values()].map((token) => [token.tokenid, describeToken(token)] as const);
    return {
      ...describeUser(user),
      groups: groupsOf(call.world.access, user.userid),
      tokens: tokens.length > 0 ? Object.fromEntries(tokens) : null,
    };
  },
  "PUT /access/users/{userid}": updateUser,
  "DELETE /access/users/{userid}": deleteUser,
  "PUT /access/password": changePassword,
};

/** The user, or PVE's refusal. */
export function requireUser(access: AccessState, userid: string): User {
  return access.users.get(userid) ?? die(`no such user ('${userid}')`);
}

const texts = ["firstname", "lastname", "email", "comment", "keys"] as const;

function describeUser(user: User): Record<string, unknown> {
  const { firstname, lastname, email, comment } = user;
  const given = Object.entries({ firstname, lastname, email, comment }).filter(([, value]) => value !== undefined);
  return { enable: user.enable ? 1 : 0, expire: user.expire, ...Object.fromEntries(given) };
}

function groupsOf(access: AccessState, userid: string): string[] {
  return [...access.groups.values()].filter((group) => group.members.has(userid)).map((group) => group.groupid);
}

function listUsers(call: Call): unknown {
  const { world, caller, params } = call;
  const privs = ["User.Modify", "Sys.Audit"];
  const seesAll = call.allowed("/access/groups", privs, "any");
  const groups = [...world.access.groups.values()].filter((g) =>
    call.allowed(`/access/groups/${g.groupid}`, privs, "any"),
  );
  return [...world.access.users.values()]
    .filter(
      (user) => seesAll || user.userid === caller.authid || groups.some((group) => group.members.has(user.userid)),
    )
    .filter((user) => params["enabled"] === undefined || user.enable === (params["enabled"] === 1))
    .map((user) => ({
      userid: user.userid,
      ...describeUser(user),
      ...lockOf(world.tfa.users.get(user.userid), call.now()),
      "realm-type": world.access.realms.get(realmOf(user.userid))?.type,
      ...(params["full"] === 1 ? fullDetails(world.access, user) : {}),
    }));
}

function fullDetails(access: AccessState, user: User): Record<string, unknown> {
  const tokens = [...user.tokens.values()].map((token) => ({ tokenid: token.tokenid, ...describeToken(token) }));
  return { groups: groupsOf(access, user.userid).join(","), tokens: tokens.length > 0 ? tokens : null };
}

function realmOf(userid: string): string {
  return userid.slice(userid.lastIndexOf("@") + 1);
}

/** PVE puts the name of the step in front of what it dies with. */
function wrapped<T>(prefix: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof PveFailure ? new PveFailure(500, `${prefix}: ${error.message}`) : error;
  }
}

function createUser({ params, world: { access } }: Call): void {
  const userid = String(params["userid"]);
  wrapped("create user failed", () => {
    if (access.users.has(userid)) {
      die(`user '${userid}' already exists`);
    }
    const groups = splitList(String(params["groups"] ?? ""));
    requireGroups(access, groups);
    const user: User = { userid, enable: true, expire: 0, tokens: new Map() };
    access.users.set(userid, user);
    applyUser(user, params);
    setGroups(access, userid, groups, true);
  });
}

function updateUser({ params, world: { access } }: Call): void {
  const userid = String(params["userid"]);
  wrapped("update user failed", () => {
    const user = requireUser(access, userid);
    const groups = params["groups"];
    const named = splitList(String(groups ?? ""));
    requireGroups(access, named);
    applyUser(user, params);
    if (groups !== undefined) {
      setGroups(access, userid, named, params["append"] === 1);
    }
  });
}

function requireGroups(access: AccessState, groups: readonly string[]): void {
  const unknown = groups.find((groupid) => !access.groups.has(groupid));
  if (unknown !== undefined) {
    die(`no such group '${unknown}'`);
  }
}

function setGroups(access: AccessState, userid: string, groups: readonly string[], append: boolean): void {
  for (const group of access.groups.values()) {
    if (groups.includes(group.groupid)) {
      group.members.add(userid);
    } else if (!append) {
      group.members.delete(userid);
    }
  }
}

function applyUser(user: User, params: Call["params"]): void {
  if (params["enable"] !== undefined) {
    user.enable = params["enable"] === 1;
  }
  if (params["expire"] !== undefined) {
    user.expire = Number(params["expire"]);
  }
  if (params["password"] !== undefined) {
    user.password = String(params["password"]);
  }
  for (const key of texts) {
    const value = params[key];
    if (value !== undefined && key !== "keys") {
      user[key] = String(value);
    }
  }
}

/** PVE lets root@pam be deleted: the account comes back by itself, its tokens do not. */
function deleteUser({ params, world: { access, tfa } }: Call): void {
  const userid = String(params["userid"]);
  const user = requireUser(access, userid);
  user.tokens.clear();
  tfa.users.delete(userid);
  if (userid !== "root@pam") {
    access.users.delete(userid);
  }
  for (const group of access.groups.values()) {
    group.members.delete(userid);
  }
  const isTheirs = (ugid: string): boolean => ugid === userid || ugid.startsWith(`${userid}!`);
  access.acl = access.acl.filter(({ kind, ugid }) => kind === "group" || !isTheirs(ugid));
}

/** Everybody but root@pam has to repeat the own password. */
function changePassword({ params, caller, world: { access } }: Call): void {
  const userid = String(params["userid"]);
  if (caller.authid !== "root@pam") {
    const confirmation = params["confirmation-password"];
    if (confirmation === undefined) {
      invalid({ "confirmation-password": "password is required to modify user" });
    }
    if (access.users.get(caller.userid)?.password !== String(confirmation)) {
      die("invalid credentials");
    }
    if (userid === "root@pam") {
      denied();
    }
  }
  const user = requireUser(access, userid);
  const type = access.realms.get(realmOf(userid))?.type;
  if (type !== "pam" && type !== "pve") {
    die(`can't set password on auth type '${type ?? realmOf(userid)}'`);
  }
  user.password = String(params["password"]);
}
