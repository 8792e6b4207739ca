import { createHmac } from "node:crypto";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** Seconds for which one code is shown. */
const period = 30;

function base32(text: string): Buffer {
  const bits = [...text.toUpperCase().replace(/=+$/, "")]
    .map((letter) => Math.max(0, alphabet.indexOf(letter)).toString(2).padStart(5, "0"))
    .join("");
  const octets = bits.match(/.{8}/g) ?? [];
  return Buffer.from(octets.map((octet) => Number.parseInt(octet, 2)));
}

/**
 * What an authenticator app shows for a secret (base32, as it stands in an `otpauth:` address) at a time in epoch
 * milliseconds: the six digits of RFC 6238, by SHA-1 and half minutes. `totpCode(secret, sim.clock.now())` is the
 * answer to the simulator's question for a second factor.
 */
export function totpCode(secret: string, now: number): string {
  return codeOfStep(secret, stepOf(now / 1000));
}

function stepOf(seconds: number): number {
  return Math.floor(seconds / period);
}

function codeOfStep(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac("sha1", base32(secret)).update(counter).digest();
  const offset = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
}

/** The half minute that a code belongs to, where that is the one at `seconds` (epoch), the one before or the one after. */
export function totpStep(secret: string, code: string, seconds: number): number | undefined {
  const step = stepOf(seconds);
  return [step - 1, step, step + 1].find((near) => codeOfStep(secret, near) === code);
}
