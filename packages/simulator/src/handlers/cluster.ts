import { invalid } from "../failure.js";
import type { Handler, Handlers } from "../handler.js";
import { isQuorate } from "../quorum.js";
import { nextVmid } from "../world-guest.js";
import { clusterConfigHandlers } from "./cluster-config.js";
import { clusterOptionHandlers } from "./cluster-options.js";
import { poolHandlers } from "./cluster-pools.js";
import { clusterResources } from "./cluster-resources.js";
import { number } from "./guest-call.js";

const index =
  "acme backup backup-info bulk-action ceph config firewall ha jobs log mapping metrics notifications nextid options qemu replication resources status tasks sdn";

/** `GET /cluster/status`: the cluster and its nodes, or the one node of a standalone host. */
const clusterStatus: Handler = ({ world }) => {
  const nodes = [...world.nodes.values()].map((node) => ({
    type: "node",
    id: `node/${node.node}`,
    name: node.node,
    nodeid: world.cluster === undefined ? 0 : node.nodeid,
    ip: node.ip,
    local: node.node === world.entry ? 1 : 0,
    online: node.online ? 1 : 0,
    level: node.level,
  }));
  if (world.cluster === undefined) {
    return nodes;
  }
  const { name, version } = world.cluster;
  const quorate = isQuorate(world) ? 1 : 0;
  return [{ type: "cluster", id: "cluster", name, version, nodes: nodes.length, quorate }, ...nodes];
};

/** `GET /cluster/nextid`: a string, unless asked about a taken number. */
const nextId: Handler = (call) => {
  const vmid = number(call, "vmid");
  if (vmid === undefined) {
    return String(nextVmid(call.world));
  }
  if (call.world.guests.has(vmid)) {
    invalid({ vmid: `VM ${vmid} already exists` });
  }
  return String(vmid);
};

/** The cluster as a whole, its resources and its pools. */
export const clusterHandlers: Handlers = {
  "GET /cluster": () => index.split(" ").map((name) => ({ name })),
  ...clusterConfigHandlers,
  "GET /cluster/status": clusterStatus,
  "GET /cluster/resources": clusterResources,
  "GET /cluster/nextid": nextId,
  ...clusterOptionHandlers,
  ...poolHandlers,
};
