import { tool, toolset } from "../define.js";

/** Single nodes. */
export const nodes = toolset({
  id: "nodes",
  title: "Nodes",
  tools: {
    get_nodes: tool("GET /nodes", {
      title: "List the nodes",
      summary:
        "Lists the nodes of the cluster with their state, processors, memory and uptime. An offline node has no figures.",
      risk: "read",
      accepts: {},
      keep: ["node", "status", "cpu", "maxcpu", "mem", "maxmem", "disk", "maxdisk", "uptime", "level"],
      example: {},
    }),
    get_node_status: tool("GET /nodes/{node}/status", {
      title: "Show one node",
      summary:
        "Shows one node in depth: load, processor model, memory, swap, root file system, kernel, PVE version, boot mode. Use get_cluster_nodes_status to compare nodes.",
      risk: "read",
      accepts: { node_name: "node" },
      keep: [
        "uptime",
        "loadavg",
        "cpu",
        "wait",
        "cpuinfo",
        "memory",
        "swap",
        "rootfs",
        "ksm",
        "pveversion",
        "kversion",
        "current-kernel",
        "boot-info",
      ],
      example: { node_name: "pve1" },
    }),
  },
});
