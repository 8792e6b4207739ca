/** A deterministic source of the identifiers PVE makes up: the same seed gives the same sequence. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** An integer in [0, below). */
  integer(below: number): number;
  /** A version 4 UUID in lower case. */
  uuid(): string;
  /** A MAC address in upper case under the given three-octet prefix. */
  mac(prefix?: string): string;
}

/** PVE's default MAC prefix since release 8.1. */
export const defaultMacPrefix = "BC:24:11";

/** Creates a generator (mulberry32) for the given seed. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const integer = (below: number): number => Math.floor(next() * below);
  const hex = (digits: number): string => {
    let text = "";
    for (let i = 0; i < digits; i += 1) text += integer(16).toString(16);
    return text;
  };
  return {
    next,
    integer,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${(8 + integer(4)).toString(16)}${hex(3)}-${hex(12)}`,
    mac: (prefix = defaultMacPrefix) => {
      const octets = prefix.split(":");
      while (octets.length < 6) octets.push(hex(2));
      return octets.join(":").toUpperCase();
    },
  };
}

/** A float in [0, 1) that depends only on the numbers given: for figures that must not change between reads. */
export function noise(...parts: readonly number[]): number {
  let h = 0x811c9dc5;
  for (const part of parts) {
    h = Math.imul(h ^ (part >>> 0), 0x01000193);
    h = Math.imul(h ^ (h >>> 13), 0x5bd1e995);
  }
  h ^= h >>> 15;
  return (h >>> 0) / 4294967296;
}
