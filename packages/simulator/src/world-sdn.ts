import { createHash } from "node:crypto";
import { BlockList, isIPv6 } from "node:net";

/** A setting as it is stored. */
export type SdnValue = string | number | readonly (string | number)[];

/** One object with its type and settings, without its own id. */
export type SdnSection = Readonly<Record<string, SdnValue>>;

/** The kinds of objects that edits leave pending until they are applied. */
export const sdnKinds = [
  "zones",
  "vnets",
  "subnets",
  "controllers",
  "fabrics",
  "fabricNodes",
  "prefixLists",
  "routeMaps",
] as const;

/** The name of such a kind. */
export type SdnKind = (typeof sdnKinds)[number];

/** One layer of the configuration: objects by kind and id. */
export type SdnLayer = Readonly<Record<SdnKind, Map<string, SdnSection>>>;

/** An address that the built-in address management knows. */
export interface SdnAddress {
  readonly zone: string;
  readonly subnet: string;
  readonly ip: string;
  readonly mac?: string;
  readonly vmid?: number;
  readonly hostname?: string;
  readonly gateway?: 1;
}

/** Software-defined networks: what is edited, what runs, and who may edit. */
export interface SdnState {
  /** What edits change. */
  staged: SdnLayer;
  /** What was applied last. */
  running: SdnLayer;
  /** Token of whoever holds the lock. */
  lock?: string;
  /** Epoch seconds of the last time that it was applied. */
  appliedAt?: number;
  readonly ipams: Map<string, SdnSection>;
  readonly dns: Map<string, SdnSection>;
  addresses: SdnAddress[];
}

/** No networks, and the built-in address management. */
export function newSdn(): SdnState {
  return {
    staged: emptyLayer(),
    running: emptyLayer(),
    ipams: new Map([["pve", { type: "pve" }]]),
    dns: new Map(),
    addresses: [],
  };
}

function emptyLayer(): SdnLayer {
  return {
    zones: new Map(),
    vnets: new Map(),
    subnets: new Map(),
    controllers: new Map(),
    fabrics: new Map(),
    fabricNodes: new Map(),
    prefixLists: new Map(),
    routeMaps: new Map(),
  };
}

/** A layer that edits of the other do not reach; sections are replaced, never changed. */
export function copyLayer(layer: SdnLayer): SdnLayer {
  const copy = emptyLayer();
  for (const kind of sdnKinds) {
    for (const [id, section] of layer[kind]) {
      copy[kind].set(id, section);
    }
  }
  return copy;
}

/** Whether nothing is waiting to be applied. */
export function isApplied({ staged, running }: SdnState): boolean {
  const text = (layer: SdnLayer): string => JSON.stringify(sdnKinds.map((kind) => [...layer[kind]].sort()));
  return text(staged) === text(running);
}

/** SHA-1 of one kind's objects, as its file would have it. */
export function sectionsDigest(sections: ReadonlyMap<string, SdnSection>): string {
  return createHash("sha1")
    .update(JSON.stringify([...sections]))
    .digest("hex");
}

/** Whether an address lies in a network written as `10.0.0.0/24`. */
export function isWithin(ip: string, cidr: string): boolean {
  const [network = "", prefix = ""] = cidr.split("/");
  const family = isIPv6(network) ? "ipv6" : "ipv4";
  if (isIPv6(ip) !== (family === "ipv6")) {
    return false;
  }
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family);
  return list.check(ip, family);
}

/** `z1-10.0.0.0-24` as the network it names. */
export function cidrOf(subnet: string): string {
  const [, network = "", mask = ""] = /^[^-]+-(.+)-(\d+)$/.exec(subnet) ?? [];
  return `${network}/${mask}`;
}
