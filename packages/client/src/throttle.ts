import { type Deadline, orStopped, Stopped } from "./deadline.js";

/** Lets requests through as slowly as was asked for. */
export interface Throttle {
  /** Waits for a turn; what it gives must be called when the request is over. Rejects when the work must stop. */
  enter(deadline: Deadline): Promise<() => void>;
}

/** What a throttle is made for. */
export interface ThrottleSetup {
  /** How many requests may be on their way at once. */
  readonly maxConcurrent: number | undefined;
  /** How many requests may begin within any second. */
  readonly maxPerSecond: number | undefined;
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Makes a throttle. */
export function createThrottle(setup: ThrottleSetup): Throttle {
  const { maxConcurrent, maxPerSecond } = setup;
  const take = maxConcurrent === undefined ? undefined : createSlots(maxConcurrent);
  const pace = maxPerSecond === undefined ? undefined : createPace(maxPerSecond, setup);
  return {
    enter: async (deadline) => {
      const release = (await take?.(deadline)) ?? (() => undefined);
      try {
        await pace?.(deadline);
      } catch (error) {
        release();
        throw error;
      }
      return release;
    },
  };
}

/** So many at once; the others stand in line, and leave it when their work must stop. */
function createSlots(limit: number): (deadline: Deadline) => Promise<() => void> {
  const line = new Set<() => void>();
  let free = limit;
  const release = () => {
    const [next] = line;
    if (next === undefined) free += 1;
    else next();
  };
  const once = () => {
    let held = true;
    return () => {
      if (held) release();
      held = false;
    };
  };
  return (deadline) => {
    if (deadline.stopped()) return Promise.reject(new Stopped("stopped"));
    if (free > 0) {
      free -= 1;
      return Promise.resolve(once());
    }
    return new Promise((resolve, reject) => {
      const next = () => {
        line.delete(next);
        off();
        resolve(once());
      };
      const off = deadline.onStop(() => {
        line.delete(next);
        reject(new Stopped("stopped"));
      });
      line.add(next);
    });
  };
}

/** Only whoever is first in line looks at the clock, so that an abort there costs the others nothing. */
function createPace(limit: number, { now, sleep }: ThrottleSetup): (deadline: Deadline) => Promise<void> {
  const starts: number[] = [];
  let line: Promise<void> = Promise.resolve();
  const begin = async (deadline: Deadline) => {
    while (!deadline.stopped() && starts.length >= limit) {
      const wait = (starts[0] ?? 0) + 1000 - now();
      if (wait > 0) await orStopped(sleep(wait, deadline.signal), deadline);
      else starts.shift();
    }
    if (deadline.stopped()) throw new Stopped("stopped");
    starts.push(now());
  };
  return (deadline) => {
    const turn = line.then(() => begin(deadline));
    line = turn.catch(() => undefined);
    return orStopped(turn, deadline);
  };
}
