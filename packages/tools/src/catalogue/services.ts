import { type Parameter, tool, toolset } from "../define.js";

const service = {
  for: "service",
  type: "string",
  description: "Name of the service, such as pveproxy or chrony.",
  brief: "Such as pveproxy or chrony",
  required: true,
} as const satisfies Parameter;
const accepts = { node_name: "node", service } as const;
const act = {
  accepts,
  waits: true,
  repeatable: true,
  recipe: "service-action",
  also: ["GET /nodes/{node}/services/{service}/state"],
  example: { node_name: "pve2", service: "chrony" },
} as const;

/** The services of nodes. */
export const services = toolset({
  id: "services",
  title: "Services",
  tools: {
    list_node_services: tool("GET /nodes/{node}/services", {
      title: "List a node's services",
      summary: "Lists the services PVE watches on a node: whether they run, and whether they start with it.",
      risk: "read",
      accepts: { node_name: "node" },
      keep: ["service", "desc", "state", "active-state", "unit-state"],
      example: { node_name: "pve1" },
    }),
    get_node_service: tool("GET /nodes/{node}/services/{service}/state", {
      title: "Show a node's service",
      summary: "Shows whether one service runs. What it has logged: get_node_logs with service.",
      risk: "read",
      accepts,
      keep: ["service", "desc", "state", "active-state", "unit-state"],
      example: { node_name: "pve1", service: "pveproxy" },
    }),
    start_node_service: tool("POST /nodes/{node}/services/{service}/start", {
      title: "Start a service",
      summary: "Starts a service of a node and shows how it is doing then.",
      risk: "change",
      ...act,
    }),
    reload_node_service: tool("POST /nodes/{node}/services/{service}/reload", {
      title: "Reload a service",
      summary: "Has a running service read its configuration again, without cutting off who uses it.",
      risk: "change",
      ...act,
      example: { node_name: "pve1", service: "pveproxy" },
    }),
    restart_node_service: tool("POST /nodes/{node}/services/{service}/restart", {
      title: "Restart a service",
      summary:
        "Stops and starts a service of a node; whoever uses it is cut off meanwhile. A node without corosync or pve-cluster can be fenced by HA.",
      risk: "destroy",
      ...act,
    }),
    stop_node_service: tool("POST /nodes/{node}/services/{service}/stop", {
      title: "Stop a service",
      summary:
        "Stops a service of a node until it is started or the node reboots. PVE refuses it for pveproxy, pvedaemon and pve-cluster.",
      risk: "destroy",
      ...act,
    }),
  },
});
