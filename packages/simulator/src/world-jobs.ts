import type { Sections } from "./section-config.js";

/** Jobs that the scheduler runs; backup and realm-sync jobs share one name space, as they share one file. */
export interface JobState {
  /** By id, each with its `type`. */
  readonly jobs: Sections;
}

/** No jobs. */
export function newJobs(): JobState {
  return { jobs: new Map() };
}
