import type { Caller } from "../caller.js";
import type { Target } from "../target.js";

/** How long an answer stands: probes come more often than a cluster should be asked. */
const KEPT = 5_000;
const PATIENCE = 3_000;

/** Asks with the target's own token, and reads. */
const prober: Caller = { id: "readyz", reach: "read" };

/** Whether at least one target answers with the server's own token; asked again when the last answer is some seconds old. */
export function createReadiness(
  targets: readonly Target[],
  now: () => number = () => performance.now(),
): () => Promise<boolean> {
  let asked = Number.NEGATIVE_INFINITY;
  let answer: Promise<boolean> = Promise.resolve(false);
  return () => {
    if (now() - asked < KEPT) return answer;
    asked = now();
    answer = Promise.any(targets.map(answers)).catch(() => false);
    return answer;
  };
}

async function answers({ clientFor }: Target): Promise<boolean> {
  await clientFor(prober).call("GET /version", {}, { timeout: PATIENCE, retries: false });
  return true;
}
