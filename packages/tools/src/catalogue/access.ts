import { tool, toolset } from "../define.js";
import { userTools } from "./access-users.js";
import { permissionReportTools } from "./permission-report.js";

/** Who may sign in, and what they may do. */
export const access = toolset({
  id: "access",
  title: "Users and permissions",
  tools: {
    ...userTools,
    list_groups: tool("GET /access/groups", {
      title: "List groups",
      summary: "Lists groups of users with their members. A role granted to a group holds for each of them.",
      risk: "read",
      accepts: {},
      keep: ["groupid", "comment", "users"],
      example: {},
    }),
    create_group: tool("POST /access/groups", {
      title: "Create a group",
      summary: "Creates an empty group of users. update_user with groups puts somebody in, set_acl grants it a role.",
      risk: "change",
      accepts: { groupid: "groupid", comment: "comment" },
      recipe: "create-record",
      shows: "GET /access/groups/{groupid}",
      example: { groupid: "backup", comment: "look after backups" },
    }),
    delete_group: tool("DELETE /access/groups/{groupid}", {
      title: "Delete a group",
      summary:
        "Deletes a group and its ACL entries; the members stay, and lose what the group granted them. Shows who they were.",
      risk: "destroy",
      accepts: { groupid: "groupid" },
      recipe: "delete-record",
      shows: "GET /access/groups/{groupid}",
      example: { groupid: "operators" },
    }),
    list_roles: tool("GET /access/roles", {
      title: "List roles",
      summary:
        "Lists roles, named sets of privileges, with what is in them. Those marked special come with PVE and cannot be changed. Who has which role where: list_acl.",
      risk: "read",
      accepts: {},
      keep: ["roleid", "special", "privs"],
      example: {},
    }),
    create_role: tool("POST /access/roles", {
      title: "Create a role",
      summary:
        "Creates a role from privileges such as VM.Audit,VM.PowerMgmt. Nobody has it until set_acl grants it on a path.",
      risk: "change",
      accepts: {
        roleid: "roleid",
        privs: {
          for: "privs",
          type: ["array", "string"],
          description: "Privileges, comma-separated. list_roles shows which there are.",
          items: { type: "string" },
          required: true,
        },
      },
      recipe: "create-record",
      shows: "GET /access/roles/{roleid}",
      example: { roleid: "PowerUser", privs: "VM.Audit,VM.PowerMgmt" },
    }),
    delete_role: tool("DELETE /access/roles/{roleid}", {
      title: "Delete a role",
      summary: "Deletes a role; whoever has it anywhere loses its privileges there. Roles that come with PVE stay.",
      risk: "destroy",
      accepts: { roleid: "roleid" },
      recipe: "delete-record",
      shows: "GET /access/roles/{roleid}",
      example: { roleid: "PowerUser" },
    }),
    list_acl: tool("GET /access/acl", {
      title: "List who may do what where",
      summary:
        "Lists the access control list: which user, group or token (ugid) has which role on which path. With propagate a role also holds below its path. list_roles shows what a role allows.",
      risk: "read",
      accepts: {},
      lists: true,
      keep: ["path", "type", "ugid", "roleid", "propagate"],
      example: { filter: "auditor" },
    }),
    set_acl: tool("PUT /access/acl", {
      title: "Grant or take back a role",
      summary:
        "Grants a role on a path (/, /vms/100, /storage/nas, /pool/prod …) to a user, group or token, or takes it back with delete. Shows what the path says afterwards. Widely granted roles open the whole cluster.",
      risk: "change",
      accepts: {
        path: "path",
        role: "roles",
        userid: { type: "string", brief: "name@realm", description: "User the role is for, such as jane@pve." },
        groupid: { type: "string", brief: "", description: "Group the role is for." },
        tokenid: {
          type: "string",
          brief: "name@realm!token",
          description: "Token the role is for: user@realm!tokenid.",
        },
        propagate: "propagate",
        delete: "delete",
      },
      brief: { path: "", delete: "Take back" },
      recipe: "set-acl",
      also: ["GET /access/acl"],
      repeatable: true,
      example: { path: "/vms/100", role: "PVEVMUser", userid: "auditor@pve" },
    }),
    ...permissionReportTools,
  },
});
