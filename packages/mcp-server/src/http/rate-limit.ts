/** Seconds until a caller may send the next request; nought when it may now. */
export type RateLimit = (caller: string) => number;

const MOST_CALLERS = 10_000;

interface Bucket {
  left: number;
  at: number;
}

/**
 * A limit of `perMinute` requests for each caller, of which a tenth may come at once. It is this process's alone: behind a
 * balancer a caller may send as many times more as there are processes.
 */
export function createRateLimit(perMinute: number, now: () => number = () => performance.now()): RateLimit {
  const size = Math.max(1, Math.ceil(perMinute / 10));
  const perMs = perMinute / 60_000;
  const buckets = new Map<string, Bucket>();
  return (caller) => {
    const at = now();
    const known = buckets.get(caller) ?? { left: size, at };
    const left = Math.min(size, known.left + (at - known.at) * perMs);
    const bucket = { left: left >= 1 ? left - 1 : left, at };
    // Whoever called last stands last, so those who go are those who have been silent longest.
    buckets.delete(caller);
    buckets.set(caller, bucket);
    const [eldest] = buckets.keys();
    if (buckets.size > MOST_CALLERS && eldest !== undefined) buckets.delete(eldest);
    return left >= 1 ? 0 : Math.ceil((1 - left) / perMs / 1000);
  };
}
