import { nextEvent } from "./calendar-event.js";
import { callOf } from "./call-context.js";
import { PveFailure } from "./failure.js";
import type { Caller, Value } from "./handler.js";
import { catchUp, nextReplication } from "./handlers/replication-runs.js";
import type { Core } from "./http-core.js";
import type { Section } from "./section-config.js";

/** Starts jobs by themselves when they are due. */
export interface Scheduler {
  /** Looks at the jobs again: they, or what they depend on, may have changed. */
  arm(): void;
}

const root: Caller = { userid: "root@pam", authid: "root@pam" };
const ownKeys = new Set(["type", "enabled", "schedule", "comment", "repeat-missed"]);

interface Due {
  /** Epoch seconds. */
  readonly time: number;
  readonly jobs: readonly string[];
}

/** A scheduler that sleeps until the next job of any kind is due. */
export function createScheduler(core: Core): Scheduler {
  const { world, clock } = core;
  let cancel = (): void => {};
  const arm = (): void => {
    cancel();
    const due = nextDue(core);
    cancel = due === undefined ? () => {} : clock.at(due.time * 1000, () => run(due));
  };
  const run = (due: Due): void => {
    catchUp(world, due.time);
    for (const id of due.jobs) {
      world.jobs.started.set(id, due.time);
      startJob(core, id);
    }
    arm();
  };
  return { arm };
}

/** The next moment at which something is to be started. */
function nextDue({ world, clock }: Core): Due | undefined {
  const now = Math.floor(clock.now() / 1000);
  let time = nextReplication(world, now);
  const jobs: string[] = [];
  for (const [id, job] of world.jobs.jobs) {
    const event = job["enabled"] === 0 ? undefined : nextEvent(String(job["schedule"]), now);
    if (event === undefined || (time !== undefined && event > time)) {
      continue;
    }
    if (event !== time) {
      jobs.length = 0;
      time = event;
    }
    jobs.push(id);
  }
  return time === undefined ? undefined : { time, jobs };
}

function startJob(core: Core, id: string): void {
  const job = core.world.jobs.jobs.get(id);
  if (job?.["type"] === "realm-sync") {
    start(core, "POST /access/domains/{realm}/sync", paramsOf(job));
    return;
  }
  // Every node backs up its own guests.
  for (const { node, online } of core.world.nodes.values()) {
    if (job !== undefined && online && (job["node"] ?? node) === node) {
      start(core, "POST /nodes/{node}/vzdump", { ...paramsOf(job), "job-id": id, node });
    }
  }
}

function paramsOf(job: Section): Record<string, Value> {
  return Object.fromEntries(Object.entries(job).filter(([key]) => !ownKeys.has(key)));
}

function start(core: Core, route: string, params: Record<string, Value>): void {
  try {
    void core.handlers[route]?.(callOf(core, route, params, root));
  } catch (error) {
    // A job that cannot even be started leaves nothing but a line in the node's own log.
    if (!(error instanceof PveFailure)) {
      throw error;
    }
  }
}
