/** Counts what callers send. */
export interface RateLimit {
  /** Seconds until a caller may send the next request; nought when it may now, which then counts. */
  readonly take: (caller: string) => number;
  /** Counts more of a caller who was let in: what it goes beyond its limit by, it waits for before the next. */
  readonly charge: (caller: string, more: number) => void;
}

const MOST_CALLERS = 10_000;

interface Bucket {
  readonly left: number;
  readonly at: number;
}

/**
 * A limit of `perMinute` requests for each caller, of which a tenth may come at once. It is this process's alone: behind a
 * balancer a caller may send as many times more as there are processes.
 */
export function createRateLimit(perMinute: number, now: () => number = () => performance.now()): RateLimit {
  const size = Math.max(1, Math.ceil(perMinute / 10));
  const perMs = perMinute / 60_000;
  const buckets = new Map<string, Bucket>();
  const leftOf = (caller: string, at: number): number => {
    const known = buckets.get(caller) ?? { left: size, at };
    return Math.min(size, known.left + (at - known.at) * perMs);
  };
  const keep = (caller: string, bucket: Bucket): void => {
    // Whoever called last stands last, so those who go are those who have been silent longest.
    buckets.delete(caller);
    buckets.set(caller, bucket);
    const [eldest] = buckets.keys();
    if (buckets.size > MOST_CALLERS && eldest !== undefined) buckets.delete(eldest);
  };
  return {
    take(caller) {
      const at = now();
      const left = leftOf(caller, at);
      keep(caller, { left: left >= 1 ? left - 1 : left, at });
      return left >= 1 ? 0 : Math.ceil((1 - left) / perMs / 1000);
    },
    charge(caller, more) {
      const at = now();
      keep(caller, { left: leftOf(caller, at) - more, at });
    },
  };
}
