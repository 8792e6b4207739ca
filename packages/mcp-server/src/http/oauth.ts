import { readFileSync } from "node:fs";
import type { Risk } from "@pve/tools";
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { Refusal } from "./authenticate.js";
import type { OauthConfig } from "./http-section.js";

/** Whom a token of the issuer speaks for, and how far its scopes go. */
export interface OauthIdentity {
  readonly subject: string;
  readonly reach: Risk;
}

/** What a token proved, or why it is refused. */
export type OauthVerdict =
  | { readonly identity: OauthIdentity; readonly refusal?: never }
  | { readonly refusal: Refusal; readonly identity?: never };

// Signed with a key pair, all of them: with a shared secret whoever can check tokens could make them.
const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];
/** Seconds by which the issuer's clock may differ from this machine's. */
const CLOCK_TOLERANCE = 30;
/** How long an unknown key is not looked for again, so that made-up tokens cannot keep the issuer busy. */
const COOLDOWN = 30_000;
const FILE_COOLDOWN = 1_000;
const FURTHEST_FIRST = ["destroy", "change", "read"] as const;

/**
 * Makes the judge of an issuer's access tokens. Its keys are fetched when first needed, kept, and fetched anew when it signs with
 * another. `onUnreadable` hears why they cannot be had, once until a token is judged again: whoever sends tokens could make it often.
 */
export function createOauthVerifier(
  config: OauthConfig & { readonly audience: string },
  onUnreadable: (why: string) => void,
): (token: string) => Promise<OauthVerdict> {
  const keys = "url" in config.jwks ? remoteKeys(config.jwks.url) : fileKeys(config.jwks.file);
  const { issuer, audience, scopes } = config;
  let told = false;
  return async (token) => {
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ["sub", "exp"],
        clockTolerance: CLOCK_TOLERANCE,
      }));
      told = false;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.status === 503 && !told) onUnreadable(`http.oauth: ${refusal.description}: ${reasonOf(error)}`);
      told = refusal.status === 503;
      return { refusal };
    }
    const granted = scopesOf(payload);
    const reach = FURTHEST_FIRST.find((risk) => granted.includes(scopes[risk]));
    const subject = payload.sub ?? "";
    if (reach !== undefined) return { identity: { subject, reach } };
    return {
      refusal: { status: 403, error: "insufficient_scope", description: `the token lacks the scope ${scopes.read}` },
    };
  };
}

function remoteKeys(url: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), { cooldownDuration: COOLDOWN, timeoutDuration: 5000, cacheMaxAge: 600_000 });
}

/** Keys of a file, read again when a token is signed with one that was not there. */
function fileKeys(file: string): JWTVerifyGetKey {
  const load = () => createLocalJWKSet(JSON.parse(readFileSync(file, "utf8")));
  let keys: ReturnType<typeof load> | undefined;
  let loaded = 0;
  const reload = () => {
    loaded = Date.now();
    keys = load();
    return keys;
  };
  return async (header, token) => {
    try {
      return await (keys ?? reload())(header, token);
    } catch (error) {
      const unknown = error instanceof errors.JWKSNoMatchingKey;
      if (!unknown || Date.now() - loaded < FILE_COOLDOWN) throw error;
      return reload()(header, token);
    }
  };
}

/** The scopes of a token, as RFC 8693 writes them or as some issuers do. */
function scopesOf({
  scope,
  scp,
}: JWTPayload & { readonly scope?: unknown; readonly scp?: unknown }): readonly string[] {
  const written = scope ?? scp;
  if (Array.isArray(written)) return written.map(String);
  return typeof written === "string" ? written.split(" ") : [];
}

const NOT_THE_TOKENS_FAULT = new Set(["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"]);

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof errors.JOSEError) || NOT_THE_TOKENS_FAULT.has(error.code)) {
    return { status: 503, description: "the issuer's keys cannot be read, so no token can be judged", retryAfter: 5 };
  }
  const description = error instanceof errors.JWTExpired ? "the token has expired" : descriptionOf(error);
  return { status: 401, error: "invalid_token", description };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${reasonOf(error.cause)})` : error.message;
}

/** Names the claim that is wrong and not its value. */
function descriptionOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTClaimValidationFailed)
    return `the token's ${error.claim} is not what this server needs`;
  return "the token is not one of the issuer's";
}
