import type { Endpoints } from "./endpoints.js";
import type { PveConnectionError } from "./errors.js";
import { isUnreachable } from "./refusal.js";

/** How often a request is sent again at most. */
const RETRIES = 2;

/**
 * How often a call may be sent again: as its options say, or twice, or often enough that each of several addresses is
 * tried twice.
 */
export function mostRetries(asked: number | false | undefined, addresses: number): number {
  if (asked === false) return 0;
  return asked ?? Math.max(RETRIES, 2 * addresses - 1);
}

/** The pause before the n-th retry (from 0), in ms. */
function backOff(retry: number): number {
  return 250 * 4 ** retry;
}

/**
 * Whether a failed connection may be tried again. A GET after any network error; anything else only if provably not a
 * byte was sent. Certificates do not get better by asking again, and an abort is the caller's word.
 */
export function mayRetryError(method: string, error: PveConnectionError): boolean {
  if (error.kind === "aborted" || error.kind === "tls" || error.kind === "tls-pin") return false;
  return method === "GET" || error.sent === "no";
}

/** Whether an answer is worth asking again: only a GET, and only when no node or proxy could be reached. */
export function mayRetryStatus(method: string, status: number): boolean {
  return method === "GET" && isUnreachable(status);
}

/** What repeating goes by. */
export interface Repetition {
  readonly endpoints: Pick<Endpoints, "choose">;
  /** Of the request, as it is written for the first address. */
  readonly url: string;
  /** How often the request is sent again at most. */
  readonly most: number;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * Tries until an outcome is worth no repetition or there were enough, and gives the last one. A node that was left is not
 * tried again: the next try goes to another, at once; one at the same node waits.
 */
export async function tryRepeatedly<T>(
  { endpoints, url, most, pause }: Repetition,
  attempt: (base: string) => Promise<T>,
  mayRepeat: (outcome: T) => boolean,
): Promise<T> {
  let base = endpoints.choose(url);
  for (let retry = 0, here = 0; ; retry += 1) {
    const outcome = await attempt(base);
    if (retry >= most || !mayRepeat(outcome)) return outcome;
    const next = endpoints.choose(url);
    if (next === base) await pause(backOff(here));
    here = next === base ? here + 1 : 0;
    base = next;
  }
}
