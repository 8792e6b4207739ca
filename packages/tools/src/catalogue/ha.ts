import { tool, toolset } from "../define.js";
import { haGroupTools } from "./ha-groups.js";
import { haRuleTools } from "./ha-rules.js";

/** High availability. */
export const ha = toolset({
  id: "ha",
  title: "High availability",
  tools: {
    get_ha_status: tool("GET /cluster/ha/status/current", {
      title: "Show high availability",
      summary:
        "Shows how HA is doing: quorum, the master, each node's manager, the guests HA looks after with wanted and actual state, and what wants attention.",
      risk: "read",
      accepts: {},
      recipe: "ha-status",
      also: ["GET /cluster/ha/status/manager_status"],
      tries: ["GET /cluster/ha/status/manager_status"],
      example: {},
    }),
    enable_ha_resource: tool("POST /cluster/ha/resources", {
      title: "Put a guest under HA",
      summary:
        "Has HA look after a guest (sid vm:100, ct:200 or the VMID): it is kept started, and started elsewhere when its node fails. For one HA knows already, changes its settings.",
      risk: "change",
      accepts: {
        sid: "sid",
        comment: "comment",
        state: "state",
        max_restart: "max_restart",
        max_relocate: "max_relocate",
        failback: "failback",
        group: "group",
      },
      recipe: "enable-ha",
      repeatable: true,
      also: ["PUT /cluster/ha/resources/{sid}", "GET /cluster/ha/resources", "GET /cluster/resources"],
      picks: true,
      example: { sid: "vm:101", comment: "front end" },
    }),
    disable_ha_resource: tool("PUT /cluster/ha/resources/{sid}", {
      title: "Take a guest out of HA",
      summary:
        "Sets a guest to disabled: HA stops it and keeps it off. With remove HA forgets the guest instead and leaves it as it is, running or not.",
      risk: "change",
      accepts: {
        sid: "sid",
        remove: { type: "boolean", description: "Forget it instead of stopping it.", default: false },
      },
      recipe: "disable-ha",
      also: ["DELETE /cluster/ha/resources/{sid}", "GET /cluster/ha/resources", "GET /cluster/resources"],
      picks: true,
      example: { sid: "vm:100", remove: true },
    }),
    list_ha_resources: tool("GET /cluster/ha/resources", {
      title: "List guests under HA",
      summary: "Lists the guests HA looks after with their settings. How they are doing: get_ha_status.",
      risk: "read",
      accepts: { type: "type" },
      keep: ["sid", "state", "max_restart", "max_relocate", "failback", "auto-rebalance", "group", "comment"],
      example: {},
    }),
    migrate_ha_resource: tool("POST /cluster/ha/resources/{sid}/migrate", {
      title: "Have HA migrate a guest",
      summary:
        "Asks HA to move a guest it looks after to another node, live where it runs. Guests bound to it come along. Not under HA: migrate_vm.",
      risk: "change",
      accepts: { sid: "sid", target_node: "node" },
      recipe: "move-ha",
      repeatable: true,
      also: ["GET /cluster/ha/resources", "GET /nodes"],
      example: { sid: "vm:101", target_node: "pve3" },
    }),
    relocate_ha_resource: tool("POST /cluster/ha/resources/{sid}/relocate", {
      title: "Have HA relocate a guest",
      summary:
        "Asks HA to stop a guest it looks after and start it on another node: the way for one that cannot move live. It is away meanwhile.",
      risk: "destroy",
      accepts: { sid: "sid", target_node: "node" },
      recipe: "move-ha",
      repeatable: true,
      also: ["GET /cluster/ha/resources", "GET /nodes"],
      example: { sid: "vm:101", target_node: "pve3" },
    }),
    ...haRuleTools,
    ...haGroupTools,
  },
});
