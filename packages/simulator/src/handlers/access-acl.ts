import { type AclEntry, type Role, subjectOf } from "../access.js";
import { die, invalid } from "../failure.js";
import type { Call, Handlers } from "../handler.js";
import { modifyPrivileges, normalizePath, privilegesOn, splitAuthid } from "../permissions.js";
import { splitList } from "../verify-list.js";

/** The access control list. */
export const aclHandlers: Handlers = {
  "GET /access/acl": (call) => {
    const { acl } = call.world.access;
    const seesAll = call.allowed("/access", ["Sys.Audit"]);
    return acl
      .filter((entry) => seesAll || call.allowed(entry.path, modifyPrivileges(entry.path), "any"))
      .map(({ path, kind, ugid, roleid, propagate }) => ({
        path,
        type: kind,
        ugid,
        roleid,
        propagate: propagate ? 1 : 0,
      }));
  },
  "PUT /access/acl": changeAcl,
};

const id = "[A-Za-z0-9.\\-_]+";
const legalPath = new RegExp(
  "^(?:/|/access(?:/groups(?:/ID)?|/realm(?:/ID)?)?|/nodes(?:/ID)?|/pool(?:/ID){0,3}|/storage(?:/ID)?|/vms(?:/[1-9][0-9]{2,8})?|/mapping(?:/ID){0,2}|/sdn(?:/zones(?:/ID){0,3}|/(?:controllers|dns|ipams|fabrics|prefix-lists|route-maps)(?:/ID)?)?)$".replaceAll(
    "ID",
    id,
  ),
);

function changeAcl(call: Call): void {
  const { params, world } = call;
  const subjects = [
    ...splitList(String(params["groups"] ?? "")).map((group) => `@${group}`),
    ...splitList(String(params["users"] ?? "")),
    ...splitList(String(params["tokens"] ?? "")),
  ];
  if (subjects.length === 0) {
    const text = "either 'users', 'groups' or 'tokens' is required.";
    invalid({ users: text, groups: text, tokens: text });
  }
  const path = normalizePath(String(params["path"]));
  const remove = params["delete"] === 1;
  if (path === undefined || !(remove || legalPath.test(path))) {
    invalid({ path: `invalid ACL path '${String(params["path"])}'` });
  }
  const propagate = params["propagate"] !== 0;
  for (const roleid of splitList(String(params["roles"]))) {
    const role = world.access.roles.get(roleid) ?? die(`ACL update failed: role '${roleid}' does not exist`);
    requireSuperset(call, path, role, propagate, remove);
    for (const to of subjects) {
      requireSubject(call, to);
      const rest = world.access.acl.filter((entry) => !isSame(entry, path, to, roleid));
      const added = remove ? [] : [{ path, ...subjectOf(to), roleid, propagate }];
      world.access.acl = [...rest, ...added];
    }
  }
}

function isSame(entry: AclEntry, path: string, to: string, roleid: string): boolean {
  const { kind, ugid } = subjectOf(to);
  return entry.path === path && entry.kind === kind && entry.ugid === ugid && entry.roleid === roleid;
}

/** Without Permissions.Modify one can hand out (or take away) no more than one holds. */
function requireSuperset({ caller, world }: Call, path: string, role: Role, propagate: boolean, remove: boolean): void {
  const held = privilegesOn(world, caller.authid, path);
  if (held.has("Permissions.Modify")) {
    return;
  }
  const deed = `Cannot ${remove ? "remove" : "add"} role '${role.roleid}'`;
  for (const priv of role.privs) {
    if (!held.has(priv)) {
      invalid({ role: `${deed} - requires 'Permissions.Modify' or superset of privileges.` });
    }
    if (propagate && !remove && !held.get(priv)) {
      invalid({
        role: `${deed} with propagation - requires 'Permissions.Modify' or propagated superset of privileges.`,
      });
    }
  }
  if (role.roleid === "NoAccess") {
    invalid({ role: `${deed} - requires 'Permissions.Modify'` });
  }
}

function requireSubject({ world }: Call, to: string): void {
  const { kind, ugid } = subjectOf(to);
  const { access } = world;
  const { userid, tokenid } = splitAuthid(ugid);
  if (kind === "group" && !access.groups.has(ugid)) {
    die(`ACL update failed: group '${ugid}' does not exist`);
  }
  if (kind === "user" && !access.users.has(ugid)) {
    die(`ACL update failed: user '${ugid}' does not exist`);
  }
  if (kind === "token" && !access.users.get(userid)?.tokens.has(tokenid ?? "")) {
    die(`ACL update failed: no such token '${tokenid ?? ""}' for user '${userid}'`);
  }
}
