import { isIPv4, isIPv6 } from "node:net";

/** 4 or 6 for an address or network, undefined for anything else. */
export function ipVersion(text: string): 4 | 6 | undefined {
  const address = text.split("/")[0] ?? "";
  if (isIPv4(address)) {
    return 4;
  }
  return isIPv6(address) ? 6 : undefined;
}

/** The version of a list of addresses, networks or one range; undefined for references to sets and aliases. */
export function listVersion(text: string): 4 | 6 | undefined {
  return ipVersion(text.split(/[,-]/)[0] ?? "");
}

/** A network with the bits behind its mask cleared; a full mask falls away. */
export function cleanCidr(text: string): string {
  const [address = "", length] = text.split("/");
  if (length === undefined || length === "0") {
    return text;
  }
  const size = ipVersion(address) === 4 ? 32 : 128;
  if (Number(length) === size) {
    return address;
  }
  const shift = BigInt(size - Number(length));
  const bits = ((size === 32 ? bitsOf4(address) : bitsOf6(address)) >> shift) << shift;
  return `${size === 32 ? text4(bits) : text6(bits)}/${length}`;
}

function bitsOf4(address: string): bigint {
  return address.split(".").reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n);
}

function text4(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join(".");
}

function bitsOf6(address: string): bigint {
  const [head = "", tail] = address.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const left = groups(head);
  const right = groups(tail ?? "");
  const middle = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...middle, ...right].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

function text6(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, n) => ((bits >> BigInt(112 - 16 * n)) & 0xffffn).toString(16));
  // The URL parser writes addresses in their shortest form.
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}
