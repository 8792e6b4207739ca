import type { Group } from "../access.js";
import { die } from "../failure.js";
import type { Call, Handlers } from "../handler.js";

/** Groups of users. */
export const groupHandlers: Handlers = {
  "GET /access/groups": (call) => {
    const privs = ["User.Modify", "Sys.Audit", "Group.Allocate"];
    return [...call.world.access.groups.values()]
      .filter((group) => call.allowed(`/access/groups/${group.groupid}`, privs, "any"))
      .map((group) => ({ groupid: group.groupid, users: [...group.members].join(","), ...comment(group) }));
  },
  "POST /access/groups": ({ params, world }) => {
    const groupid = String(params["groupid"]);
    if (world.access.groups.has(groupid)) {
      die(`create group failed: group '${groupid}' already exists`);
    }
    const group: Group = { groupid, members: new Set() };
    world.access.groups.set(groupid, group);
    setComment(group, params);
  },
  "GET /access/groups/{groupid}": (call) => {
    const group = requireGroup(call, "");
    return { members: [...group.members], ...comment(group) };
  },
  "PUT /access/groups/{groupid}": (call) => setComment(requireGroup(call, "update group failed: "), call.params),
  "DELETE /access/groups/{groupid}": (call) => {
    const { groupid } = requireGroup(call, "delete group failed: ");
    const { access } = call.world;
    access.groups.delete(groupid);
    access.acl = access.acl.filter((entry) => entry.kind !== "group" || entry.ugid !== groupid);
  },
};

function requireGroup({ params, world }: Call, step: string): Group {
  const groupid = String(params["groupid"]);
  return world.access.groups.get(groupid) ?? die(`${step}group '${groupid}' does not exist`);
}

function comment(group: Group): { comment?: string } {
  return group.comment === undefined ? {} : { comment: group.comment };
}

function setComment(group: Group, params: Call["params"]): void {
  if (params["comment"] !== undefined) {
    group.comment = String(params["comment"]);
  }
}
