import type { Sections } from "./section-config.js";

/** Jobs that the scheduler runs; backup and realm-sync jobs share one name space, as they share one file. */
export interface JobState {
  /** By id, each with its `type`. */
  readonly jobs: Sections;
  /** By id: epoch seconds at which the scheduler last started a job. */
  readonly started: Map<string, number>;
  /** The nodes on which a backup is being made: there is one at a time on each. */
  readonly backingUp: Set<string>;
}

/** No jobs. */
export function newJobs(): JobState {
  return { jobs: new Map(), started: new Map(), backingUp: new Set() };
}
