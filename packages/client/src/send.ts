import type { CallOptions } from "./call-options.js";
import { asConnectionError, connectionError, type Target } from "./connection.js";
import type { Authenticator } from "./credentials.js";
import { type Deadline, orAborted, Stopped, startDeadline } from "./deadline.js";
import { PveConnectionError } from "./errors.js";
import { backOff, mayRetryError, mayRetryStatus, RETRIES } from "./retry.js";
import type { Answer, Transport } from "./transport.js";

/** A request without credentials. */
export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
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
  /** Milliseconds for one call, retries and login included. */
  readonly timeout: number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/**
 * Makes the sender. The rules: a GET is repeated after network errors and when a node could not be reached; anything
 * else only when provably not a byte was sent; a bare 401 (which PVE gives before it looks at the request) leads to one
 * renewal of a ticket.
 */
export function createSender(context: SendContext): Sender {
  return async (outgoing, operation, auth, options) => {
    const target = { operation, host: new URL(outgoing.url).host };
    const deadline = startDeadline(options.timeout ?? context.timeout, options.signal);
    const within = <T>(work: Promise<T>): Promise<T> => orAborted(work, deadline.signal);
    try {
      const used = await within(auth.headers(outgoing.method));
      const answer = await tryRepeatedly(context, withHeaders(outgoing, used), target, deadline);
      if (answer.status !== 401 || answer.bytes.length > 0 || !(await within(auth.renew(used)))) return answer;
      const fresh = await within(auth.headers(outgoing.method));
      return await tryRepeatedly(context, withHeaders(outgoing, fresh), target, deadline);
    } catch (error) {
      if (error instanceof Stopped) throw connectionError(target, { kind: deadline.reason(), sent: "no" });
      throw error;
    } finally {
      deadline.close();
    }
  };
}

function withHeaders(outgoing: Outgoing, headers: Readonly<Record<string, string>>): Outgoing {
  return { ...outgoing, headers: { ...outgoing.headers, ...headers } };
}

async function tryRepeatedly(
  context: SendContext,
  outgoing: Outgoing,
  target: Target,
  deadline: Deadline,
): Promise<Answer> {
  for (let retry = 0; ; retry += 1) {
    const outcome = await tryOnce(context.transport, outgoing, target, deadline);
    const isFinal =
      outcome instanceof PveConnectionError
        ? !mayRetryError(outgoing.method, outcome)
        : !mayRetryStatus(outgoing.method, outcome.status);
    if (isFinal || retry >= RETRIES || deadline.signal.aborted) {
      if (outcome instanceof PveConnectionError) throw outcome;
      return outcome;
    }
    await pause(context, backOff(retry), deadline.signal);
  }
}

async function tryOnce(
  transport: Transport,
  outgoing: Outgoing,
  target: Target,
  deadline: Deadline,
): Promise<Answer | PveConnectionError> {
  const { method, url, headers, body } = outgoing;
  const { signal } = deadline;
  const init = { method, headers: { ...headers }, signal, redirect: "manual" as const };
  try {
    const work = transport(url, body === undefined ? init : { ...init, body });
    const response = await orAborted(work, signal);
    const bytes = new Uint8Array(await orAborted(response.arrayBuffer(), signal));
    return { status: response.status, reason: response.statusText, headers: response.headers, bytes };
  } catch (error) {
    if (!signal.aborted) return asConnectionError(error, target);
    const sent = error instanceof PveConnectionError ? error.sent : "maybe";
    return connectionError(target, { kind: deadline.reason(), sent });
  }
}

async function pause({ sleep }: SendContext, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await orAborted(sleep(ms, signal), signal);
  } catch (error) {
    // A sleep may reject with an error of its own when the signal fires.
    throw signal.aborted ? new Stopped("stopped") : error;
  }
}
