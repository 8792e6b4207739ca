import { type Parameter, tool, toolset } from "../define.js";

const timeframe = {
  for: "timeframe",
  type: "string",
  brief: "",
  description: "Span back from now.",
  enum: ["hour", "day", "week", "month", "year"],
  default: "hour",
} as const satisfies Parameter;
const series = {
  type: ["array", "string"],
  brief: "Readings too, of these or all",
  description: 'Show the readings of these series too, comma-separated, or "all". Long.',
  items: { type: "string" },
} as const satisfies Parameter;

const chart = {
  type: "string",
  brief: "Readings as a picture",
  description: "Draw the readings (of series, or cpu) as a picture instead of listing them.",
  enum: ["png", "svg"],
} as const satisfies Parameter;

/** Where alerts are looked for; what cannot be looked at is named. */
const looks = [
  "GET /cluster/status",
  "GET /cluster/ha/status/current",
  "GET /cluster/ceph/status",
  "GET /nodes/{node}/replication",
  "GET /nodes/{node}/qemu",
  "GET /cluster/tasks",
  "GET /cluster/backup-info/not-backed-up",
  "GET /nodes/{node}/tasks",
  "GET /nodes/{node}/certificates/info",
  "GET /nodes/{node}/apt/update",
  "GET /nodes/{node}/subscription",
  "GET /nodes/{node}/disks/list",
  "GET /nodes/{node}/services",
  "GET /nodes/{node}/storage/{storage}/content",
] as const;

/** How things are doing, and did. */
export const monitoring = toolset({
  id: "monitoring",
  title: "Monitoring",
  tools: {
    get_node_stats: tool("GET /nodes/{node}/rrddata", {
      title: "Sum up a node's recorded figures",
      summary:
        "Sums up what was recorded of a node over an hour, day, week, month or year: processor, load, memory, network, pressure, each with min, mean, max, last and trend. For this moment use get_node_status.",
      risk: "read",
      accepts: { node_name: "node", timeframe, cf: "cf", series, chart },
      optional: ["timeframe"],
      recipe: "statistics",
      example: { node_name: "pve1", timeframe: "day" },
    }),
    get_vm_stats: tool("GET /nodes/{node}/qemu/{vmid}/rrddata", {
      title: "Sum up a VM's recorded figures",
      summary:
        "Sums up what was recorded of a virtual machine over an hour up to a year: processor, memory, network and disk traffic, each with min, mean, max, last and trend. For this moment use get_vm_status.",
      risk: "read",
      accepts: { node_name: "node", vmid: "vmid", timeframe, cf: "cf", series, chart },
      optional: ["timeframe"],
      locates: "vm",
      recipe: "statistics",
      example: { vmid: 100, series: "cpu" },
    }),
    get_container_stats: tool("GET /nodes/{node}/lxc/{vmid}/rrddata", {
      title: "Sum up a container's recorded figures",
      summary:
        "Sums up what was recorded of a container over an hour up to a year: processor, memory, disk and network, each with min, mean, max, last and trend. For this moment use get_container_status.",
      risk: "read",
      accepts: { node_name: "node", container_id: "vmid", timeframe, cf: "cf", series, chart },
      optional: ["timeframe"],
      locates: "container",
      recipe: "statistics",
      example: { container_id: 200 },
    }),
    get_alerts: tool("GET /cluster/resources", {
      title: "List what wants attention",
      summary:
        "Looks everywhere trouble shows: nodes, quorum, HA, storages, guests, locks, failed tasks and backups, replication, certificates, updates, subscription, services, Ceph, disks. Each alert says what to look at next; what could not be checked is named.",
      risk: "read",
      accepts: {
        severity: {
          type: "string",
          description: "Least severity to show.",
          enum: ["info", "warning", "critical"],
          default: "info",
        },
        since: {
          type: "string",
          description: 'How far back failed tasks count, such as "24h" or "7d".',
          default: "24h",
        },
      },
      recipe: "alerts",
      also: ["GET /nodes", "GET /access/permissions", ...looks],
      tries: looks,
      sees: ["guests", "storages", "figures of nodes"],
      example: {},
    }),
  },
});
