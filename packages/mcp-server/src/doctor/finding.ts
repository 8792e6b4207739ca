import type { PveClient } from "@pve/client";
import type { ResolvedTool } from "@pve/tools";
import type { TargetConfig } from "../target-config.js";

/** What one check found. */
export interface Finding {
  /** What was looked at, in a word. */
  readonly check: string;
  /** `unknown`: it could not be looked at, which is neither good nor bad. */
  readonly state: "ok" | "warning" | "failed" | "unknown";
  readonly text: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** What checks are given. */
export interface Patient {
  readonly target: TargetConfig;
  readonly client: PveClient;
  /** The tools that the server would offer. */
  readonly tools: readonly ResolvedTool[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One thing to look at. It reports what it finds and throws nothing. */
export type Check = (patient: Patient) => Promise<readonly Finding[]>;
