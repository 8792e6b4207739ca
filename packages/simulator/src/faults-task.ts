import type { Fault } from "./faults.js";
import type { TaskStart, TaskStep, TaskWork } from "./handler.js";

const brokenExit = "command failed: exit code 1";
/** How often a task that never ends looks up, in simulated milliseconds. */
const restless = 3_600_000;

/** The task as a fault leaves it; faults of other kinds leave it alone. */
export function breakTask(task: TaskStart, fault: Fault): TaskStart {
  if (fault.kind === "task-fails") {
    return { ...task, work: failing(task.work, fault.exitstatus ?? brokenExit) };
  }
  return fault.kind === "task-never-ends" ? { ...task, work: endless(task.work) } : task;
}

/** Runs up to the first pause, then throws into the work, so that it cleans up as it does after a real failure. */
function failing(work: TaskWork, exitstatus: string): TaskWork {
  return function* () {
    const steps = work();
    yield* untilPause(steps);
    const failure = new Error(exitstatus);
    try {
      for (let step = steps.throw(failure); !step.done; step = steps.next()) {
        yield step.value;
      }
    } catch {
      // The work may have put words of its own around the failure; the task ends with the text that was asked for.
    }
    throw failure;
  };
}

/** Runs up to the first pause and stays there; stopping the task reaches the work. */
function endless(work: TaskWork): TaskWork {
  return function* () {
    const steps = work();
    yield* untilPause(steps);
    try {
      for (;;) {
        yield { ms: restless };
      }
    } catch (error) {
      for (let step = steps.throw(error); !step.done; step = steps.next()) {
        yield step.value;
      }
    }
  };
}

function* untilPause(steps: Generator<TaskStep, void, void>): Generator<TaskStep, void, void> {
  for (let step = steps.next(); !step.done; step = steps.next()) {
    yield step.value;
    if (step.value.ms) {
      return;
    }
  }
}
