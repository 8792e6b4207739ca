import type { Step } from "./distil-recordings.js";
import { offTheRecord, restoreRecorder } from "./off-the-record.js";
import { openRecordedWorld, type RecordedWorld, type Said } from "./recorded-world.js";
import { copyOf, putBack } from "./world-copy.js";

/** What became of one step. */
export interface StepOutcome {
  readonly step: Step;
  /** `stub`: parts of the node were stand-ins; `uncovered`: the simulator has no behaviour for it. */
  readonly kind: "same" | "different" | "uncovered" | "stub";
  readonly text: string;
}

/** Takes all flows, one after the other, as they were recorded. */
export async function takeFlows(
  steps: readonly Step[],
  seen: (step: Step, said: Said) => void = () => {},
): Promise<{ outcomes: StepOutcome[]; recorded: RecordedWorld }> {
  const recorded = openRecordedWorld();
  const { world } = recorded;
  const outcomes: StepOutcome[] = [];
  let beforeTask = copyOf({ ...world });
  for (const step of steps) {
    restoreRecorder(world, step);
    offTheRecord(world, step);
    const before = step.operation.startsWith("GET ") ? beforeTask : copyOf({ ...world });
    const said = await recorded.take(step);
    outcomes.push(judge(step, said));
    seen(step, said);
    if (/^UPID:/.test(String(said.data))) {
      beforeTask = before;
    }
    // What the node refused must not have happened, or every later step would stumble over it.
    if (step.status >= 400 && said.status === 200) {
      putBack(world, before);
    } else if (!isFine(step.exitstatus) && isFine(exitOf(said))) {
      putBack(world, beforeTask);
    }
  }
  return { outcomes, recorded };
}

function isFine(exitstatus: string | undefined): boolean {
  return exitstatus === undefined || exitstatus === "OK" || exitstatus.startsWith("WARNINGS");
}

function exitOf(said: Said): string | undefined {
  return (said.data as { exitstatus?: string } | null | undefined)?.exitstatus;
}

function judge(step: Step, said: Said): StepOutcome {
  if (step.stub) {
    return { step, kind: "stub", text: "" };
  }
  if (said.status === 501 && said.reason === "not simulated") {
    return { step, kind: "uncovered", text: step.operation };
  }
  const want = [step.status, mask(step.reason), problems(step.errors), mask(step.exitstatus ?? "")];
  const got = [said.status, mask(said.reason), problems(said.errors), mask(exitOf(said) ?? "")];
  const same = JSON.stringify(want) === JSON.stringify(got);
  return {
    step,
    kind: same ? "same" : "different",
    text: same ? "" : `want ${want.join(" | ")}, got ${got.join(" | ")}`,
  };
}

/** Several problems of one value come one a line, in any order. */
function problems(errors: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(errors).map(([key, text]) => `${key}: ${text.split("\n").sort().join("\n")}`);
  return lines.sort().join("; ");
}

function mask(text: string): string {
  return text
    .replace(/UPID:[^ ']+:/g, "<upid>")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uuid>")
    .replace(/\d{4}_\d\d_\d\d-\d\d_\d\d_\d\d/g, "<time>")
    .replace(/\b(pid|port) \d+/g, "$1 *");
}
