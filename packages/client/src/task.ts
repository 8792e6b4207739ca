import type { CallOptions } from "./call-options.js";
import { isRecord, type WireValue } from "./encode.js";
import type { Envelope } from "./envelope.js";
import { readNumber } from "./scalar.js";
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
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait at most, on the client's clock. Default: for as long as it takes. */
  readonly timeout?: number | undefined;
  /** Gets every line of the log exactly once, in order, the last `TASK …` line included. */
  readonly onLog?: ((line: string) => void) | undefined;
  /**
   * Gets how far the step under way has come, from 0 to 1, with the line that said so. Backup, restore, clone, disk
   * move, migration and download report it; with several disks or guests it starts again for each.
   */
  readonly onProgress?: ((fraction: number, line: string) => void) | undefined;
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
const STOP = { id: `DELETE ${PATH}`, method: "DELETE", path: PATH } as const;

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
    return (await import("./task-follow.js")).awaitTask(this, this.#context, wait);
  }

  /** The log from its first line, each line exactly once; follows a running task to its end. */
  async *log(options: Pick<TaskWait, "signal" | "timeout"> = {}): AsyncGenerator<string, void, void> {
    const { TaskFollower } = await import("./task-follow.js");
    yield* new TaskFollower(this, this.#context).follow(options, true);
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

  #send(
    route: typeof STATUS | typeof STOP,
    rest: Readonly<Record<string, string>>,
    options: CallOptions,
  ): Promise<Envelope> {
    return this.#context.exchange(route, { path: { node: this.node, upid: this.upid }, rest }, options);
  }
}
