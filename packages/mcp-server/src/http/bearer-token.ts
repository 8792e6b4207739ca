import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const PREFIX = "pve_mcp_";
const RANDOM_BYTES = 32;

/** A new bearer token: 256 random bits behind a prefix that secret scanners can look for. */
export function makeToken(): string {
  return PREFIX + randomBytes(RANDOM_BYTES).toString("base64url");
}

/**
 * What is kept of a token. A slow hash protects what can be guessed; these 256 bits cannot, and a slow hash would let
 * anybody who sends wrong tokens keep the processor busy.
 */
export function hashToken(token: string): string {
  return `sha256:${createHash("sha256").update(token).digest("hex")}`;
}

/** The one of `holders` whose hash the token has. Takes the same time whichever it is, and when it is none. */
export function holderOf<Holder extends { readonly tokenHash?: string }>(
  token: string,
  holders: readonly Holder[],
): Holder | undefined {
  const given = Buffer.from(hashToken(token));
  let found: Holder | undefined;
  for (const holder of holders) {
    const kept = Buffer.from(holder.tokenHash ?? "".padEnd(given.length));
    if (timingSafeEqual(given, kept)) found = holder;
  }
  return found;
}
