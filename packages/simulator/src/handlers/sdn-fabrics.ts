import { networkOf } from "../cidr.js";
import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { SdnLayer, SdnSection } from "../world-sdn.js";
import { need } from "./guest-call.js";
import { editFabrics, fabricFile, fabricNamed, settingsOf, updated } from "./sdn-fabric-edit.js";
import { shownNodes } from "./sdn-fabric-nodes.js";
import { nodesOfFabric } from "./sdn-fabric-rules.js";
import { withFileDigest } from "./sdn-files.js";
import { readSections } from "./sdn-sections.js";

const privileges = ["SDN.Audit", "SDN.Allocate"];
const prefixes = ["ip_prefix", "ip6_prefix"];

/** What each protocol keeps; settings of another one are passed over. */
const settings: Readonly<Record<string, readonly string[]>> = {
  openfabric: [...prefixes, "hello_interval", "csnp_interval", "route_filter"],
  ospf: [...prefixes, "area", "redistribute", "route_filter"],
  wireguard: [...prefixes, "persistent_keepalive"],
  bgp: [...prefixes, "redistribute"],
};

function shownFabrics(call: Call): Record<string, unknown>[] {
  return withFileDigest(call, fabricFile, readSections(call, "fabrics", "id"))
    .filter(([id]) => call.allowed(`/sdn/fabrics/${id}`, privileges, "any"))
    .map(([, view]) => view);
}

const create: Handler = (call) =>
  editFabrics(call, "adding fabric failed", (layer) => {
    const id = need(call, "id");
    const fabric = settingsOf(call, settings);
    if (fabric["protocol"] === "ospf" && fabric["area"] === undefined) {
      die("missing field `area`");
    }
    if (layer.fabrics.has(id)) {
      die(`fabric '${id}' already exists in config`);
    }
    for (const key of prefixes.filter((each) => fabric[each] !== undefined)) {
      fabric[key] = networkOf(String(fabric[key]));
    }
    layer.fabrics.set(id, fabric);
  });

const update: Handler = (call) =>
  editFabrics(call, "updating fabric failed", (layer) => {
    const id = need(call, "id");
    const before = fabricNamed(layer, id);
    layer.fabrics.set(id, updated(call, before, settingsOf(call, settings)));
  });

const remove: Handler = (call) =>
  editFabrics(call, "deleting fabric failed", (layer) => {
    const id = need(call, "id");
    fabricNamed(layer, id);
    const nodes = nodesOfFabric(layer, id);
    for (const [name] of nodes) {
      const node = name.slice(id.length + 1);
      if (!call.allowed(`/nodes/${node}`, ["Sys.Modify"])) {
        die(`permission check failed: missing 'Sys.Modify' on node ${node}`);
      }
    }
    assertUnused(layer, id);
    layer.fabrics.delete(id);
    for (const [name] of nodes) {
      layer.fabricNodes.delete(name);
    }
  });

function assertUnused(layer: SdnLayer, id: string): void {
  const isUser = ([, section]: [string, SdnSection]): boolean => section["fabric"] === id;
  const controller = [...layer.controllers].find(isUser);
  if (controller !== undefined) {
    die(`this fabric is still used in the EVPN controller "${controller[0]}"`);
  }
  const zone = [...layer.zones].find(isUser);
  if (zone !== undefined) {
    die(`this fabric is still used in the VXLAN zone "${zone[0]}"`);
  }
}

/** Fabrics: the routed networks underneath. */
export const sdnFabricHandlers: Handlers = {
  "GET /cluster/sdn/fabrics": () => ["fabric", "node", "all"].map((subdir) => ({ subdir })),
  "GET /cluster/sdn/fabrics/all": (call) => ({ fabrics: shownFabrics(call), nodes: shownNodes(call) }),
  "GET /cluster/sdn/fabrics/fabric": shownFabrics,
  "POST /cluster/sdn/fabrics/fabric": create,
  "GET /cluster/sdn/fabrics/fabric/{id}": (call) => {
    const id = need(call, "id");
    fabricNamed(call.world.sdn.staged, id);
    return withFileDigest(call, fabricFile, readSections(call, "fabrics", "id")).find(([each]) => each === id)?.[1];
  },
  "PUT /cluster/sdn/fabrics/fabric/{id}": update,
  "DELETE /cluster/sdn/fabrics/fabric/{id}": remove,
};
