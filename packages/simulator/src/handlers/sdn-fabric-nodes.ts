import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { SdnLayer, SdnSection, SdnValue } from "../world-sdn.js";
import { need } from "./guest-call.js";
import { editFabrics, fabricFile, fabricNamed, settingsOf, updated } from "./sdn-fabric-edit.js";
import { fabricNodeId, partsOfNodeId } from "./sdn-fabric-rules.js";
import { withFileDigest } from "./sdn-files.js";
import { readSections } from "./sdn-sections.js";

const addresses = ["ip", "ip6", "interfaces"];
const settings: Readonly<Record<string, readonly string[]>> = {
  openfabric: addresses,
  ospf: addresses,
  wireguard: [...addresses, "allowed_ips", "endpoint", "peers", "public_key", "role"],
  bgp: addresses,
};

/** The views of all nodes of all fabrics, or of one. */
function views(call: Call): [string, Record<string, unknown>][] {
  const sections = readSections(call, "fabricNodes", "node_id", (id) => partsOfNodeId(id));
  return withFileDigest(call, fabricFile, sections);
}

/** The nodes of fabrics that the caller may see. */
export function shownNodes(call: Call, fabric?: string): Record<string, unknown>[] {
  return views(call)
    .map(([id, view]) => ({ ...partsOfNodeId(id), view }))
    .filter(({ fabric_id }) =>
      fabric === undefined
        ? call.allowed(`/sdn/fabrics/${fabric_id}`, ["SDN.Audit", "SDN.Allocate"], "any")
        : fabric_id === fabric,
    )
    .filter(({ node_id }) => call.allowed(`/nodes/${node_id}`, ["Sys.Audit", "Sys.Modify"], "any"))
    .map(({ view }) => view);
}

function idOf(call: Call): string {
  return fabricNodeId(need(call, "fabric_id"), need(call, "node_id"));
}

function nodeNamed(call: Call, layer: SdnLayer): SdnSection {
  fabricNamed(layer, need(call, "fabric_id"));
  return (
    layer.fabricNodes.get(idOf(call)) ??
    die(`node '${need(call, "node_id")}' does not exist in fabric '${need(call, "fabric_id")}'`)
  );
}

/** A tunnel gets a key pair when it is made, and keeps it. */
function withKeys(call: Call, node: SdnSection, before?: SdnSection): SdnSection {
  const { interfaces } = node;
  if (node["protocol"] !== "wireguard" || !Array.isArray(interfaces)) {
    return node;
  }
  const known = new Map<string, string>();
  for (const each of Array.isArray(before?.["interfaces"]) ? before["interfaces"] : []) {
    const [, name, key] = /name=([^,]+).*public_key=([^,]+)/.exec(String(each)) ?? [];
    known.set(name ?? "", key ?? "");
  }
  const keyed = interfaces.map((each: string | number): SdnValue => {
    const plain = String(each).replace(/,?public_key=[^,]*/, "");
    const key = known.get(/name=([^,]+)/.exec(plain)?.[1] ?? "") ?? newKey(call);
    return `${plain},public_key=${key}`;
  });
  return { ...node, interfaces: keyed.map(String) };
}

function newKey({ world }: Call): string {
  return Buffer.from(Array.from({ length: 32 }, () => world.random.integer(256))).toString("base64");
}

const create: Handler = (call) =>
  editFabrics(call, "adding node failed", (layer) => {
    const fabric = fabricNamed(layer, need(call, "fabric_id"));
    const node = settingsOf(call, settings);
    if (node["protocol"] !== fabric["protocol"]) {
      die("node has a different protocol than the referenced fabric");
    }
    if (layer.fabricNodes.has(idOf(call))) {
      die(`node '${need(call, "node_id")}' already exists in config for fabric ${need(call, "fabric_id")}`);
    }
    layer.fabricNodes.set(idOf(call), withKeys(call, node));
  });

const update: Handler = (call) =>
  editFabrics(call, "updating node failed", (layer) => {
    const before = nodeNamed(call, layer);
    const { role, ...given } = settingsOf(call, settings);
    if (role !== undefined && role !== before["role"]) {
      die("cannot change role of existing WireGuard node");
    }
    layer.fabricNodes.set(idOf(call), withKeys(call, updated(call, before, given), before));
  });

const remove: Handler = (call) =>
  editFabrics(call, "deleting node failed", (layer) => {
    nodeNamed(call, layer);
    layer.fabricNodes.delete(idOf(call));
  });

/** Which nodes take part in fabrics, and with what. */
export const sdnFabricNodeHandlers: Handlers = {
  "GET /cluster/sdn/fabrics/node": (call) => shownNodes(call),
  "GET /cluster/sdn/fabrics/node/{fabric_id}": (call) => {
    const fabric = need(call, "fabric_id");
    fabricNamed(call.world.sdn.staged, fabric);
    return shownNodes(call, fabric);
  },
  "POST /cluster/sdn/fabrics/node/{fabric_id}": create,
  "GET /cluster/sdn/fabrics/node/{fabric_id}/{node_id}": (call) => {
    nodeNamed(call, call.world.sdn.staged);
    return views(call).find(([id]) => id === idOf(call))?.[1];
  },
  "PUT /cluster/sdn/fabrics/node/{fabric_id}/{node_id}": update,
  "DELETE /cluster/sdn/fabrics/node/{fabric_id}/{node_id}": remove,
};
