import { invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { guestName, nextVmid } from "../world-guest.js";
import { parseOption } from "../world-option.js";
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
  const { name, version, quorate } = world.cluster;
  return [{ type: "cluster", id: "cluster", name, version, nodes: nodes.length, quorate: quorate ? 1 : 0 }, ...nodes];
};

/** `GET /cluster/config/nodes`: the node list of corosync.conf, whose values are texts; a standalone host has none. */
const corosyncNodes: Handler = ({ world }) => {
  if (world.cluster === undefined) {
    return [];
  }
  return [...world.nodes.values()].map(({ node, nodeid, ip }) => ({
    node,
    name: node,
    nodeid: String(nodeid),
    ring0_addr: ip,
    quorum_votes: "1",
  }));
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

/** Datacenter options that are kept as property strings and shown as objects. */
const parsedOptions = new Set(
  "migration replication ha crs next-id u2f webauthn tag-style user-tag-access notify location".split(" "),
);

const clusterOptions: Handler = (call) => {
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(call.world.options)) {
    options[key] = parsedOptions.has(key) ? parseOption(String(value), "type") : value;
  }
  options["mac_prefix"] ??= "BC:24:11";
  options["allowed-tags"] = allowedTags(call);
  if (call.allowed("/", ["Sys.Audit"])) {
    return options;
  }
  return Object.fromEntries(
    ["console", "tag-style", "allowed-tags"].flatMap((key) => (key in options ? [[key, options[key]]] : [])),
  );
};

function allowedTags(call: Call): string[] {
  const tags = new Set<string>();
  for (const guest of call.world.guests.values()) {
    if (call.allowed(`/vms/${guest.vmid}`, ["VM.Audit"])) {
      for (const tag of String(guest.config["tags"] ?? "").split(";")) {
        tags.add(tag);
      }
    }
  }
  tags.delete("");
  return [...tags].sort();
}

/** Every guest: the simulator has no backup jobs. */
const notBackedUp: Handler = (call) =>
  [...call.world.guests.values()]
    .filter((guest) => call.allowed(`/vms/${guest.vmid}`, ["VM.Audit"]))
    .map((guest) => ({ vmid: guest.vmid, type: guest.kind, name: guestName(guest) }));

/** The cluster as a whole, its resources and its pools. */
export const clusterHandlers: Handlers = {
  "GET /cluster": () => index.split(" ").map((name) => ({ name })),
  "GET /cluster/config/nodes": corosyncNodes,
  "GET /cluster/status": clusterStatus,
  "GET /cluster/resources": clusterResources,
  "GET /cluster/nextid": nextId,
  "GET /cluster/options": clusterOptions,
  "GET /cluster/backup-info/not-backed-up": notBackedUp,
  ...poolHandlers,
};
