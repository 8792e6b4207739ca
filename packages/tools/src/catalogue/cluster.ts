import { tool, toolset } from "../define.js";

/** The cluster as a whole. */
export const cluster = toolset({
  id: "cluster",
  title: "Cluster",
  tools: {
    get_cluster_resources: tool("GET /cluster/resources", {
      title: "Find anything in the cluster",
      summary:
        "Searches guests, nodes, storages and pools in one list, with totals by type and state. The place to start when a name, a VMID or a node is not known. Narrow it with type and filter; rows beyond limit are counted, not shown.",
      risk: "read",
      accepts: {
        type: {
          type: "string",
          description: "Kind of resource; vm means virtual machines and containers.",
          enum: ["vm", "qemu", "lxc", "node", "storage", "pool", "sdn", "network"],
        },
      },
      lists: true,
      recipe: "cluster-resources",
      keep: [
        "id",
        "name",
        "node",
        "status",
        "pool",
        "tags",
        "lock",
        "hastate",
        "template",
        "cpu",
        "mem",
        "maxmem",
        "disk",
        "maxdisk",
      ],
      example: { type: "vm", filter: "prod" },
    }),
    get_cluster_status: tool("GET /cluster/status", {
      title: "Show quorum and members",
      summary:
        "Says whether the cluster has quorum and which nodes are members and online. A standalone node answers with itself alone. Use get_cluster_nodes_status for load and versions.",
      risk: "read",
      accepts: {},
      keep: ["type", "name", "online", "quorate", "nodes", "version", "nodeid", "ip", "local", "level"],
      example: {},
    }),
    get_cluster_nodes_status: tool("GET /cluster/status", {
      title: "Compare the nodes",
      summary:
        "Puts the nodes side by side: online, quorum votes, load, memory, versions of PVE and kernel. For one node in depth use get_node_status; for sums over the cluster get_cluster_stats.",
      risk: "read",
      accepts: {},
      recipe: "cluster-nodes",
      also: ["GET /nodes", "GET /nodes/{node}/status", "GET /cluster/config/nodes"],
      example: {},
    }),
    get_cluster_stats: tool("GET /cluster/resources", {
      title: "Sum up capacity and use",
      summary:
        "Totals of processors, memory and storage with what is in use, and guests counted by state, for the cluster and by node. Answers capacity questions in one small result; use get_cluster_resources to see the guests themselves.",
      risk: "read",
      accepts: {},
      recipe: "cluster-stats",
      example: {},
    }),
  },
});
