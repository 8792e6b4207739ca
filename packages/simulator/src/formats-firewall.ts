import { isAddress, isCidr } from "./formats-network.js";

type Check = (value: string) => string | undefined;

const alias = /^(?:(?:dc|guest)\/)?[A-Za-z][A-Za-z0-9\-_]+$/;
const ipset = /^\+(?:(?:dc|guest)\/|sdn\/)?[A-Za-z][A-Za-z0-9\-_.]+$/;
const protocols = new Set(
  (
    "ip icmp igmp ggp ipencap st tcp egp igp pup udp hmp xns-idp rdp iso-tp4 dccp xtp ddp idpr-cmtp ipv6 ipv6-route " +
    "ipv6-frag idrp rsvp gre esp ah skip ipv6-icmp icmpv6 ipv6-nonxt ipv6-opts rspf vmtp eigrp ospf ax.25 ipip " +
    "etherip encap pim ipcomp vrrp l2tp isis sctp fc mobility-header udplite mpls-in-ip manet hip shim6 wesp rohc"
  ).split(" "),
);
const icmpTypes = new Set(
  (
    "any echo-reply destination-unreachable network-unreachable host-unreachable protocol-unreachable " +
    "port-unreachable fragmentation-needed source-route-failed network-unknown host-unknown network-prohibited " +
    "host-prohibited TOS-network-unreachable TOS-host-unreachable communication-prohibited host-precedence-violation " +
    "precedence-cutoff source-quench redirect network-redirect host-redirect TOS-network-redirect TOS-host-redirect " +
    "echo-request router-advertisement router-solicitation time-exceeded ttl-zero-during-transit " +
    "ttl-zero-during-reassembly parameter-problem ip-header-bad required-option-missing timestamp-request " +
    "timestamp-reply address-mask-request address-mask-reply no-route beyond-scope address-unreachable " +
    "failed-policy reject-route packet-too-big bad-header unknown-header-type unknown-option neighbor-solicitation " +
    "neighbour-solicitation neighbor-advertisement neighbour-advertisement"
  ).split(" "),
);
const services = new Set(
  "ftp ftp-data ssh telnet smtp domain http pop3 ntp imap2 snmp https ldap ldaps rsync imaps pop3s mysql postgresql".split(
    " ",
  ),
);
const helpers = new Set(["amanda", "ftp", "irc", "netbios-ns", "pptp", "sane", "sip", "snmp", "tftp"]);

function addressProblem(value: string): string | undefined {
  const [address = "", prefix] = value.split("/");
  if (!isAddress(address)) {
    return "value does not look like a valid IP address or CIDR network";
  }
  const bits = address.includes(":") ? 128 : 32;
  if (prefix !== undefined && !(/^\d+$/.test(prefix) && Number(prefix) <= bits)) {
    return `Prefix length ${prefix} is longer than IP address (${bits})`;
  }
  return undefined;
}

function addressSpecProblem(value: string): string | undefined {
  if (alias.test(value) || ipset.test(value)) {
    return undefined;
  }
  for (const item of value.split(",")) {
    const [from = "", to] = item.split("-");
    const fits =
      to === undefined ? isAddress(item) || isCidr(item, 4, 0) || isCidr(item, 6, 0) : isAddress(from) && isAddress(to);
    if (!fits) {
      return `invalid IP address: Invalid chars in IP ${item}`;
    }
  }
  return undefined;
}

function portProblem(value: string): string | undefined {
  const isPort = (text: string): boolean => /^\d+$/.test(text) && Number(text) >= 0 && Number(text) <= 65535;
  for (const item of value.split(",")) {
    const [from = "", to] = item.split(":");
    if (/^\d+(:\d+)?$/.test(item)) {
      const bad = [from, ...(to === undefined ? [] : [to])].find((text) => !isPort(text));
      if (bad !== undefined) {
        return `invalid port '${bad}'`;
      }
    } else if (!services.has(item)) {
      return `invalid port '${item}'`;
    }
  }
  return undefined;
}

function icmpProblem(value: string): string | undefined {
  return icmpTypes.has(value) || /^\d+(\/\d+)?$/.test(value) ? undefined : `invalid icmp-type value '${value}'`;
}

/** Formats of firewall rules, aliases and sets. */
export const firewallFormats = {
  IPorCIDR: addressProblem,
  IPorCIDRorAlias: (value: string): string | undefined => (alias.test(value) ? undefined : addressProblem(value)),
  "pve-fw-addr-spec": addressSpecProblem,
  "pve-fw-sport-spec": portProblem,
  "pve-fw-dport-spec": (value: string): string | undefined =>
    // With an ICMP protocol the destination port field holds an ICMP type.
    icmpTypes.has(value) ? undefined : portProblem(value),
  "pve-fw-protocol-spec": (value: string): string | undefined =>
    protocols.has(value) || (/^\d+$/.test(value) && Number(value) <= 255) ? undefined : `unknown protocol '${value}'`,
  "pve-fw-icmp-type-spec": icmpProblem,
  "pve-fw-conntrack-helper": (value: string): string | undefined =>
    helpers.has(value) ? undefined : `unknown helper '${value}'`,
} satisfies Readonly<Record<string, Check>>;
