import type { PveClient } from "@pve/client";
import type { Simulator, SimulatorOptions } from "@pve/simulator";

/** A tool that is run first, so that an example makes sense. */
export type Step = readonly [name: string, args: Readonly<Record<string, unknown>>];

/** The simulated cluster as somebody sees it who does not use the tools. */
export interface Lab {
  readonly sim: Simulator;
  /** A client of its own, with every privilege. */
  readonly other: PveClient;
  /** What was kept away from answers, by name. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** What a tool answered. */
export type Answer = Readonly<Record<string, unknown>>;

/** Looks at the cluster; it has to fail before the tool has run, and to hold afterwards. */
export type Effect = (lab: Lab, answer: Answer) => unknown;

/** What calling a tool with its example has to do. */
export interface Row {
  /** What has to be there first. */
  readonly steps?: readonly Step[];
  /** Arguments in place of the entry's example, where that does less than the tool can. */
  readonly args?: Readonly<Record<string, unknown>>;
  /** What is prepared without the tools; resolves to further arguments. */
  readonly before?: (lab: Lab) => Promise<Readonly<Record<string, unknown>>>;
  /** The cluster it is about, where that is not the usual one. */
  readonly cluster?: Pick<SimulatorOptions, "seed" | "release">;
  /** PVE keeps it from API tokens. */
  readonly signedIn?: true;
  /** Of a read: what the answer holds at least. */
  readonly answers?: object;
  /** Of a change: how the cluster differs. */
  readonly effect?: Effect;
}

/** Whether a read of the cluster is refused. */
export async function isGone(read: Promise<unknown>): Promise<boolean> {
  return read.then(
    () => false,
    () => true,
  );
}
