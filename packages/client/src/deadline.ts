/** A caller's signal and a timeout, watched together. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Why the signal fired. */
  readonly reason: () => "timeout" | "aborted";
  /** Must be called when the work is over, or the timer lives on. */
  readonly close: () => void;
}

/** The longest a timer can run; longer ones would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Starts the clock. A timeout of `Infinity` leaves only the signal. */
export function startDeadline(timeout: number, outer?: AbortSignal): Deadline {
  const controller = new AbortController();
  let reason: "timeout" | "aborted" = "aborted";
  const onAbort = () => controller.abort();
  const timer =
    timeout > LONGEST
      ? undefined
      : setTimeout(() => {
          reason = "timeout";
          controller.abort();
        }, timeout);
  if (outer?.aborted) onAbort();
  outer?.addEventListener("abort", onAbort, { once: true });
  const close = () => {
    clearTimeout(timer);
    outer?.removeEventListener("abort", onAbort);
  };
  return { signal: controller.signal, reason: () => reason, close };
}

/** Thrown by `orAborted`; never leaves the package. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** The promise, or a rejection with `Stopped` as soon as the signal fires, even if the work ignores the signal. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    // One turn later, so that work which honours the signal can say what it knows (was anything sent?).
    const onAbort = () => setTimeout(() => reject(new Stopped("stopped")), 0);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    const done = () => signal.removeEventListener("abort", onAbort);
    work.then(resolve, reject).then(done, done);
  });
}

/** Waits on the real clock; rejects with `Stopped` when the signal fires. */
export function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(new Stopped("stopped"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  });
}
