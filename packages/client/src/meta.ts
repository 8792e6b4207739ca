import { PveConfigError } from "./errors.js";

/** A result with what PVE's envelope says beside it. */
export interface Meta<T> {
  readonly data: T;
  /** How many items there are in all, where PVE pages its answer. */
  readonly total?: number;
  /** Staged changes as a unified diff; only the network list of a node has them. */
  readonly changes?: string;
}

const envelopes = new WeakMap<Promise<unknown>, Promise<Meta<unknown>>>();

/**
 * Waits for a call and gives its result with PVE's `total` and `changes`: `await withMeta(pve.nodes("pve1").tasks.get())`.
 *
 * A function and not a method of what a call returns: a promise with a method of its own costs the compiler several times
 * as much per call as a plain one.
 * @throws PveConfigError when the promise is not one that a call of this client returned
 */
export async function withMeta<T>(call: Promise<T>): Promise<Meta<T>> {
  const envelope = envelopes.get(call);
  if (envelope === undefined)
    throw new PveConfigError("withMeta takes the promise that a call returned, before it is awaited or chained");
  // Whoever asks for the envelope hears of a failure there; the bare promise must not count as unhandled beside it.
  call.catch(() => undefined);
  return envelope as Promise<Meta<T>>;
}

/** Makes a promise of the data alone, and remembers the envelope for `withMeta`. */
export function dataOf<T>(answer: Promise<Meta<T>>): Promise<T> {
  const data = answer.then((meta) => meta.data);
  envelopes.set(data, answer);
  return data;
}
