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
      rows: 20,
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
      tries: ["GET /cluster/status", "GET /nodes/{node}/status", "GET /cluster/config/nodes"],
      example: {},
    }),
    get_cluster_stats: tool("GET /cluster/resources", {
      title: "Sum up capacity and use",
      summary:
        "Totals of processors, memory and storage with what is in use, and guests counted by state, for the cluster and by node. Answers capacity questions in one small result; use get_cluster_resources to see the guests themselves.",
      risk: "read",
      accepts: {},
      recipe: "cluster-stats",
      sees: ["guests", "storages", "figures of nodes"],
      example: {},
    }),
    get_cluster_config: tool("GET /cluster/config/nodes", {
      title: "Show how the cluster is configured",
      summary:
        "Shows the cluster's members with link addresses and votes, corosync's settings, an external vote, and the version of the join procedure. A standalone node is a normal answer. For state use get_cluster_status.",
      risk: "read",
      accepts: {},
      recipe: "cluster-config",
      also: [
        "GET /cluster/status",
        "GET /cluster/config/totem",
        "GET /cluster/config/qdevice",
        "GET /cluster/config/apiversion",
      ],
      tries: [
        "GET /cluster/config/nodes",
        "GET /cluster/config/totem",
        "GET /cluster/config/qdevice",
        "GET /cluster/config/apiversion",
      ],
      example: {},
    }),
    add_node_to_cluster: tool("POST /cluster/config/join", {
      title: "Join a node to the cluster",
      summary:
        "Says what a new node needs to join: address, fingerprint and the command to run on it, because joining happens on its own side as root@pam. Does it itself only where the operator has prepared that node.",
      risk: "destroy",
      accepts: {
        node_name: { type: "string", description: "Name of the node that is to join.", required: true },
        cluster_name: { type: "string", description: "Checked against this cluster's name." },
        cluster_network: { type: "string", description: "Address of the new node on the cluster network (link 0)." },
      },
      recipe: "add-node",
      also: ["GET /cluster/status", "GET /cluster/config/join"],
      picks: true,
      example: { node_name: "pve4" },
    }),
    remove_node_from_cluster: tool("DELETE /cluster/config/nodes/{node}", {
      title: "Remove a node from the cluster",
      summary:
        "Takes a node out of the cluster for good. Refused while it is online or holds guests, unless force is true. PVE allows this to root@pam signed in with a password only, not to API tokens.",
      risk: "destroy",
      accepts: {
        node_name: "node",
        force: { type: "boolean", description: "Even if it is online or holds guests.", default: false },
      },
      recipe: "remove-node",
      also: ["GET /cluster/config/nodes", "GET /nodes", "GET /cluster/resources"],
      example: { node_name: "pve3", force: true },
    }),
  },
});
