import { isBefore } from "../contracts.js";
import type { Call } from "../handler.js";

import { partsOfNodeId } from "./sdn-fabric-rules.js";

type Item = Readonly<Record<string, unknown>>;

/**
 * Zones and fabrics as `GET /cluster/resources` lists them, on each node that has them. Up to 9.0 they are of the type
 * `sdn`; from 9.1 on of the type `network`, which no filter asks for.
 */
export function networkItems(call: Call, filter: string | undefined): Item[] {
  if (isBefore(call.world.release, "9.1")) {
    return zones(call).map(({ zone, node, ...rest }) => ({
      id: `sdn/${node}/${zone}`,
      sdn: zone,
      node,
      ...rest,
      type: "sdn",
    }));
  }
  if (filter !== undefined) {
    return [];
  }
  const listed = zones(call).map(({ zone, node, ...rest }) => ({
    id: `network/${node}/zone/${zone}`,
    network: zone,
    "network-type": "zone",
    node,
    ...rest,
    type: "network",
  }));
  return [...listed, ...fabricItems(call)];
}

interface ZoneOnNode {
  readonly zone: string;
  readonly node: string;
  readonly status: string;
  readonly "zone-type"?: string;
}

/** The zone that every cluster has, then those that were applied. */
function zones(call: Call): ZoneOnNode[] {
  const { nodes, sdn } = call.world;
  const maySee = (zone: string): boolean => call.allowed(`/sdn/zones/${zone}`, ["SDN.Audit"]);
  const always = maySee("localnetwork")
    ? [...nodes.keys()].map((node) => ({ zone: "localnetwork", node, status: "ok" }))
    : [];
  const applied = [...sdn.running.zones].filter(([zone]) => maySee(zone));
  return [
    ...always,
    ...[...nodes.values()].flatMap(({ node, online }) =>
      applied
        .filter(([, zone]) => zone["nodes"] === undefined || String(zone["nodes"]).split(",").includes(node))
        .map(([zone, { type }]) => ({
          zone,
          node,
          status: online ? "available" : "unknown",
          "zone-type": String(type),
        })),
    ),
  ];
}

/** Fabrics that were applied, on the nodes that take part in them. */
function fabricItems(call: Call): Item[] {
  return [...call.world.sdn.running.fabricNodes].flatMap(([name, { protocol }]) => {
    const { fabric_id: fabric, node_id: node } = partsOfNodeId(name);
    const member = call.world.nodes.get(node);
    if (member === undefined || !call.allowed(`/sdn/fabrics/${fabric}`, ["SDN.Audit", "SDN.Allocate"], "any")) {
      return [];
    }
    return {
      id: `network/${node}/fabric/${fabric}`,
      network: fabric,
      "network-type": "fabric",
      node,
      protocol,
      status: member.online ? "ok" : "unknown",
      type: "network",
    };
  });
}
