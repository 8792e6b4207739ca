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

/**
 * Makes the search for the one whose hash a token has. It takes the same time whichever it is, and when it is none. The
 * hashes are read once: a server asks for the holder with every request.
 */
export function createHolderSearch<Holder extends { readonly tokenHash?: string }>(
  holders: readonly Holder[],
): (token: string) => Holder | undefined {
  const kept = holders.flatMap((holder) =>
    holder.tokenHash === undefined ? [] : [{ holder, hash: Buffer.from(holder.tokenHash) }],
  );
  return (token) => {
    const given = Buffer.from(hashToken(token));
    let found: Holder | undefined;
    for (const { holder, hash } of kept) if (timingSafeEqual(given, hash)) found = holder;
    return found;
  };
}
