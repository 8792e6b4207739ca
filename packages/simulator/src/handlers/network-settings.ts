import { die, invalid } from "../failure.js";
import type { Call } from "../handler.js";
import type { NetworkInterface } from "../world-network.js";
import { list, need, text } from "./guest-call.js";

const notSettings = new Set(["node", "iface", "type", "delete", "digest"]);
const portKeys = ["bridge_ports", "ovs_ports", "slaves", "ovs_bonds"];
const numeric = new Set(["autostart", "bridge_vlan_aware"]);

/** The settings that a call gives to an interface, with addresses in their long form; refuses what is taken already. */
export function settingsFrom(
  call: Call,
  iface: string,
  others: readonly NetworkInterface[],
): Record<string, string | number> {
  assertGateway(call, others, "gateway", "Default gateway");
  assertGateway(call, others, "gateway6", "Default ipv6 gateway");
  assertFreePorts(call, others);
  const settings: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(call.params)) {
    if (!notSettings.has(key)) {
      settings[key] = numeric.has(key) ? Number(value) : String(value);
    }
  }
  splitAddress(settings, "");
  splitAddress(settings, "6");
  if (settings["bridge_vids"] !== undefined) {
    settings["bridge_vids"] = list(call, "bridge_vids").join(" ");
  }
  return need(call, "type") === "vlan" ? { ...vlanOf(iface), ...settings } : settings;
}

/** A name such as `vmbr0.50` says device and tag, `vlan50` only the tag. */
function vlanOf(iface: string): Record<string, string> {
  const dotted = /^(.+)\.(\d+)$/.exec(iface);
  if (dotted?.[1] !== undefined && dotted[2] !== undefined) {
    return { "vlan-raw-device": dotted[1], "vlan-id": dotted[2] };
  }
  const tag = /^vlan(\d+)$/.exec(iface)?.[1];
  return tag === undefined ? {} : { "vlan-id": tag };
}

function assertGateway(call: Call, others: readonly NetworkInterface[], key: string, name: string): void {
  const taken = text(call, key) === undefined ? undefined : others.find((item) => item.settings[key] !== undefined);
  const isItself = taken?.iface === text(call, "iface");
  if (taken !== undefined && !isItself) {
    invalid({ [key]: `${name} already exists on interface '${taken.iface}'.` });
  }
}

function portsOf(settings: Readonly<Record<string, unknown>>): string[] {
  return portKeys.flatMap((key) => String(settings[key] ?? "").split(/[\s,;]+/)).filter((port) => port !== "");
}

function assertFreePorts(call: Call, others: readonly NetworkInterface[]): void {
  const key = portKeys.find((name) => text(call, name));
  if (key === undefined) {
    return;
  }
  const mine = portsOf(call.params);
  for (const other of others) {
    const taken = portsOf(other.settings).find((port) => mine.includes(port));
    if (taken !== undefined) {
      invalid({ [key]: `${taken} is already used on interface '${other.iface}'.` });
    }
  }
}

function splitAddress(settings: Record<string, string | number>, family: "" | "6"): void {
  const cidr = settings[`cidr${family}`];
  if (cidr === undefined) {
    return;
  }
  for (const half of ["address", "netmask"]) {
    if (settings[`${half}${family}`] !== undefined) {
      invalid({ [`${half}${family}`]: `${half}${family} conflicts with cidr${family}` });
    }
  }
  const [address = "", netmask = ""] = String(cidr).split("/");
  settings[`address${family}`] = address;
  settings[`netmask${family}`] = netmask;
  delete settings[`cidr${family}`];
}

/** IPv6 blocks that are no hosts, with the name that the refusal gives them. */
const reserved: readonly (readonly [RegExp, string])[] = [
  [/^::$/, "UNSPECIFIED"],
  [/^::1$/, "LOOPBACK"],
  [/^ff/i, "MULTICAST"],
  [/^2001:0?db8:/i, "DOCUMENTATION"],
];

/** 400 when the IPv6 address is of a kind that no host may have. */
export function assertAddresses({ settings }: NetworkInterface): void {
  const address = settings["address6"];
  const kind = reserved.find(([pattern]) => pattern.test(String(address ?? "none")))?.[1];
  if (address !== undefined && kind !== undefined) {
    invalid({ address: `${address} with type '${kind}', cannot be used as host IPv6 address.` });
  }
}

/** 500 when a bond is to be made of something else than cards and bonds. */
export function assertPorts(item: NetworkInterface, others: readonly NetworkInterface[]): void {
  if (item.type !== "bond") {
    return;
  }
  for (const slave of portsOf({ slaves: item.settings["slaves"] })) {
    const type = others.find((other) => other.iface === slave)?.type ?? "";
    if (type !== "eth" && type !== "bond") {
      die(`bond '${item.iface}' - wrong interface type on slave '${slave}' ('${type}' != 'eth or bond')`);
    }
  }
}
