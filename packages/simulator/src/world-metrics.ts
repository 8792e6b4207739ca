import type { Sections } from "./section-config.js";

/** Where the cluster sends its figures. */
export interface MetricsState {
  /** By id, each with its `type`. */
  readonly servers: Sections;
}

/** Figures go nowhere. */
export function newMetrics(): MetricsState {
  return { servers: new Map() };
}
