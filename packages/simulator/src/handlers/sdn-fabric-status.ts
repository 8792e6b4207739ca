import type { Call, Handler, Handlers } from "../handler.js";
import type { SdnSection } from "../world-sdn.js";
import { need, nodeOf } from "./guest-call.js";
import { interfacesOf, nodesOfFabric, partsOfNodeId } from "./sdn-fabric-rules.js";

interface Member {
  readonly node: string;
  readonly section: SdnSection;
}

/** The nodes of a fabric that was applied, this one and the others that are up. */
function members(call: Call): { readonly here: Member | undefined; readonly others: readonly Member[] } {
  const all = nodesOfFabric(call.world.sdn.running, need(call, "fabric")).map(([id, section]) => ({
    node: partsOfNodeId(id).node_id,
    section,
  }));
  const here = all.find(({ node }) => node === nodeOf(call));
  const isConnected = here !== undefined && interfacesOf(here.section).length > 0;
  const others = all.filter(
    ({ node, section }) =>
      node !== nodeOf(call) && call.world.nodes.get(node)?.online && interfacesOf(section).length > 0,
  );
  return { here, others: isConnected ? others : [] };
}

/** As the routing daemon prints a time: `8h24m12s`. */
function uptime(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}h${two((seconds / 60) % 60)}m${two(seconds % 60)}s`;
}

const neighbors: Handler = (call) =>
  members(call).others.map(({ node, section }) => ({
    neighbor: section["protocol"] === "ospf" ? String(section["ip"]) : node,
    status: section["protocol"] === "ospf" ? "Full/-" : "Up",
    uptime: uptime(call.now() - (call.world.sdn.appliedAt ?? call.now())),
  }));

const routes: Handler = (call) =>
  members(call).others.flatMap(({ section }) =>
    [
      [section["ip"], 32],
      [section["ip6"], 128],
    ].flatMap(([address, length]) =>
      address === undefined ? [] : [{ route: `${address}/${length}`, via: [String(address)] }],
    ),
  );

const interfaces: Handler = (call) => {
  const { here } = members(call);
  return (here === undefined ? [] : interfacesOf(here.section)).map(({ name, ip, ip6 }) => ({
    name,
    type: ip === undefined && ip6 === undefined ? "Point-To-Point" : "Broadcast",
    state: "Up",
  }));
};

/** How fabrics do on a node. */
export const sdnFabricStatusHandlers: Handlers = {
  "GET /nodes/{node}/sdn/fabrics/{fabric}": () => ["neighbors", "routes"].map((subdir) => ({ subdir })),
  "GET /nodes/{node}/sdn/fabrics/{fabric}/interfaces": interfaces,
  "GET /nodes/{node}/sdn/fabrics/{fabric}/neighbors": neighbors,
  "GET /nodes/{node}/sdn/fabrics/{fabric}/routes": routes,
};
