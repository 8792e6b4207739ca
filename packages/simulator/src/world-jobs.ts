import type { Sections } from "./section-config.js";

/** Jobs that the scheduler runs; backup and realm-sync jobs share one name space, as they share one file. */
export interface JobState {
  /** By id, each with its `type`. */
  readonly jobs: Sections;
  /** By id: epoch seconds at which the scheduler last started a job. */
  readonly started: Map<string, number>;
  /** By node: the task that makes a backup there; there is one at a time on each. */
  readonly backingUp: Map<string, string>;
}

/** No jobs. */
export function newJobs(): JobState {
  return { jobs: new Map(), started: new Map(), backingUp: new Map() };
}
