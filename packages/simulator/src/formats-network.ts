import { isIPv4, isIPv6 } from "node:net";
import { match } from "./formats-match.js";

type Check = (value: string) => string | undefined;

const dnsLabel = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const dnsName = new RegExp(`^(?:${dnsLabel}\\.)*${dnsLabel}$`);
const unicast = "[a-f0-9][02468ace](?::[a-f0-9]{2})";

/** Whether the text is an address with a prefix length; IPv4 prefixes below `shortest` are refused. */
export function isCidr(value: string, family: 4 | 6, shortest: number): boolean {
  const [, address = "", prefix = ""] = /^([^/]+)\/(\d{1,3})$/.exec(value) ?? [];
  const fits = family === 4 ? isIPv4(address) : isIPv6(address);
  return fits && Number(prefix) >= shortest && Number(prefix) <= (family === 4 ? 32 : 128);
}

/** IPv4 or IPv6 without zone. */
export function isAddress(value: string): boolean {
  return isIPv4(value) || (isIPv6(value) && !value.includes("%"));
}

/** Whether the text is a host name. */
export function isDnsName(value: string): boolean {
  return dnsName.test(value);
}

function when(test: (value: string) => boolean, text: string): Check {
  return (value) => (test(value) ? undefined : text.replace("%s", () => value));
}

function isNetmask(value: string): boolean {
  if (!isIPv4(value)) {
    return false;
  }
  const bits = value.split(".").map((octet) => Number(octet).toString(2).padStart(8, "0"));
  return /^1*0*$/.test(bits.join(""));
}

function isVlanRange(value: string): boolean {
  const [, from = "", to = from] = /^(\d+)(?:-(\d+))?$/.exec(value) ?? [];
  return Number(from) >= 2 && Number(to) <= 4094 && Number(from) <= Number(to);
}

function ifaceProblem(value: string): string | undefined {
  const fits = value.length >= 2 && value.length <= 20 && /^[a-z][a-z0-9_]{1,20}([:.]\d+)?$/i.test(value);
  return fits ? undefined : `invalid network interface name '${value}'`;
}

/** Up to 9.1 the names of SDN objects have formats; after that their parameters carry patterns. */
function sdnIdProblem(kind: string, shape: RegExp, longest = Number.POSITIVE_INFINITY) {
  return (value: string): string | undefined => {
    if (!shape.test(value)) {
      return `${kind} ID '${value}' contains illegal characters`;
    }
    return value.length > longest ? `${kind} ID '${value}' can't be more length than ${longest} characters` : undefined;
  };
}

const sdnName = /^[a-z][a-z0-9]*[a-z0-9]$/i;
const listName = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,31}$/;
const sdnIds = {
  "pve-sdn-zone-id": sdnIdProblem("zone", sdnName, 8),
  "pve-sdn-vnet-id": sdnIdProblem("vnet", sdnName, 8),
  "pve-sdn-dns-id": sdnIdProblem("dns", sdnName),
  "pve-sdn-ipam-id": sdnIdProblem("ipam", sdnName),
  "pve-sdn-controller-id": sdnIdProblem("controller", /^[a-z][a-z0-9_-]*[a-z0-9]$/i, 64),
  "pve-sdn-prefix-list-id": match(listName, "value does not look like a valid prefix list id"),
  "pve-sdn-route-map-id": match(listName, "value does not look like a valid route map id"),
};

/** Formats of addresses, host names and network devices. */
export const networkFormats = {
  ipv4: when(isIPv4, "value does not look like a valid IPv4 address"),
  ipv6: when((value) => isIPv6(value) && !value.includes("%"), "value does not look like a valid IPv6 address"),
  ip: when(isAddress, "value does not look like a valid IP address"),
  ipv4mask: when(isNetmask, "value does not look like a valid IP netmask"),
  CIDRv4: when((value) => isCidr(value, 4, 8), "value does not look like a valid IPv4 CIDR network"),
  CIDRv6: when((value) => isCidr(value, 6, 8), "value does not look like a valid IPv6 CIDR network"),
  CIDR: when((value) => isCidr(value, 4, 8) || isCidr(value, 6, 8), "value does not look like a valid CIDR network"),
  FullRangeCIDR: when(
    (value) => isCidr(value, 4, 0) || isCidr(value, 6, 0),
    "value does not look like a valid CIDR network",
  ),
  "pve-ipv4-config": when(
    (value) => value === "dhcp" || value === "manual" || isCidr(value, 4, 8),
    "value does not look like a valid ipv4 network configuration",
  ),
  "pve-ipv6-config": when(
    (value) => ["auto", "dhcp", "manual"].includes(value) || isCidr(value, 6, 8),
    "value does not look like a valid ipv6 network configuration",
  ),
  "lxc-ip-with-ll-iface": when(
    (value) => isAddress(value) || /^fe80:[0-9a-f:]+%[a-z][a-z0-9_.]{1,20}$/i.test(value),
    "value does not look like a valid IP address",
  ),
  address: when((value) => isAddress(value) || isDnsName(value), "value does not look like a valid address: %s"),
  "dns-name": when(isDnsName, "value does not look like a valid DNS name"),
  "mac-addr": match(new RegExp(`^${unicast}{5}$`, "i"), "value does not look like a valid unicast MAC address"),
  "mac-prefix": match(new RegExp(`^${unicast}{0,4}:?$`, "i"), "value is not a valid unicast MAC address prefix"),
  "pve-iface": ifaceProblem,
  "pve-bridge-id": match(/^[-_.\w]+$/, "value '%s' does not look like a valid bridge name"),
  "bridge-pair": match(/^([-_.\w]+:[-_.\w]+|[-_.\w]+)$/, "invalid bridge pair '%s'"),
  "pve-vlan-id-or-range": when(isVlanRange, "value '%s' does not look like a valid VLAN id or range"),
  "graphite-path": match(/^[0-9a-z_\-.]+$/i, "value does not look like a valid graphite path"),
  "pve-acme-domain": when(
    (value) => isDnsName(value.replace(/^\*\./, "")),
    "value does not look like a valid DNS name",
  ),
  "pve-acme-alias": when(
    (value) =>
      value
        .replace(/\.$/, "")
        .split(".")
        .every((label) => /^_?[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/.test(label)),
    "value does not look like a valid alias",
  ),
  "pve-sdn-subnet-id": when(
    (value) =>
      isCidr(value.replace(/^[^-]+-(.+)-(\d+)$/, "$1/$2"), 4, 0) ||
      isCidr(value.replace(/^[^-]+-(.+)-(\d+)$/, "$1/$2"), 6, 0),
    "value does not look like a valid CIDR network",
  ),
  "pve-sdn-isis-net": match(
    /^[a-fA-F0-9]{2}(\.[a-fA-F0-9]{4}){3,9}\.[a-fA-F0-9]{2}$/,
    "value does not look like a valid isis net",
  ),
  "pve-sdn-bgp-rt": match(/^\d+:\d+$/, "value does not look like a valid route target"),
  ...sdnIds,
  "pve-sdn-fabric-id": match(
    /^[a-zA-Z0-9][a-zA-Z0-9-]{0,6}[a-zA-Z0-9]?$/,
    "value does not look like a valid fabric id",
  ),
} satisfies Readonly<Record<string, Check>>;
