import type { CallOptions } from "./call-options.js";
import { orAborted } from "./deadline.js";
import type { Envelope } from "./envelope.js";
import { PveConnectionError, PveProtocolError, PveRequestError, PveTaskError } from "./errors.js";
import type { Task, TaskContext, TaskResult, TaskStatus, TaskWait } from "./task.js";
import { freshLines, isFullPage, LOG_PAGE } from "./task-log.js";
import { progressOf } from "./task-progress.js";

const PATH = "/nodes/{node}/tasks/{upid}/log";
const LOG = { id: `GET ${PATH}`, method: "GET", path: PATH } as const;

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5000;
/** Polls without an answer in a row before a wait gives up: a quarter of an hour, enough for a large node to reboot. */
const PATIENCE = 180;
/** Answers in a row that are not PVE's, such as cut JSON, before a wait gives up. */
const GARBLED = 5;
/** A poll's own time limit is the client's, or what is left of the wait, but never less than this (ms). */
const SHORTEST_POLL = 1000;
const LONGEST_POLL = 60_000;
/** Polls in which a task that was just made may still be unknown. */
const BIRTH = 5;
const TAIL = 20;

/**
 * Waits until a task has ended.
 * @throws PveTaskError when it ended with an error
 * @throws PveConnectionError with kind `timeout` or `aborted` when the waiting ended first
 */
export async function awaitTask(task: Task, context: TaskContext, wait: TaskWait): Promise<TaskResult> {
  const follower = new TaskFollower(task, context);
  const tail: string[] = [];
  const listens = wait.onLog !== undefined || wait.onProgress !== undefined;
  const steps = follower.follow(wait, listens);
  let step = await steps.next();
  for (; !step.done; step = await steps.next()) {
    tail.push(step.value);
    if (tail.length > TAIL) tail.shift();
    wait.onLog?.(step.value);
    const fraction = wait.onProgress === undefined ? undefined : progressOf(step.value);
    if (fraction !== undefined) wait.onProgress?.(fraction, step.value);
  }
  const { exitstatus = "unknown" } = step.value;
  const warnings = /^WARNINGS: (\d+)$/.exec(exitstatus)?.[1];
  if (exitstatus === "OK") return { exitstatus, warnings: 0 };
  const log = listens ? tail : await follower.tail(wait.signal);
  if (warnings === undefined) throw new PveTaskError(task.upid, exitstatus, log);
  return { exitstatus, warnings: Number(warnings), log };
}

/** Follows one task; its code is loaded with the first wait. */
export class TaskFollower {
  readonly #task: Task;
  readonly #context: TaskContext;

  constructor(task: Task, context: TaskContext) {
    this.#task = task;
    this.#context = context;
  }

  /** Polls until the end; yields the log's lines if wanted and returns the last status. */
  async *follow(wait: TaskWait, withLog: boolean): AsyncGenerator<string, TaskStatus, void> {
    const until = this.#context.now() + (wait.timeout ?? Number.POSITIVE_INFINITY);
    let seen = 0;
    let misses = 0;
    let known = false;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
      // Outside the catch below: what a listener throws is its own.
      let lines: readonly string[] = [];
      let status: TaskStatus | undefined;
      try {
        const options = this.#pollOptions(until, wait);
        const current = await this.#task.status(options);
        known = true;
        // The log is read after the status, so a stopped task's log is complete.
        if (withLog) lines = await this.#linesAfter(seen, options);
        misses = 0;
        status = current;
      } catch (error) {
        misses += 1;
        if (!isPassing(error, known, misses)) throw error;
      }
      const isOver = status?.status === "stopped";
      // A worker may still be writing the last line; it counts when another one follows or the task has ended.
      for (const line of isOver ? lines : lines.slice(0, -1)) {
        seen += 1;
        yield line;
      }
      if (status !== undefined && isOver) return status;
      await this.#pause(pause, until, wait);
    }
  }

  #pollOptions(until: number, { signal }: TaskWait): CallOptions {
    const left = Math.max(SHORTEST_POLL, until - this.#context.now());
    return { signal, timeout: left < LONGEST_POLL ? left : undefined };
  }

  async #linesAfter(seen: number, options: CallOptions): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const start = seen + lines.length;
      const { data } = await this.#read({ start: String(start), limit: String(LOG_PAGE) }, options);
      lines.push(...freshLines(data, start));
      if (!isFullPage(data)) return lines;
    }
  }

  /** The last lines, for errors; a log that cannot be read must not hide the error. */
  async tail(signal: AbortSignal | undefined): Promise<string[]> {
    const options: CallOptions = { signal };
    try {
      const first = await this.#read({ start: "0", limit: "1" }, options);
      const start = Math.max(0, (first.total ?? 0) - TAIL);
      return await this.#linesAfter(start, options);
    } catch {
      return [];
    }
  }

  async #pause(ms: number, until: number, { signal }: TaskWait): Promise<void> {
    const left = until - this.#context.now();
    if (left <= 0) throw this.#ended("timeout");
    const nap = this.#context.sleep(Math.min(ms, left), signal);
    try {
      await (signal === undefined ? nap : orAborted(nap, signal));
    } catch (error) {
      throw signal?.aborted ? this.#ended("aborted") : error;
    }
  }

  #ended(kind: "timeout" | "aborted"): PveConnectionError {
    const why = kind === "timeout" ? "the task was still running when the time was up" : "the waiting was aborted";
    return new PveConnectionError(`task ${this.#task.upid}: ${why}; it goes on`, { kind, sent: "maybe" });
  }

  #read(rest: Readonly<Record<string, string>>, options: CallOptions): Promise<Envelope> {
    const { node, upid } = this.#task;
    return this.#context.exchange(LOG, { path: { node, upid }, rest }, options);
  }
}

/** Whether a failed poll says nothing about the task: nobody could be reached, or it is too new to be known. */
function isPassing(error: unknown, known: boolean, misses: number): boolean {
  if (error instanceof PveConnectionError) {
    return misses <= PATIENCE && error.kind !== "aborted" && error.kind !== "tls" && error.kind !== "tls-pin";
  }
  if (error instanceof PveProtocolError) return misses <= GARBLED;
  if (!(error instanceof PveRequestError)) return false;
  if (error.kind === "node-unreachable") return misses <= PATIENCE;
  return !known && misses <= BIRTH && Object.values(error.fields).some((text) => text.includes("no such task"));
}
