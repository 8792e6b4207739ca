import { type Parameter, tool, toolset } from "../define.js";

const node_name = {
  for: "node",
  type: "string",
  description: "Node to ask; left out, one that is online.",
  brief: "",
} as const satisfies Parameter;
const asked = { accepts: { node_name }, optional: ["node_name"], also: ["GET /nodes"], example: {} } as const;

/** Ceph, where the nodes run it. */
export const ceph = toolset({
  id: "ceph",
  title: "Ceph",
  tools: {
    get_ceph_status: tool("GET /cluster/ceph/status", {
      title: "Show how Ceph is doing",
      summary:
        "Shows the health of Ceph with its reasons, monitors, OSDs, placement groups and space. No Ceph is an answer.",
      risk: "read",
      accepts: {},
      recipe: "ceph-status",
      example: {},
    }),
    list_ceph_osds: tool("GET /nodes/{node}/ceph/osd", {
      title: "List the OSDs of Ceph",
      summary: "Lists the OSDs of Ceph by host: up, in, device class, size and use.",
      risk: "read",
      recipe: "ceph-osds",
      ...asked,
    }),
    list_ceph_pools: tool("GET /nodes/{node}/ceph/pool", {
      title: "List the pools of Ceph",
      summary: "Lists the pools of Ceph: copies, placement groups, rule and use.",
      risk: "read",
      recipe: "ceph-pools",
      ...asked,
    }),
    get_ceph_flags: tool("GET /cluster/ceph/flags", {
      title: "Show the flags of Ceph",
      summary: "Shows which flags are set for all of Ceph, such as noout during maintenance.",
      risk: "read",
      accepts: {},
      recipe: "ceph-flags",
      example: {},
    }),
  },
});
