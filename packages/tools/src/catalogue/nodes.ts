import { tool, toolset } from "../define.js";
import { nodeSettingTools } from "./node-settings.js";
import { nodeUpdateTools } from "./node-updates.js";
import { settings } from "./parameters.js";

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
    get_node_config: tool("GET /nodes/{node}/config", {
      title: "Show a node's settings",
      summary:
        "Shows the settings PVE keeps of a node: description, wake-on-LAN, ACME, start delay. With include also its name servers, clock and hosts file. For its state use get_node_status.",
      risk: "read",
      accepts: {
        node_name: "node",
        include: {
          type: ["array", "string"],
          description: "What to read besides: dns, time, hosts; comma-separated.",
          items: { type: "string" },
        },
      },
      recipe: "node-config",
      also: ["GET /nodes/{node}/dns", "GET /nodes/{node}/time", "GET /nodes/{node}/hosts"],
      tries: ["GET /nodes/{node}/dns", "GET /nodes/{node}/time", "GET /nodes/{node}/hosts"],
      example: { node_name: "pve1", include: "dns,time" },
    }),
    update_node_config: tool("PUT /nodes/{node}/config", {
      title: "Change a node's settings",
      summary:
        "Changes settings PVE keeps of a node, such as description or wakeonlan, and shows each before and after. Refused when somebody else changed them meanwhile.",
      risk: "change",
      accepts: {
        node_name: "node",
        config: { ...settings('{"description": "rack 4"}'), required: true },
        digest: "digest",
      },
      recipe: "update-record",
      shows: "GET /nodes/{node}/config",
      example: { node_name: "pve2", config: { description: "rack 4, right side" } },
    }),
    reboot_node: tool("POST /nodes/{node}/status", {
      title: "Reboot a node",
      summary:
        "Reboots a node: its guests are shut down first, or moved where HA looks after them, and are away for minutes. Says which ran there and whether the cluster keeps its quorum.",
      risk: "destroy",
      accepts: { node_name: "node" },
      fixed: { command: "reboot" },
      recipe: "node-power",
      also: ["GET /nodes", "GET /cluster/resources"],
      tries: ["GET /cluster/resources"],
      example: { node_name: "pve3" },
    }),
    shutdown_node: tool("POST /nodes/{node}/status", {
      title: "Switch a node off",
      summary:
        "Shuts a node down: its guests go with it, or are moved where HA looks after them, and it stays off. Says which ran there and whether the cluster keeps its quorum. To have it back use reboot_node.",
      risk: "destroy",
      accepts: { node_name: "node" },
      fixed: { command: "shutdown" },
      recipe: "node-power",
      also: ["GET /nodes", "GET /cluster/resources"],
      tries: ["GET /cluster/resources"],
      example: { node_name: "pve3" },
    }),
    get_node_logs: tool("GET /nodes/{node}/journal", {
      title: "Read a node's log",
      summary:
        "Reads the newest lines of a node's system journal, or of a span with since and until; filter keeps lines with a text, service those of one unit. For what a task wrote use get_task_log.",
      risk: "read",
      accepts: {
        node_name: "node",
        lines: { type: "integer", description: "Lines to show.", minimum: 1, maximum: 2000, default: 100 },
        since: {
          type: ["integer", "string"],
          brief: "Such as 2h, a date, or epoch seconds",
          description: 'From then on: a span such as "2h", a date, or seconds since the epoch.',
        },
        until: { type: ["integer", "string"], brief: "As since", description: "Until then, written like since." },
        filter: { type: "string", description: "Only lines with this text; case does not matter." },
        service: {
          type: "string",
          description: "Only this unit, such as pveproxy; a day back unless since says more.",
        },
      },
      recipe: "node-logs",
      also: ["GET /nodes/{node}/syslog"],
      picks: true,
      example: { node_name: "pve1", lines: 20 },
    }),
    get_node_disks: tool("GET /nodes/{node}/disks/list", {
      title: "List a node's disks",
      summary:
        "Lists the physical disks of a node: size in bytes, model, serial, health (SMART), wear, and what uses them. type unused shows those that are free. For storages use get_node_storage.",
      risk: "read",
      accepts: { node_name: "node", type: "type", "include-partitions": "include-partitions", skipsmart: "skipsmart" },
      keep: [
        "devpath",
        "type",
        "size",
        "used",
        "health",
        "wearout",
        "model",
        "serial",
        "vendor",
        "rpm",
        "mounted",
        "osdid",
        "parent",
      ],
      example: { node_name: "pve1" },
    }),
    get_node_dns: tool("GET /nodes/{node}/dns", {
      title: "Show a node's name servers",
      summary: "Shows the search domain and the name servers a node asks.",
      risk: "read",
      accepts: { node_name: "node" },
      example: { node_name: "pve1" },
    }),
    ...nodeUpdateTools,
    ...nodeSettingTools,
  },
});
