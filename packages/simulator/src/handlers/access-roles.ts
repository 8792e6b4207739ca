import type { Role } from "../access.js";
import { die, invalid } from "../failure.js";
import type { Call, Handlers } from "../handler.js";
import { splitList } from "../verify-list.js";

/** Roles: named sets of privileges. */
export const roleHandlers: Handlers = {
  "GET /access/roles": ({ world }) =>
    [...world.access.roles.values()].map((role) => ({
      roleid: role.roleid,
      privs: [...role.privs].sort().join(","),
      special: role.special ? 1 : 0,
    })),
  "POST /access/roles": createRole,
  "GET /access/roles/{roleid}": (call) => Object.fromEntries([...requireRole(call, "").privs].map((priv) => [priv, 1])),
  "PUT /access/roles/{roleid}": (call) => {
    const { params } = call;
    const role = requireEditable(call, "update role failed: ", "modified");
    if (params["append"] !== 1) {
      role.privs.clear();
    }
    addPrivileges(role, params);
  },
  "DELETE /access/roles/{roleid}": (call) => {
    const { roleid } = requireEditable(call, "delete role failed: ", "deleted");
    const { access } = call.world;
    access.roles.delete(roleid);
    access.acl = access.acl.filter((entry) => entry.roleid !== roleid);
  },
};

function createRole({ params, world }: Call): void {
  const roleid = String(params["roleid"]);
  if (/^pve/i.test(roleid)) {
    invalid({ roleid: "cannot use role ID starting with the (case-insensitive) 'PVE' namespace" });
  }
  if (world.access.roles.has(roleid)) {
    die(`create role failed: role '${roleid}' already exists`);
  }
  const role: Role = { roleid, privs: new Set(), special: false };
  world.access.roles.set(roleid, role);
  addPrivileges(role, params);
}

function requireRole({ params, world }: Call, step: string): Role {
  const roleid = String(params["roleid"]);
  return world.access.roles.get(roleid) ?? die(`${step}role '${roleid}' does not exist`);
}

function requireEditable(call: Call, step: string, deed: string): Role {
  const role = requireRole(call, step);
  return role.special ? die(`auto-generated role '${role.roleid}' cannot be ${deed}`) : role;
}

function addPrivileges(role: Role, params: Call["params"]): void {
  for (const priv of splitList(String(params["privs"] ?? ""))) {
    role.privs.add(priv);
  }
}
