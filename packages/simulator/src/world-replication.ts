import type { Sections } from "./section-config.js";

/** How the runs of a replication job went. */
export interface ReplicationRuns {
  /** Epoch seconds of the last good run; 0 before the first. */
  lastSync: number;
  /** Epoch seconds of the last run. */
  lastTry: number;
  failures: number;
  /** Seconds. */
  duration: number;
  error?: string;
  /** Of the last run. */
  log: string[];
}

/** Replication jobs and their runs. */
export interface ReplicationState {
  /** By id (`100-0`), each with `type`, `guest` and `jobnum`. */
  readonly jobs: Sections;
  readonly runs: Map<string, ReplicationRuns>;
  /** Epoch seconds until which every job's runs have been caught up. */
  readonly caughtUp: Map<string, number>;
}

/** No replication. */
export function newReplication(): ReplicationState {
  return { jobs: new Map(), runs: new Map(), caughtUp: new Map() };
}
