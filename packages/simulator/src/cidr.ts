import { isIPv6, SocketAddress } from "node:net";
import { isWithin } from "./world-sdn.js";

function octets(address: string): number[] {
  if (!isIPv6(address)) {
    return address.split(".").map(Number);
  }
  const [head = "", tail] = address.split("::");
  const groups = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const [front, back] = [groups(head), groups(tail ?? "")];
  const middle = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => 0);
  return [...front, ...middle, ...back].flatMap((group) => [group >> 8, group & 255]);
}

/** `10.1.2.3/24` as the network it lies in, `10.1.2.0/24`. */
export function networkOf(cidr: string): string {
  const [address = "", length = ""] = cidr.split("/");
  const masked = octets(address).map((octet, index) => {
    const kept = Math.min(8, Math.max(0, Number(length) - 8 * index));
    return octet & (256 - 2 ** (8 - kept));
  });
  return `${printAddress(masked)}/${length}`;
}

function printAddress(bytes: readonly number[]): string {
  if (bytes.length === 4) {
    return bytes.join(".");
  }
  const groups = Array.from({ length: 8 }, (_, n) =>
    (((bytes[2 * n] ?? 0) << 8) | (bytes[2 * n + 1] ?? 0)).toString(16),
  );
  return new SocketAddress({ address: groups.join(":"), family: "ipv6" }).address;
}

/** Whether two networks have an address in common. */
export function overlap(a: string, b: string): boolean {
  const [first = "", second = ""] = [a, b].map((cidr) => cidr.split("/")[0]);
  return isWithin(first, b) || isWithin(second, a);
}
