import type { Route } from "../model.js";

/** What a difference means for somebody whose code was written against the older release. */
export type Effect = "added" | "removed" | "tightened" | "loosened" | "changed";

/** Where a difference lies. Input and output are judged in opposite directions. */
export type Side = "operation" | "parameter" | "result" | "permission";

/** One difference between two releases. */
export interface Change {
  readonly route: Route;
  readonly side: Side;
  /** The parameter or field, such as `net[n].bridge`; empty for the operation itself. */
  readonly name: string;
  readonly effect: Effect;
  readonly breaking: boolean;
  /** What changed, in a few words, with the values before and after. */
  readonly text: string;
}

export interface ReleaseDiff {
  readonly from: string;
  readonly to: string;
  readonly bump: "major" | "minor" | "patch";
  readonly changes: readonly Change[];
}

/** What a comparison reports; route and side are filled in by the caller. */
export type Finding = Omit<Change, "route" | "side">;

export function finding(name: string, effect: Effect, breaking: boolean, text: string): Finding {
  return { name, effect, breaking, text };
}
