import { tool } from "../define.js";

/** Moving containers. */
export const containerMigration = {
  migrate_container: tool("POST /nodes/{node}/lxc/{vmid}/migrate", {
    title: "Move a container to another node",
    summary:
      "Moves a container to another node, after checking that it can go there. A running one needs restart: it is down while its volumes are copied.",
    risk: "change",
    accepts: {
      node_name: "node",
      container_id: "vmid",
      target_node: "target",
      restart: { for: "restart", type: "boolean", description: "Shut it down and start it there.", default: false },
      "target-storage": "target-storage",
      timeout: "timeout",
      bwlimit: "bwlimit",
    },
    brief: { "target-storage": "For local volumes" },
    locates: "container",
    waits: true,
    recipe: "migrate-container",
    also: [
      "GET /nodes/{node}/lxc/{vmid}/migrate",
      "GET /nodes/{node}/lxc/{vmid}/status/current",
      "GET /nodes/{node}/lxc/{vmid}/config",
      "GET /cluster/resources",
    ],
    sees: ["guests", "storages"],
    example: { container_id: 201, target_node: "pve1", restart: true },
  }),
};
