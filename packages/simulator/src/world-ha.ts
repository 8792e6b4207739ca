import type { Sections } from "./section-config.js";

/** What the cluster resource manager knows of one service beside its configuration. */
export interface HaService {
  /** Epoch seconds of its adding; the manager notices at its next round. */
  readonly since: number;
  readonly uid: string;
  /** A start has failed for good. */
  failed: boolean;
}

/** Everything high availability keeps. */
export interface HaState {
  /** By service id (`vm:100`), each with its `type`. */
  readonly resources: Sections;
  /** By group name; only in releases before 9.0. */
  readonly groups: Sections;
  /** By rule name in order, each with its `type`. */
  readonly rules: Sections;
  /** By service id, for every resource there has ever been. */
  readonly services: Map<string, HaService>;
  /** Set while high availability is disarmed or being disarmed; `since` in epoch seconds. */
  disarm?: { readonly mode: "freeze" | "ignore"; readonly since: number };
  /** Epoch seconds since when the manager is needed: it stays awake from then on. */
  awakeSince?: number;
}

/** How long the manager may take to notice a change, in seconds. */
export const managerRound = 10;

/** High availability that nobody uses yet. */
export function newHa(): HaState {
  return { resources: new Map(), groups: new Map(), rules: new Map(), services: new Map() };
}
