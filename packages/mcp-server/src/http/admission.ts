import type { IncomingMessage } from "node:http";
import type { Caller } from "../caller.js";
import type { Log } from "../log.js";
import { createAuthenticate, type Refusal } from "./authenticate.js";
import type { HttpConfig } from "./http-config.js";
import type { Problem } from "./plain-answer.js";
import { createRateLimit } from "./rate-limit.js";
import type { ResourceMetadata } from "./resource-metadata.js";

/** Somebody who was let in. */
export interface Visitor {
  readonly caller: Caller;
  /** Counts what else the request turns out to hold: a batch is as many requests as it has messages. */
  readonly charge: (more: number) => void;
}

/** Who sent a request, or what to answer instead. */
export type Admitted =
  | { readonly visitor: Visitor; readonly problem?: never }
  | { readonly problem: Problem; readonly visitor?: never };

/** Of one address, before its refusals become `429`. */
const STRANGERS_PER_MINUTE = 120;

/** Makes the door: every request shows who sends it, and nobody knocks without end. */
export function createAdmission(
  config: HttpConfig,
  metadata: ResourceMetadata | undefined,
  log: Pick<Log, "warn">,
): (incoming: IncomingMessage) => Promise<Admitted> {
  const authenticate = createAuthenticate(config, log);
  const callers = createRateLimit(config.requestsPerMinute);
  const strangers = createRateLimit(STRANGERS_PER_MINUTE);
  return async (incoming) => {
    const verdict = await authenticate(incoming.headers.authorization);
    if (verdict.refusal !== undefined) {
      const wait = verdict.refusal.status === 503 ? 0 : strangers.take(incoming.socket.remoteAddress ?? "");
      return { problem: wait === 0 ? challenge(verdict.refusal, metadata) : tooMany(wait) };
    }
    const { caller } = verdict;
    const wait = callers.take(caller.id);
    if (wait > 0) return { problem: tooMany(wait) };
    return { visitor: { caller, charge: (more) => callers.charge(caller.id, more) } };
  };
}

function tooMany(seconds: number): Problem {
  return {
    status: 429,
    text: `too many requests; try again in ${seconds} s`,
    headers: { "retry-after": String(seconds) },
  };
}

/** A refusal as RFC 6750 and RFC 9728 write it. */
function challenge(
  { status, error, description, retryAfter }: Refusal,
  metadata: ResourceMetadata | undefined,
): Problem {
  if (status === 503) return { status, text: description, headers: { "retry-after": String(retryAfter ?? 5) } };
  const parts = [
    ...(error === undefined ? [] : [`error="${error}"`, `error_description="${description}"`]),
    ...(metadata === undefined ? [] : [`resource_metadata="${metadata.url}"`, `scope="${metadata.scope}"`]),
  ];
  return { status, text: description, headers: { "www-authenticate": ["Bearer", parts.join(", ")].join(" ").trim() } };
}
