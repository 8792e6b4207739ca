/** A caller's signal and a timeout, watched together. */
export interface Deadline extends Stoppable {
  /** For whoever wants a real signal; made on first use, since making and listening to one costs as much as a TLS write. */
  readonly signal: AbortSignal;
  /** Why the work must stop. */
  readonly reason: () => "timeout" | "aborted";
  /** Must be called when the work is over, or the timer lives on. */
  readonly close: () => void;
}

/** Work that may have to stop early. */
export interface Stoppable {
  readonly stopped: () => boolean;
  /** Calls back once, if the work must stop; what it returns takes that back. */
  readonly onStop: (call: () => void) => () => void;
}

/** The longest a timer can run; longer ones would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Starts the clock. A timeout of `Infinity` leaves only the signal. */
export function startDeadline(timeout: number, outer?: AbortSignal): Deadline {
  const listeners = new Set<() => void>();
  let stopped = false;
  let reason: "timeout" | "aborted" = "aborted";
  let controller: AbortController | undefined;
  const stop = () => {
    stopped = true;
    for (const call of [...listeners]) call();
    listeners.clear();
    controller?.abort();
  };
  const onTimeout = () => {
    reason = "timeout";
    stop();
  };
  const timer = timeout > LONGEST ? undefined : setTimeout(onTimeout, timeout);
  if (outer?.aborted) stop();
  outer?.addEventListener("abort", stop, { once: true });
  return {
    get signal() {
      controller ??= new AbortController();
      if (stopped) controller.abort();
      return controller.signal;
    },
    stopped: () => stopped,
    onStop: (call) => {
      if (stopped) call();
      else listeners.add(call);
      return () => listeners.delete(call);
    },
    reason: () => reason,
    close: () => {
      clearTimeout(timer);
      outer?.removeEventListener("abort", stop);
    },
  };
}

/** The promise, or a rejection with `Stopped` as soon as the work must stop, even if it takes no notice of that. */
export function orStopped<T>(work: Promise<T>, { onStop }: Stoppable): Promise<T> {
  return new Promise((resolve, reject) => {
    // One turn later, so that work which takes notice can say what it knows (was anything sent?).
    const off = onStop(() => setTimeout(() => reject(new Stopped("stopped")), 0));
    work.then(
      (value) => {
        off();
        resolve(value);
      },
      (error: unknown) => {
        off();
        reject(error);
      },
    );
  });
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
