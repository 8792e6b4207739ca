import { createHmac } from "node:crypto";

/** One second factor of a user. */
export interface TfaEntry {
  readonly id: string;
  readonly type: "totp" | "recovery" | "yubico";
  description: string;
  /** Epoch seconds. */
  readonly created: number;
  enable: boolean;
  /** What it is checked against: a TOTP secret in base32, recovery keys, or a YubiKey's public part. */
  readonly secrets: string[];
}

/** Second factors by user. */
export interface TfaState {
  readonly users: Map<string, TfaEntry[]>;
}

/** Nobody has a second factor. */
export function newTfa(): TfaState {
  return { users: new Map() };
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function base32(text: string): Buffer {
  const bits = [...text.toUpperCase().replace(/=+$/, "")]
    .map((letter) => Math.max(0, alphabet.indexOf(letter)).toString(2).padStart(5, "0"))
    .join("");
  const octets = bits.match(/.{8}/g) ?? [];
  return Buffer.from(octets.map((octet) => Number.parseInt(octet, 2)));
}

/** The six digits that belong to a base32 secret at a time (RFC 6238, 30 seconds, SHA-1). */
export function totpCode(secret: string, seconds: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(seconds / 30)));
  const hash = createHmac("sha1", base32(secret)).update(counter).digest();
  const offset = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
}

/** Whether the digits belong to the secret now, or half a minute before or after. */
export function isTotpCode(secret: string, code: string, seconds: number): boolean {
  return [-30, 0, 30].some((shift) => totpCode(secret, seconds + shift) === code);
}
