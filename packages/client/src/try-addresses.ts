import { asConnectionError, connectionError } from "./connection.js";
import { orAborted, Stopped } from "./deadline.js";
import { PveConnectionError } from "./errors.js";
import type { ClientLink } from "./link.js";
import { mayRetryError, mostRetries, tryRepeatedly } from "./retry.js";

/** A request that does not go through the sender, because its body or its answer is too large for memory. */
export interface LargeRequest {
  readonly method: "GET" | "POST";
  readonly operation: string;
  /** Below `/api2/json`, filled in, with its query. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/**
 * Sends such a request under the rules of calls: a GET is tried again after any network error, anything else only when
 * provably nothing of it was sent, and at another address once one was left. `attempt` must throw a `PveConnectionError`
 * when the connection fails; what else it throws is passed on. `mayRepeat` says which answers are worth asking again.
 * @throws PveConnectionError naming operation and host
 */
export async function tryAddresses<T>(
  { endpoints, baseUrl, sleep }: ClientLink,
  { method, operation, path, signal }: LargeRequest,
  attempt: (url: string) => Promise<T>,
  mayRepeat: (value: T) => boolean = () => false,
): Promise<T> {
  const url = `${baseUrl}/api2/json${path}`;
  const once = async (base: string): Promise<{ readonly value: T } | PveConnectionError> => {
    const target = { operation, host: new URL(base).host };
    try {
      const value = await attempt(endpoints.relocate(url, base));
      endpoints.answered(base);
      return { value };
    } catch (error) {
      if (!(error instanceof PveConnectionError)) throw error;
      if (signal.aborted) return connectionError(target, { kind: "aborted", sent: error.sent });
      endpoints.failed(base);
      return asConnectionError(error, target);
    }
  };
  const pause = async (ms: number) => {
    try {
      await orAborted(sleep(ms, signal), signal);
    } catch (error) {
      if (!signal.aborted && !(error instanceof Stopped)) throw error;
      throw connectionError({ operation, host: new URL(url).host }, { kind: "aborted", sent: "no" });
    }
  };
  const most = mostRetries(undefined, endpoints.count);
  const outcome = await tryRepeatedly({ endpoints, url, most, pause }, once, (known) =>
    known instanceof PveConnectionError ? mayRetryError(method, known) : mayRepeat(known.value),
  );
  if (outcome instanceof PveConnectionError) throw outcome;
  return outcome.value;
}
