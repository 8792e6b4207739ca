import type { Call, Handler, TaskWork, Value } from "../handler.js";

/** A task that a worker has started and looks after. */
export interface Subtask {
  readonly upid: string;
  /** Whether it has ended, well or badly. */
  ended: boolean;
  /** Why it failed. */
  failure?: string;
}

/** Runs another operation's handler from inside a worker, with parameters of its own, and watches the task it starts. */
export function startSubtask(
  call: Call,
  handler: Handler,
  route: string,
  params: Readonly<Record<string, Value>>,
): Subtask {
  const state: { ended: boolean; failure?: string } = { ended: false };
  const watched: Call = {
    ...call,
    route,
    params,
    startTask: (task) => call.startTask({ ...task, work: watch(task.work, state) }),
  };
  const upid = String(handler(watched));
  return Object.assign(state, { upid });
}

function watch(work: TaskWork, state: { ended: boolean; failure?: string }): TaskWork {
  return function* () {
    try {
      yield* work();
    } catch (error) {
      state.failure = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      state.ended = true;
    }
  };
}
