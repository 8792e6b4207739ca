import { setTimeout as delay } from "node:timers/promises";

/** The simulator's time. Nothing in the simulator asks the system clock but the real clock below. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Moves time forward and runs everything that falls due on the way, in order. */
  advance(ms: number): Promise<void>;
  /** Resolves when that much simulated time has passed; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `run` once at the given time; the answer takes the call back. */
  at(time: number, run: () => void): () => void;
  /** A request has been handled: moves a standing clock on a little, and leaves a running one alone. */
  tick(): void;
  /** Forgets everything that is still to come. */
  close(): void;
}

interface Timer {
  readonly time: number;
  readonly run: () => void;
}

/** What is still to come, soonest first; equal times keep the order in which they were set. */
interface Agenda {
  add(timer: Timer): () => void;
  next(): Timer | undefined;
  /** Takes the next timer off the list if it is due. */
  takeDue(time: number): Timer | undefined;
  clear(): void;
}

function createAgenda(): Agenda {
  const timers: Timer[] = [];
  const remove = (timer: Timer): void => {
    const index = timers.indexOf(timer);
    if (index >= 0) {
      timers.splice(index, 1);
    }
  };
  return {
    add(timer) {
      const later = timers.findIndex((other) => other.time > timer.time);
      timers.splice(later < 0 ? timers.length : later, 0, timer);
      return () => remove(timer);
    },
    next: () => timers[0],
    takeDue(time) {
      const first = timers[0];
      return first && first.time <= time ? timers.shift() : undefined;
    },
    clear: () => {
      timers.length = 0;
    },
  };
}

/** What one request takes on a standing clock, in milliseconds. */
const requestTime = 10;

/** A clock that stands still: only `advance`, `sleep` and requests move it, and all of them return at once. */
export function virtualClock(start: number): Clock {
  const agenda = createAgenda();
  let time = start;
  const advance = (ms: number): void => {
    const end = time + Math.max(0, ms);
    for (let timer = agenda.takeDue(end); timer; timer = agenda.takeDue(end)) {
      time = Math.max(time, timer.time);
      timer.run();
    }
    time = Math.max(time, end);
  };
  return {
    now: () => time,
    advance: async (ms) => advance(ms),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      advance(ms);
    },
    at: (at, run) => agenda.add({ time: Math.max(at, time), run }),
    tick: () => advance(requestTime),
    close: () => agenda.clear(),
  };
}

/** A clock that starts at `start` and runs `speed` times as fast as the system's. */
export function realClock(start: number, speed: number): Clock {
  const agenda = createAgenda();
  const begun = Date.now();
  let skipped = 0;
  const closed = new AbortController();
  let wake: NodeJS.Timeout | undefined;
  const now = (): number => start + (Date.now() - begun) * speed + skipped;
  const catchUp = (): void => {
    for (let timer = agenda.takeDue(now()); timer; timer = agenda.takeDue(now())) {
      timer.run();
    }
    arm();
  };
  const arm = (): void => {
    clearTimeout(wake);
    const next = agenda.next();
    if (next) {
      // setTimeout cannot wait longer than 2^31-1 ms; waking up too early only arms again.
      wake = setTimeout(catchUp, Math.min(Math.max(0, (next.time - now()) / speed), 2 ** 31 - 1));
      // A task that is still running must not keep a closing process alive.
      wake.unref();
    }
  };
  return {
    now,
    advance: async (ms) => {
      skipped += Math.max(0, ms);
      catchUp();
    },
    sleep: async (ms, signal) => {
      await delay(ms / speed, undefined, { signal: AbortSignal.any([closed.signal, ...(signal ? [signal] : [])]) });
    },
    at: (time, run) => {
      const cancel = agenda.add({ time, run });
      arm();
      return cancel;
    },
    tick: () => {},
    close: () => {
      closed.abort();
      agenda.clear();
      clearTimeout(wake);
    },
  };
}
