import { overlap } from "../cidr.js";
import { die } from "../failure.js";
import { parseOption } from "../world-option.js";
import { isWithin, type SdnLayer, type SdnSection } from "../world-sdn.js";

/** A node's part in a fabric, by the name its file gives it. */
export function fabricNodeId(fabric: string, node: string): string {
  return `${fabric}_${node}`;
}

/** The fabric and the node that such a name means. */
export function partsOfNodeId(id: string): { readonly fabric_id: string; readonly node_id: string } {
  const cut = id.indexOf("_");
  return { fabric_id: id.slice(0, cut), node_id: id.slice(cut + 1) };
}

/** The nodes of a fabric by their names in the file, in order. */
export function nodesOfFabric(layer: SdnLayer, fabric: string): [id: string, node: SdnSection][] {
  return [...layer.fabricNodes]
    .filter(([id]) => partsOfNodeId(id).fabric_id === fabric)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** The property strings of a node's interfaces, taken apart. */
export function interfacesOf(node: SdnSection): Readonly<Record<string, string>>[] {
  const { interfaces } = node;
  return (Array.isArray(interfaces) ? interfaces : []).map((each) => parseOption(String(each), "name"));
}

function byId(layer: SdnLayer): [string, SdnSection][] {
  return [...layer.fabrics].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Refuses a configuration that the library behind it would not write, in its order and with its words. */
export function assertFabrics(layer: SdnLayer): void {
  assertApart(layer);
  const areas = new Set<unknown>();
  const interfaces = new Set<string>();
  for (const [id, fabric] of byId(layer)) {
    if (fabric["protocol"] === "ospf" && areas.size === areas.add(dotted(fabric["area"])).size) {
      die("duplicate OSPF area");
    }
    for (const [name, node] of nodesOfFabric(layer, id)) {
      assertInterfaces(partsOfNodeId(name).node_id, node, interfaces);
    }
    assertFabric(layer, id, fabric);
  }
}

/** An OSPF area as a number is the same as one in dots. */
function dotted(area: unknown): string {
  const number = Number(area);
  return Number.isInteger(number) ? [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".") : String(area);
}

function assertApart(layer: SdnLayer): void {
  const fabrics = byId(layer);
  for (const [index, [first, one]] of fabrics.entries()) {
    for (const [second, other] of fabrics.slice(index + 1)) {
      for (const [key, prefixWord, versionWord] of [
        ["ip_prefix", "IP prefix", "IPv4"],
        ["ip6_prefix", "IPv6 prefix", "IPv6"],
      ] as const) {
        const [a, b] = [one[key], other[key]].map((prefix) => (prefix === undefined ? undefined : String(prefix)));
        if (a !== undefined && b !== undefined && overlap(a, b)) {
          die(`${prefixWord} ${b} in fabric '${second}' overlaps with ${versionWord} prefix ${a} in fabric '${first}'`);
        }
      }
    }
  }
}

function assertInterfaces(nodeId: string, node: SdnSection, seen: Set<string>): void {
  const isTunnel = node["protocol"] === "wireguard";
  for (const { name, listen_port } of interfacesOf(node)) {
    if (seen.size === seen.add(`${nodeId}/${isTunnel ? "wg" : ""}/${name}`).size) {
      die("interface is already in use by another fabric");
    }
    if (isTunnel && seen.size === seen.add(`${nodeId}:${listen_port}`).size) {
      die(`WireGuard interface listen port duplicated in node configuration: ${listen_port}`);
    }
  }
}

function assertFabric(layer: SdnLayer, id: string, fabric: SdnSection): void {
  const addresses = new Set<unknown>();
  for (const [name, node] of nodesOfFabric(layer, id)) {
    assertNode(name, node);
    for (const address of [node["ip"], node["ip6"]]) {
      if (address !== undefined && addresses.size === addresses.add(address).size) {
        die(`fabric ${id} contains nodes with duplicated IPs`);
      }
    }
    assertAddress(id, name, fabric["ip_prefix"], node["ip"]);
    assertAddress(id, name, fabric["ip6_prefix"], node["ip6"]);
  }
  const { protocol, ip_prefix, ip6_prefix } = fabric;
  const isWithout = ip_prefix === undefined && (protocol === "ospf" || ip6_prefix === undefined);
  if (isWithout && protocol !== "wireguard") {
    die(`fabric '${id}' does not have an IP prefix configured`);
  }
  if (protocol === "ospf" && ip6_prefix !== undefined) {
    die("IPv6 is currently not supported for protocol ospf");
  }
}

function assertNode(name: string, { protocol, ip, ip6 }: SdnSection): void {
  if (protocol !== "wireguard" && ip === undefined && (protocol === "ospf" || ip6 === undefined)) {
    die(`node '${name}' does not have an IP configured`);
  }
  if (protocol === "ospf" && ip6 !== undefined) {
    die("IPv6 is currently not supported for protocol ospf");
  }
}

function assertAddress(fabric: string, node: string, prefix: unknown, address: unknown): void {
  if (prefix === undefined && address !== undefined) {
    die(`fabric '${fabric}' does not have an IP prefix configured for the node IP ${address}`);
  }
  if (prefix !== undefined && address === undefined) {
    die(`node '${node}' does not have an IP configured for this fabric prefix ${prefix}`);
  }
  if (prefix !== undefined && !isWithin(String(address), String(prefix))) {
    die(`node IP ${address} is outside the IP prefix ${prefix} of the fabric`);
  }
}
