import type { World } from "./world.js";

/** Who calls, as authentication found out. */
export interface Caller {
  /** `root@pam`, also when a token of that user calls. */
  readonly userid: string;
  /** The name of the token, without its user. */
  readonly tokenid?: string;
  /** As written in UPIDs: `user@realm` or `user@realm!token`. */
  readonly authid: string;
}

/** A verified parameter: booleans are 0 or 1, integers and numbers are numbers, everything else is a string. */
export type Value = string | number | readonly (string | number)[];

/** A worker that a handler starts. */
export interface TaskStart {
  readonly node: string;
  /** Worker type, e.g. `qmstart`. */
  readonly type: string;
  /** What it works on, usually a VMID; may be empty. */
  readonly id: string;
  /** Who it runs as; the caller unless said otherwise. */
  readonly authid?: string;
  readonly work: TaskWork;
}

/** One pause in simulated milliseconds and/or one line of the log; a warning counts into `WARNINGS: n`. */
export interface TaskStep {
  readonly ms?: number;
  readonly log?: string;
  readonly warn?: string;
}

/**
 * The work of a task, run step by step on the simulator's clock. A throw ends the task with that message as exit
 * status. Stopping the task throws `received interrupt` at the step where it pauses, so `catch` and `finally` run as
 * they do in PVE's workers.
 */
export type TaskWork = () => Generator<TaskStep, void, void>;

/** The file of a multipart upload. */
export interface Upload {
  readonly bytes: Uint8Array;
}

/** One verified, authorised request on its way through a handler. */
export interface Call {
  /** `"GET /nodes/{node}/qemu"`. */
  readonly route: string;
  /** Path, query and body together; families come expanded (`net0`). */
  readonly params: Readonly<Record<string, Value>>;
  readonly caller: Caller;
  readonly world: World;
  /** Simulator time in epoch SECONDS, whole. */
  readonly now: () => number;
  /** Whether the caller holds the privileges on an ACL path: all of them, or with `any` at least one. */
  allowed(path: string, privs: readonly string[], any?: "any"): boolean;
  /** Starts a worker and returns its UPID. The first step runs when the answer is out. */
  startTask(task: TaskStart): string;
  /** Calls `run` once when that much simulated time has passed: for what a node does on its own, without a task. */
  later(ms: number, run: () => void): void;
  /** Runs another operation for the same caller, without the way over HTTP. Only for what a request asked for. */
  inside?(method: string, path: string, args: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Only on the upload route: what came in (`params["filename"]` is its name as sent). */
  readonly upload?: Upload;
  /** Envelope key beside `data`: how many items there are in all. */
  total?: number;
  /** Envelope key beside `data`: staged changes as a diff. */
  changes?: string;
}

/** The behaviour of one operation: returns the value of `data`; `undefined` is sent as null. */
export type Handler = (call: Call) => unknown;

/** Handlers keyed by route. */
export type Handlers = Readonly<Record<string, Handler>>;
