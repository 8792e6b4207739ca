import { PveConfigError } from "./errors.js";
import { type Answer, type PveResponse, readable } from "./transport.js";

/** A result with what PVE says beside it. */
export interface Meta<T> {
  readonly data: T;
  /** How many items there are in all, where PVE pages its answer. */
  readonly total?: number;
  /** Staged changes as a unified diff; only the network list of a node has them. */
  readonly changes?: string;
  /** What the server remarked on a success. */
  readonly warnings?: readonly string[];
  readonly status: number;
  /** The reason phrase; empty behind HTTP/2. */
  readonly reason: string;
}

interface Call {
  readonly meta: Promise<Meta<unknown>>;
  readonly answer: () => Answer | undefined;
}

const calls = new WeakMap<Promise<unknown>, Call>();

/**
 * Waits for a call and gives its result with PVE's `total` and `changes`: `await withMeta(pve.nodes("pve1").tasks.get())`.
 *
 * A function and not a method of what a call returns: a promise with a method of its own costs the compiler several times
 * as much per call as a plain one.
 * @throws PveConfigError when the promise is not one that a call of this client returned
 */
export async function withMeta<T>(call: Promise<T>): Promise<Meta<T>> {
  return (await takeOver(call, "withMeta").meta) as Meta<T>;
}

/**
 * Waits for a call and gives the answer as it came, unread and unjudged: a refusal is an answer too.
 * @throws PveConnectionError, or whatever else kept an answer from coming
 * @throws PveConfigError when the promise is not one that a call of this client returned
 */
export async function asResponse(call: Promise<unknown>): Promise<PveResponse> {
  const { meta, answer } = takeOver(call, "asResponse");
  const failure = await meta.then(
    () => undefined,
    (error: unknown) => error,
  );
  const known = answer();
  if (known === undefined) throw failure;
  return readable(known);
}

/** The address that gave a call's answer, once it has. */
export async function answeredFrom(call: Promise<unknown>): Promise<string> {
  const { meta, answer } = takeOver(call, "answeredFrom");
  await meta;
  return answer()?.from ?? "";
}

/** Makes a promise of the data alone, and remembers the rest for `withMeta` and `asResponse`. */
export function dataOf<T>(start: (heard: (answer: Answer) => void) => Promise<Meta<T>>): Promise<T> {
  let answer: Answer | undefined;
  const meta = start((known) => {
    answer = known;
  });
  const data = meta.then((known) => known.data);
  calls.set(data, { meta, answer: () => answer });
  return data;
}

function takeOver(promise: Promise<unknown>, name: string): Call {
  const call = calls.get(promise);
  if (call === undefined)
    throw new PveConfigError(`${name} takes the promise that a call returned, before it is awaited or chained`);
  // Whoever asks here hears of a failure here; the bare promise must not count as unhandled beside it.
  promise.catch(() => undefined);
  return call;
}
