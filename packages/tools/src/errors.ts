/** Everything `execute` throws. Match on `code`; messages may be reworded. `remedy` says what to do about it. */
export abstract class ToolError extends Error {
  abstract override readonly name: string;
  abstract readonly code: string;
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** The arguments do not fit the tool; nothing was sent. */
export class ToolArgumentError extends ToolError {
  override readonly name = "ToolArgumentError";
  readonly code = "TOOL_ARGUMENT";
  /** What is wrong, by argument. */
  readonly problems: Readonly<Record<string, string>>;

  constructor(problems: Readonly<Record<string, string>>, remedy?: string, options?: ErrorOptions) {
    super(
      Object.entries(problems)
        .map(([name, problem]) => `${name}: ${problem}`)
        .join("\n"),
      remedy,
      options,
    );
    this.problems = problems;
  }
}

/** What the arguments name does not exist, or the token may not see it: PVE does not tell the two apart. */
export class ToolNotFoundError extends ToolError {
  override readonly name = "ToolNotFoundError";
  readonly code = "TOOL_NOT_FOUND";
}

/** A check that comes before the work says that it would fail; nothing was changed. */
export class ToolPreconditionError extends ToolError {
  override readonly name = "ToolPreconditionError";
  readonly code = "TOOL_PRECONDITION";
}

/** Some of the work is done and stays, the rest is not; the message says what. Repeating would do the first part again. */
export class ToolPartialError extends ToolError {
  override readonly name = "ToolPartialError";
  readonly code = "TOOL_PARTIAL";
}

/** What is known of a task that did not end well. */
export interface FailedTask {
  readonly upid: string;
  readonly exitstatus: string;
  /** The last lines of its log. */
  readonly log: readonly string[];
}

/** The work was started and its task failed. Parts of it may have been done. */
export class ToolTaskError extends ToolError implements FailedTask {
  override readonly name = "ToolTaskError";
  readonly code = "TOOL_TASK";
  readonly upid: string;
  readonly exitstatus: string;
  readonly log: readonly string[];

  constructor(task: FailedTask, remedy?: string, options?: ErrorOptions) {
    super(`the task failed: ${task.exitstatus}`, remedy, options);
    this.upid = task.upid;
    this.exitstatus = task.exitstatus;
    this.log = task.log;
  }
}

/** What PVE said when it refused. */
export interface Refusal {
  readonly operation: string;
  readonly status: number;
  readonly reason: string;
  /** What is wrong, by parameter of the operation. */
  readonly fields: Readonly<Record<string, string>>;
  /** `permission`, `locked`, `exists` and so on: what the refusal is about. */
  readonly kind: string;
}

/** The cluster answered, and the answer was no. */
export class ToolRefusedError extends ToolError implements Refusal {
  override readonly name = "ToolRefusedError";
  readonly code = "TOOL_REFUSED";
  readonly operation: string;
  readonly status: number;
  readonly reason: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly kind: string;

  constructor(refusal: Refusal, remedy?: string, options?: ErrorOptions) {
    const fields = Object.entries(refusal.fields).map(([name, text]) => `${name}: ${text}`);
    super([`refused (${refusal.status}): ${refusal.reason}`, ...fields].join("\n"), remedy, options);
    this.operation = refusal.operation;
    this.status = refusal.status;
    this.reason = refusal.reason;
    this.fields = refusal.fields;
    this.kind = refusal.kind;
  }
}

/** No answer, or one that did not come from PVE. With `sent: "maybe"` the work may have been done all the same. */
export class ToolConnectionError extends ToolError {
  override readonly name = "ToolConnectionError";
  readonly code = "TOOL_CONNECTION";
  readonly sent: "no" | "maybe";

  constructor(message: string, sent: "no" | "maybe", remedy?: string, options?: ErrorOptions) {
    super(message, remedy, options);
    this.sent = sent;
  }
}
