import { lesserRisk } from "../allowance.js";
import { type Caller, localCaller } from "../caller.js";
import type { Log } from "../log.js";
import { createHolderSearch } from "./bearer-token.js";
import type { HttpConfig } from "./http-config.js";
import type { CallerConfig } from "./http-section.js";
import type { OauthIdentity, OauthVerdict } from "./oauth.js";

/** Why a request is not let in, as HTTP says it. */
export interface Refusal {
  readonly status: 401 | 403 | 503;
  /** The word of RFC 6750; absent where no token was shown at all. */
  readonly error?: "invalid_token" | "insufficient_scope";
  readonly description: string;
  /** Seconds after which to try again. */
  readonly retryAfter?: number;
}

/** Who calls, or why nobody is let in. */
export type Verdict = { readonly caller: Caller; readonly refusal?: never } | { readonly refusal: Refusal };

/** Judges the header `Authorization` of a request. The token is kept nowhere and repeated nowhere. */
export type Authenticate = (authorization: string | undefined) => Promise<Verdict>;

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Makes the judge for a configuration. What OAuth needs is loaded with the first token that needs it. */
export function createAuthenticate({ open, callers, oauth }: HttpConfig, log: Pick<Log, "warn">): Authenticate {
  if (open) return async () => ({ caller: localCaller });
  const holderOf = createHolderSearch(callers);
  let verify: Promise<(token: string) => Promise<OauthVerdict>> | undefined;
  return async (authorization) => {
    if (authorization === undefined) return { refusal: { status: 401, description: "a bearer token is needed" } };
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) return invalid("the header Authorization holds no bearer token");
    const holder = holderOf(token);
    if (holder !== undefined) return { caller: callerOf(holder) };
    if (oauth === undefined) return invalid("the token is not known");
    verify ??= import("./oauth.js").then(({ createOauthVerifier }) => createOauthVerifier(oauth, log.warn));
    const { refusal, identity } = await (await verify)(token);
    return identity === undefined ? { refusal } : { caller: oauthCaller(identity, callers) };
  };
}

/** A caller of the configuration, without what is secret about it. */
function callerOf({ id, reach, targets }: CallerConfig): Caller {
  return { id, reach, ...(targets !== undefined && { targets }) };
}

/** Whom an OAuth subject is: a caller of the configuration, held to the lesser of both reaches, or a name of its own. */
function oauthCaller({ subject, reach }: OauthIdentity, callers: readonly CallerConfig[]): Caller {
  const listed = callers.find((caller) => caller.subject === subject);
  if (listed === undefined) return { id: `oauth:${subject}`, reach };
  return { ...callerOf(listed), reach: lesserRisk(listed.reach, reach) };
}

function invalid(description: string): Verdict {
  return { refusal: { status: 401, error: "invalid_token", description } };
}
