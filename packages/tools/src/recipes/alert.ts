import type { ResultOf } from "@pve/client";
import type { Invocation } from "../invocation.js";
import { type Attempt, attempt } from "./attempt.js";

/** `critical`: something is down or about to be; `warning`: it will hurt; `info`: worth knowing. */
export type Severity = "critical" | "warning" | "info";

/** One thing that wants attention. */
export interface Alert {
  readonly severity: Severity;
  /** What it is about, such as `node/pve2` or `storage/nas`. */
  readonly object: string;
  readonly problem: string;
  /** What PVE said, in figures or in its own words. */
  readonly evidence: string;
  /** The tool to look with, and what to look for. */
  readonly next: string;
}

/** What a check found, and what it could not look at. */
export interface Finding {
  readonly alerts: readonly Alert[];
  readonly unchecked: readonly string[];
}

/** What all checks start from. */
export interface Scene {
  readonly call: Invocation;
  readonly resources: ResultOf<"GET /cluster/resources">;
  readonly nodes: ResultOf<"GET /nodes">;
  /** Names of the nodes that answer. */
  readonly online: readonly string[];
  /** Now, in seconds since the epoch. */
  readonly now: number;
}

/** Puts one question to every node that is online and judges each answer; a node that does not answer is named. */
export async function perNode<T>(
  scene: Scene,
  what: string,
  ask: (node: string) => Promise<T>,
  judge: (node: string, answer: T) => readonly Alert[],
): Promise<Finding> {
  const answers = await Promise.all(
    scene.online.map(async (node) => ({ node, answer: await attempt(`${what} of ${node}`, ask(node)) })),
  );
  return {
    alerts: answers.flatMap(({ node, answer }) => ("value" in answer ? judge(node, answer.value) : [])),
    unchecked: answers.flatMap(({ answer }) => ("missing" in answer ? [answer.missing] : [])),
  };
}

/** Judges the answer to one question about the whole cluster. */
export function judged<T>(answer: Attempt<T>, judge: (value: T) => readonly Alert[]): Finding {
  return "value" in answer
    ? { alerts: judge(answer.value), unchecked: [] }
    : { alerts: [], unchecked: [answer.missing] };
}
