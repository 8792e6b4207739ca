import type { CallOptions } from "./call-options.js";
import type { Authenticator } from "./credentials.js";
import { Deadline, orStopped, Stopped } from "./deadline.js";
import type { Endpoints } from "./endpoints.js";
import { PveConnectionError } from "./errors.js";
import { mayRetryError, mayRetryStatus, mostRetries, tryRepeatedly } from "./retry.js";
import type { Throttle } from "./throttle.js";
import { type Answer, heedsOnStop, type Transport, type TransportInit } from "./transport.js";

/** A request without credentials. */
export interface Outgoing {
  readonly method: string;
  /** Written for the first of the client's addresses; the sender chooses among them. */
  readonly url: string;
  readonly headers: Headers;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** Sends one request with credentials, retries and a deadline; any complete answer is a success here. */
export type Sender = (
  outgoing: Outgoing,
  operation: string,
  auth: Pick<Authenticator, "headers" | "renew">,
  options: CallOptions,
) => Promise<Answer>;

/** What sending depends on. */
export interface SendContext {
  readonly transport: Transport;
  /** Milliseconds for one call, retries, login and waiting for a turn included. */
  readonly timeout: number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly endpoints: Endpoints;
  readonly throttle: Throttle | undefined;
}

/**
 * Makes the sender. The rules: a GET is repeated after network errors and when a node could not be reached; anything
 * else only when provably not a byte was sent; a bare 401 (which PVE gives before it looks at the request) leads to one
 * renewal of a ticket. A repetition goes to another address of the cluster once the first one was left.
 */
export function createSender(context: SendContext): Sender {
  const merge = createMerge();
  return async (outgoing, operation, auth, options) => {
    const deadline = new Deadline(options.timeout ?? context.timeout, options.signal);
    const most = mostRetries(options.retries, context.endpoints.count);
    const attempt = { context, operation, outgoing, deadline, most };
    const within = <T>(work: T | Promise<T>) => (isPromise(work) ? orStopped(work, deadline) : work);
    try {
      const used = await within(auth.headers(outgoing.method));
      const answer = await trySeveralTimes(attempt, merge(outgoing.headers, used));
      if (answer.status !== 401 || answer.bytes.length > 0 || !(await within(auth.renew(used)))) return answer;
      const fresh = await within(auth.headers(outgoing.method));
      return await trySeveralTimes(attempt, merge(outgoing.headers, fresh));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      const base = context.endpoints.choose(outgoing.url);
      const { connectionError } = await failures();
      throw connectionError({ operation, host: hostOf(base) }, { kind: deadline.reason, sent: "no" });
    } finally {
      deadline.close();
    }
  };
}

type Headers = Readonly<Record<string, string>>;

/** Puts credentials beside a request's headers; most calls have the same of both, so the last pair is remembered. */
function createMerge(): (own: Headers, credentials: Headers) => Headers {
  let last: readonly [own: Headers, credentials: Headers, merged: Headers] | undefined;
  return (own, credentials) => {
    if (last?.[0] === own && last[1] === credentials) return last[2];
    const merged = { ...own, ...credentials };
    last = [own, credentials, merged];
    return merged;
  };
}

/** What failures mean is loaded when there is one. */
function failures(): Promise<typeof import("./connection.js")> {
  return import("./connection.js");
}

function isPromise<T>(work: T | Promise<T>): work is Promise<T> {
  return work instanceof Promise;
}

/** What stays the same over all tries of one call. */
interface Attempt {
  readonly context: SendContext;
  readonly operation: string;
  readonly outgoing: Outgoing;
  readonly deadline: Deadline;
  readonly most: number;
}

async function trySeveralTimes(attempt: Attempt, headers: Headers): Promise<Answer> {
  const { context, outgoing, most, deadline } = attempt;
  const { method, url } = outgoing;
  // A sleep may reject in its own way when the signal fires; the next try would notice that anyway.
  const pause = (ms: number) =>
    orStopped(
      context.sleep(ms, deadline.signal).catch(() => undefined),
      deadline,
    );
  const outcome = await tryRepeatedly<Answer | PveConnectionError>(
    { endpoints: context.endpoints, url, most, pause },
    (base) => tryOnce(attempt, headers, base),
    (known) => {
      if (deadline.stopped()) return false;
      return known instanceof PveConnectionError ? mayRetryError(method, known) : mayRetryStatus(method, known.status);
    },
  );
  if (outcome instanceof PveConnectionError) throw outcome;
  return outcome;
}

/** Sends once, when it is the request's turn, and keeps count of what that says about the address. */
async function tryOnce(attempt: Attempt, headers: Headers, base: string): Promise<Answer | PveConnectionError> {
  const { context, operation, outgoing, deadline } = attempt;
  // Not every transport looks at the signal before it sends.
  if (deadline.stopped()) throw new Stopped("stopped");
  const leave = context.throttle === undefined ? undefined : await context.throttle.enter(deadline);
  try {
    const url = context.endpoints.relocate(outgoing.url, base);
    const init = new Init(outgoing, headers, deadline);
    const answer = await orStopped(carry(context.transport, url, init, base), deadline);
    context.endpoints.answered(base);
    return answer;
  } catch (error) {
    const target = { operation, host: hostOf(base) };
    const isStopped = deadline.stopped();
    if (!isStopped) context.endpoints.failed(base);
    const { asConnectionError, connectionError } = await failures();
    if (isStopped) {
      const sent = error instanceof PveConnectionError ? error.sent : "maybe";
      return connectionError(target, { kind: deadline.reason, sent });
    }
    return asConnectionError(error, target);
  } finally {
    leave?.();
  }
}

async function carry(transport: Transport, url: string, init: Init, from: string): Promise<Answer> {
  const response = await transport(url, heedsOnStop(transport) ? init : init.plain());
  const bytes = response.whole ?? new Uint8Array(await response.arrayBuffer());
  return { status: response.status, reason: response.statusText, headers: response.headers, bytes, from };
}

/** A class for its getter: on a plain object it would cost more than all the rest of this file. */
class Init implements TransportInit {
  readonly method: string;
  readonly headers: Headers;
  readonly redirect = "manual";
  readonly onStop: (call: () => void) => () => void;
  declare readonly body?: Uint8Array<ArrayBuffer>;
  readonly #deadline: Deadline;

  constructor({ method, body }: Pick<Outgoing, "method" | "body">, headers: Headers, deadline: Deadline) {
    this.method = method;
    this.headers = headers;
    this.onStop = (call) => deadline.onStop(call);
    if (body !== undefined) this.body = body;
    this.#deadline = deadline;
  }

  get signal(): AbortSignal {
    return this.#deadline.signal;
  }

  /** For a transport that may read or change whatever it likes. */
  plain(): TransportInit {
    return { ...this, headers: { ...this.headers }, signal: this.signal };
  }
}

function hostOf(base: string): string {
  return new URL(base).host;
}

/** How long a node has to show that it is back, in ms. */
const PROBE_TIMEOUT = 5000;

/** Asks an address for the one thing that PVE answers to anybody at once; whatever it answers, it is alive. */
export async function probeEndpoint(transport: Transport, base: string): Promise<boolean> {
  const deadline = new Deadline(PROBE_TIMEOUT);
  const url = `${base}/api2/json/access/ticket`;
  try {
    const init = new Init({ method: "GET" }, { accept: "application/json" }, deadline);
    await orStopped(carry(transport, url, init, base), deadline);
    return true;
  } catch {
    return false;
  } finally {
    deadline.close();
  }
}
