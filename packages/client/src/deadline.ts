/** Work that may have to stop early. */
export interface Stoppable {
  stopped(): boolean;
  /** Calls back once, if the work must stop; what it returns takes that back. */
  onStop(call: () => void): () => void;
}

/** The longest a timer can run; longer ones would fire at once. */
const LONGEST = 2 ** 31 - 1;

/**
 * A caller's signal and a timeout, watched together from its making on. Must be closed when the work is over, or the timer
 * lives on. A timeout of `Infinity` leaves only the signal.
 */
export class Deadline implements Stoppable {
  /** Why the work must stop. */
  reason: "timeout" | "aborted" = "aborted";
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #leave: (() => void) | undefined;
  #listeners: Set<() => void> | undefined;
  #controller: AbortController | undefined;
  #stopped = false;

  constructor(timeout: number, outer?: AbortSignal) {
    this.#timer = timeout > LONGEST ? undefined : setTimeout(() => this.#end("timeout"), timeout);
    this.#leave = outer && onAbort(outer, () => this.#end("aborted"));
  }

  /** For whoever wants a real signal; made on first use, since making and listening to one costs as much as a TLS write. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#stopped) this.#controller.abort();
    return this.#controller.signal;
  }

  stopped(): boolean {
    return this.#stopped;
  }

  onStop(call: () => void): () => void {
    this.#listeners ??= new Set();
    if (this.#stopped) call();
    else this.#listeners.add(call);
    return () => this.#listeners?.delete(call);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#leave?.();
  }

  #end(reason: "timeout" | "aborted"): void {
    if (this.#stopped) return;
    this.reason = reason;
    this.#stopped = true;
    for (const call of [...(this.#listeners ?? [])]) call();
    this.#listeners?.clear();
    this.#controller?.abort();
  }
}

/** The promise, or a rejection with `Stopped` as soon as the work must stop, even if it takes no notice of that. */
export function orStopped<T>(work: Promise<T>, stoppable: Stoppable): Promise<T> {
  return new Promise((resolve, reject) => {
    // One turn later, so that work which takes notice can say what it knows (was anything sent?).
    const off = stoppable.onStop(() => setTimeout(() => reject(new Stopped("stopped")), 0));
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
    const leave = onAbort(signal, () => setTimeout(() => reject(new Stopped("stopped")), 0));
    work.then(resolve, reject).then(leave, leave);
  });
}

/** Waits on the real clock; rejects with `Stopped` when the signal fires. */
export function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      leave?.();
      resolve();
    }, ms);
    const leave =
      signal &&
      onAbort(signal, () => {
        clearTimeout(timer);
        reject(new Stopped("stopped"));
      });
  });
}

const watched = new WeakMap<EventTarget, Set<() => void>>();

function fire({ target }: Event): void {
  if (target !== null) watched.get(target)?.forEach((call) => void call());
}

/**
 * Calls back when a signal fires, or at once if it has; what it returns takes that back. However many calls share a signal, it
 * gets one listener (from the eleventh on Node would warn of a leak), and none once they are over: Node never lets go of a
 * combined signal that somebody listens to.
 */
function onAbort(signal: AbortSignal, call: () => void): () => void {
  const calls = watched.get(signal) ?? new Set();
  watched.set(signal, calls);
  if (signal.aborted) call();
  else {
    calls.add(call);
    // The same function again is no second listener.
    signal.addEventListener("abort", fire);
  }
  return () => {
    calls.delete(call);
    if (calls.size === 0) signal.removeEventListener("abort", fire);
  };
}
