import type { Envelope } from "./answer.js";
import type { CallOptions } from "./call-options.js";
import { orAborted } from "./deadline.js";
import { isRecord, type WireValue } from "./encode.js";
import { PveConnectionError, PveRequestError, PveTaskError } from "./errors.js";
import { readNumber } from "./scalar.js";
import { freshLines, isFullPage, LOG_PAGE } from "./task-log.js";
import { nodeOfUpid } from "./upid.js";

/** How a task ended well. */
export interface TaskResult {
  /** `OK` or `WARNINGS: n`. */
  readonly exitstatus: string;
  /** How many warnings the task gave; 0 for `OK`. */
  readonly warnings: number;
  /** The last lines of the log, at most 20; only when there were warnings. */
  readonly log?: readonly string[];
}

/** What PVE says about a task at one moment. */
export interface TaskStatus {
  readonly upid: string;
  readonly node: string;
  readonly status: "running" | "stopped";
  /** `OK`, `WARNINGS: n` or the error's text; only when stopped. */
  readonly exitstatus?: string;
  /** Worker type, e.g. `qmstart`. */
  readonly type: string;
  /** What it works on, usually a VMID; may be empty. */
  readonly id: string;
  /** The user who started it, without the name of a token. */
  readonly user: string;
  /** Epoch seconds. */
  readonly starttime: number;
}

/** How to wait for a task. */
export interface TaskWait {
  /** Ends the waiting; the task itself goes on. */
  readonly signal?: AbortSignal;
  /** Milliseconds to wait at most, on the client's clock. Default: for as long as it takes. */
  readonly timeout?: number;
  /** Gets every line of the log exactly once, in order, the last `TASK …` line included. */
  readonly onLog?: (line: string) => void;
}

/** What a task needs from its client. */
export interface TaskContext {
  readonly exchange: (
    route: { readonly id: string; readonly method: "GET" | "DELETE"; readonly path: string },
    wire: { readonly path: Readonly<Record<string, string>>; readonly rest: Readonly<Record<string, WireValue>> },
    options?: CallOptions,
  ) => Promise<Envelope>;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly now: () => number;
}

const PATH = "/nodes/{node}/tasks/{upid}";
const STATUS = { id: `GET ${PATH}/status`, method: "GET", path: `${PATH}/status` } as const;
const LOG = { id: `GET ${PATH}/log`, method: "GET", path: `${PATH}/log` } as const;
const STOP = { id: `DELETE ${PATH}`, method: "DELETE", path: PATH } as const;

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5000;
/** Polls without an answer in a row before a wait gives up: five minutes, enough for a node to reboot. */
const PATIENCE = 60;
/** Polls in which a task that was just made may still be unknown. */
const BIRTH = 5;
const TAIL = 20;

/**
 * A task on the cluster. Deliberately not awaitable: `await pve.call(…)` gives the task itself, `await task.done()`
 * waits for it. Holds no state, so `pve.task(upid)` picks one up again, also after a restart.
 */
export class Task {
  readonly upid: string;
  /** Where the task runs, taken from its id. */
  readonly node: string;
  readonly #context: TaskContext;

  constructor(upid: string, context: TaskContext) {
    this.upid = upid;
    this.node = nodeOfUpid(upid);
    this.#context = context;
  }

  /**
   * Waits until the task has ended, through node reboots and unreachable nodes.
   * @throws PveTaskError when it ended with an error; warnings count as success
   * @throws PveConnectionError with kind `timeout` or `aborted` when the waiting ended first; the task goes on
   */
  async done(wait: TaskWait = {}): Promise<TaskResult> {
    const tail: string[] = [];
    const steps = this.#follow(wait, wait.onLog !== undefined);
    let step = await steps.next();
    for (; !step.done; step = await steps.next()) {
      tail.push(step.value);
      if (tail.length > TAIL) tail.shift();
      wait.onLog?.(step.value);
    }
    const { exitstatus = "unknown" } = step.value;
    const warnings = /^WARNINGS: (\d+)$/.exec(exitstatus)?.[1];
    if (exitstatus === "OK") return { exitstatus, warnings: 0 };
    const log = wait.onLog === undefined ? await this.#tail(wait.signal) : tail;
    if (warnings === undefined) throw new PveTaskError(this.upid, exitstatus, log);
    return { exitstatus, warnings: Number(warnings), log };
  }

  /** The log from its first line, each line exactly once; follows a running task to its end. */
  async *log(options: Pick<TaskWait, "signal" | "timeout"> = {}): AsyncGenerator<string, void, void> {
    yield* this.#follow(options, true);
  }

  /** Asks once how the task is doing. Route: `GET /nodes/{node}/tasks/{upid}/status`. */
  async status(options: CallOptions = {}): Promise<TaskStatus> {
    const { data } = await this.#send(STATUS, {}, options);
    const { status, exitstatus, type, id, user, starttime } = isRecord(data) ? data : {};
    return {
      upid: this.upid,
      node: this.node,
      status: status === "stopped" ? "stopped" : "running",
      ...(typeof exitstatus === "string" ? { exitstatus } : {}),
      type: String(type ?? ""),
      id: String(id ?? ""),
      user: String(user ?? ""),
      starttime: Number(readNumber(starttime)),
    };
  }

  /**
   * Ends the task; what it has done so far stays. PVE answers the same for a task that has ended already. Route:
   * `DELETE /nodes/{node}/tasks/{upid}`.
   */
  async stop(options: CallOptions = {}): Promise<void> {
    await this.#send(STOP, {}, options);
  }

  /** Polls until the end; yields the log's lines if wanted and returns the last status. */
  async *#follow(wait: TaskWait, withLog: boolean): AsyncGenerator<string, TaskStatus, void> {
    const until = this.#context.now() + (wait.timeout ?? Number.POSITIVE_INFINITY);
    const options: CallOptions = wait.signal === undefined ? {} : { signal: wait.signal };
    let seen = 0;
    let misses = 0;
    let known = false;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
      try {
        const status = await this.status(options);
        known = true;
        // The log is read after the status, so a stopped task's log is complete.
        const lines = withLog ? await this.#linesAfter(seen, options) : [];
        misses = 0;
        for (const line of lines) {
          seen += 1;
          yield line;
        }
        if (status.status === "stopped") return status;
      } catch (error) {
        misses += 1;
        if (!isPassing(error, known, misses)) throw error;
      }
      await this.#pause(pause, until, wait);
    }
  }

  async #linesAfter(seen: number, options: CallOptions): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const start = seen + lines.length;
      const { data } = await this.#send(LOG, { start: String(start), limit: String(LOG_PAGE) }, options);
      lines.push(...freshLines(data, start));
      if (!isFullPage(data)) return lines;
    }
  }

  /** The last lines, for errors; a log that cannot be read must not hide the error. */
  async #tail(signal: AbortSignal | undefined): Promise<string[]> {
    const options: CallOptions = signal === undefined ? {} : { signal };
    try {
      const first = await this.#send(LOG, { start: "0", limit: "1" }, options);
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
    return new PveConnectionError(`task ${this.upid}: ${why}; it goes on`, { kind, sent: "maybe" });
  }

  #send(
    route: typeof STATUS | typeof LOG | typeof STOP,
    rest: Readonly<Record<string, string>>,
    options: CallOptions,
  ): Promise<Envelope> {
    return this.#context.exchange(route, { path: { node: this.node, upid: this.upid }, rest }, options);
  }
}

/** Whether a failed poll says nothing about the task: nobody could be reached, or it is too new to be known. */
function isPassing(error: unknown, known: boolean, misses: number): boolean {
  if (error instanceof PveConnectionError) {
    return misses <= PATIENCE && error.kind !== "aborted" && error.kind !== "tls" && error.kind !== "tls-pin";
  }
  if (!(error instanceof PveRequestError)) return false;
  if (error.kind === "node-unreachable") return misses <= PATIENCE;
  return !known && misses <= BIRTH && Object.values(error.fields).some((text) => text.includes("no such task"));
}
