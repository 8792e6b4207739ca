import { tool } from "../define.js";

const rule = {
  resources: "resources",
  nodes: "nodes",
  strict: "strict",
  affinity: "affinity",
  comment: "comment",
  disable: "disable",
} as const;
const brief = {
  resources: "Such as vm:100,ct:200",
  nodes: "Node affinity: such as pve1:2,pve2 with priorities",
  strict: "Node affinity: on no other node",
  affinity: "positive: on one node, negative: on separate ones",
  disable: "",
} as const;

/** Where guests under HA may run, and with whom. */
export const haRuleTools = {
  list_ha_rules: tool("GET /cluster/ha/rules", {
    title: "List HA rules",
    summary:
      "Lists the rules that bind guests under HA to nodes, or to each other, and what is wrong with them. Before PVE 9: list_ha_groups.",
    risk: "read",
    accepts: { type: "type", resource: "resource" },
    keep: ["rule", "type", "resources", "nodes", "strict", "affinity", "disable", "comment", "errors"],
    brief: { resource: "Such as vm:100" },
    example: { resource: "vm:100" },
  }),
  create_ha_rule: tool("POST /cluster/ha/rules", {
    title: "Create an HA rule",
    summary:
      "Binds guests under HA to nodes (node-affinity), or keeps them together or apart (resource-affinity). HA moves them at once where it has to.",
    risk: "change",
    accepts: { rule: "rule", type: "type", ...rule },
    brief,
    recipe: "create-record",
    shows: "GET /cluster/ha/rules/{rule}",
    example: { rule: "web-apart", type: "resource-affinity", affinity: "negative", resources: "vm:100,vm:101" },
  }),
  update_ha_rule: tool("PUT /cluster/ha/rules/{rule}", {
    title: "Change an HA rule",
    summary: "Changes an HA rule and shows it before and after. Switched off, it comes back with delete: disable.",
    risk: "change",
    accepts: { rule: "rule", type: "type", ...rule, delete: "delete", digest: "digest" },
    brief: { ...brief, type: "" },
    optional: ["type"],
    recipe: "update-record",
    shows: "GET /cluster/ha/rules/{rule}",
    example: { rule: "web-apart", comment: "the front end survives a node" },
  }),
  delete_ha_rule: tool("DELETE /cluster/ha/rules/{rule}", {
    title: "Delete an HA rule",
    summary: "Deletes an HA rule; the guests stay where they are and may then run anywhere.",
    risk: "destroy",
    accepts: { rule: "rule" },
    recipe: "delete-record",
    shows: "GET /cluster/ha/rules/{rule}",
    example: { rule: "web-apart" },
  }),
};
