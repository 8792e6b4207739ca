import type { Clock } from "./clock.js";
import { PveFailure, printFailure } from "./failure.js";
import type { TaskStart, TaskStep } from "./handler.js";
import type { SeededTask } from "./seeds/seed.js";
import { formatUpid } from "./upid.js";

/** One worker, running or finished. */
export interface TaskRecord {
  readonly upid: string;
  readonly node: string;
  readonly pid: number;
  readonly pstart: number;
  /** Epoch seconds. */
  readonly starttime: number;
  readonly type: string;
  readonly id: string;
  /** `user@realm` or `user@realm!token`. */
  readonly authid: string;
  /** What the worker has printed so far; a finished one ends with its `TASK …` line. */
  readonly log: string[];
  /** Epoch seconds; absent while it runs. */
  endtime?: number;
  /** `OK`, `WARNINGS: n` or the error; absent while it runs. */
  exitstatus?: string;
}

/** All tasks of the cluster. */
export interface TaskStore {
  start(task: TaskStart, authid: string): TaskRecord;
  find(upid: string): TaskRecord | undefined;
  /** Running tasks, newest first. */
  running(): readonly TaskRecord[];
  /** Finished tasks, the last one to finish first. */
  finished(): readonly TaskRecord[];
  /** Interrupts a running task; nothing happens to a finished one. */
  stop(upid: string): void;
}

/** What the store needs to know of the world. */
export interface TaskSurroundings {
  readonly clock: Clock;
  /** Epoch seconds of a node's last boot: UPIDs count from there. */
  bootedAt(node: string): number;
  readonly history: readonly SeededTask[];
}

/** Creates the task store, with the history already in it. */
export function createTasks({ clock, bootedAt, history }: TaskSurroundings): TaskStore {
  const tasks = new Map<string, TaskRecord>();
  const finished: TaskRecord[] = [];
  const stoppers = new Map<TaskRecord, () => void>();
  let pid = 1000;
  const record = (task: Omit<TaskStart, "work">, authid: string, starttime: number): TaskRecord => {
    // Workers are processes: ids rise, with gaps left by everything else a node runs.
    pid += 7;
    const pstart = Math.max(0, Math.round((starttime - bootedAt(task.node)) * 100)) + (pid % 100);
    const facts = {
      node: task.node,
      type: task.type,
      id: task.id,
      pid,
      pstart,
      starttime: Math.floor(starttime),
      authid,
    };
    const entry = { ...facts, upid: formatUpid(facts), log: [] };
    tasks.set(entry.upid, entry);
    return entry;
  };
  for (const past of history) {
    const entry = record(past, past.authid, past.starttime);
    entry.log.push(...past.log);
    finish(entry, past.exitstatus, past.endtime);
    finished.unshift(entry);
  }
  finished.sort((a, b) => (b.endtime ?? 0) - (a.endtime ?? 0));
  return {
    start(task, authid) {
      const entry = record(task, authid, clock.now() / 1000);
      const stopper = runWorker(entry, task, clock, () => {
        stoppers.delete(entry);
        finished.unshift(entry);
      });
      stoppers.set(entry, stopper);
      return entry;
    },
    find: (upid) => tasks.get(upid),
    running: () => [...stoppers.keys()].reverse(),
    finished: () => finished,
    stop(upid) {
      const entry = tasks.get(upid);
      if (entry) {
        stoppers.get(entry)?.();
      }
    },
  };
}

/** Runs a worker step by step; returns what interrupts it. */
function runWorker(entry: TaskRecord, task: TaskStart, clock: Clock, done: () => void): () => void {
  const steps = task.work();
  let warnings = 0;
  let cancel = (): void => {};
  const end = (exitstatus: string): void => {
    cancel();
    finish(entry, exitstatus, Math.floor(clock.now() / 1000));
    done();
  };
  const print = (step: TaskStep): void => {
    if (step.log !== undefined) {
      entry.log.push(...step.log.split("\n"));
    }
    if (step.warn !== undefined) {
      warnings += 1;
      entry.log.push(`WARN: ${step.warn}`);
    }
  };
  const advance = (take: () => IteratorResult<TaskStep, void>): void => {
    try {
      for (let result = take(); ; result = steps.next()) {
        if (result.done) {
          end(warnings > 0 ? `WARNINGS: ${warnings}` : "OK");
          return;
        }
        print(result.value);
        if (result.value.ms) {
          cancel = clock.at(clock.now() + result.value.ms, () => advance(() => steps.next()));
          return;
        }
      }
    } catch (error) {
      end(exitText(error));
    }
  };
  cancel = clock.at(clock.now(), () => advance(() => steps.next()));
  return () => {
    cancel();
    advance(() => steps.throw(new Error("received interrupt")));
  };
}

/** The exit status is one line: PVE joins the lines of an error by blanks. */
function exitText(error: unknown): string {
  const text =
    error instanceof PveFailure ? printFailure(error) : error instanceof Error ? error.message : String(error);
  return text.trim().replace(/\n+/g, " ");
}

function finish(entry: TaskRecord, exitstatus: string, endtime: number): void {
  entry.exitstatus = exitstatus;
  entry.endtime = endtime;
  if (exitstatus === "OK") {
    entry.log.push("TASK OK");
  } else if (/^WARNINGS: \d+$/.test(exitstatus)) {
    entry.log.push(`TASK ${exitstatus}`);
  } else {
    entry.log.push(`TASK ERROR: ${exitstatus}`);
  }
}

/** How PVE sorts exit texts for the `statusfilter` parameter. */
export function statusType(exitstatus: string): "ok" | "warning" | "unknown" | "error" {
  if (exitstatus === "OK") {
    return "ok";
  }
  if (/^WARNINGS: \d+$/.test(exitstatus)) {
    return "warning";
  }
  return exitstatus === "unexpected status" ? "unknown" : "error";
}
