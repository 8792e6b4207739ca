import { tool } from "../define.js";

const settings = { nodes: "nodes", restricted: "restricted", nofailback: "nofailback", comment: "comment" } as const;
const brief = {
  nodes: "Such as pve1:2,pve2 with priorities",
  restricted: "On no other node",
  nofailback: "Stay where it is when a better node is back",
} as const;

/** Where guests under HA may run, before PVE 9. */
export const haGroupTools = {
  list_ha_groups: tool("GET /cluster/ha/groups", {
    title: "List HA groups",
    summary: "Lists the HA groups of PVE 8. Since 9 they are rules: list_ha_rules.",
    risk: "read",
    accepts: {},
    recipe: "ha-groups",
    example: {},
  }),
  create_ha_group: tool("POST /cluster/ha/groups", {
    title: "Create an HA group",
    summary:
      "Creates a group of nodes that guests under HA prefer, on PVE 8; enable_ha_resource puts guests into it. Since 9: create_ha_rule.",
    risk: "change",
    accepts: { group: "group", ...settings },
    brief,
    recipe: "create-record",
    shows: "GET /cluster/ha/groups/{group}",
    example: { group: "front", nodes: "pve1:2,pve2" },
  }),
  update_ha_group: tool("PUT /cluster/ha/groups/{group}", {
    title: "Change an HA group",
    summary: "Changes an HA group of PVE 8 and shows it before and after. Since 9: update_ha_rule.",
    risk: "change",
    accepts: { group: "group", ...settings, delete: "delete", digest: "digest" },
    brief,
    recipe: "update-record",
    shows: "GET /cluster/ha/groups/{group}",
    example: { group: "front", comment: "web servers" },
  }),
  delete_ha_group: tool("DELETE /cluster/ha/groups/{group}", {
    title: "Delete an HA group",
    summary: "Deletes an HA group of PVE 8 that no guest is in. Since 9: delete_ha_rule.",
    risk: "destroy",
    accepts: { group: "group" },
    recipe: "delete-record",
    shows: "GET /cluster/ha/groups/{group}",
    example: { group: "front" },
  }),
};
