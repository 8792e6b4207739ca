import { PveConnectionError, type Task } from "@pve/client";
import type { Answer, Invocation } from "./invocation.js";
import { type Json, listOf, type ObjectSchema, openObject } from "./schema.js";
import { notesSchema } from "./window.js";

/** What every tool answers that starts a task: the end of it, or a handle when it takes longer than the budget. */
export const taskSchema: ObjectSchema = openObject(
  {
    task: {
      type: "string",
      enum: ["running", "finished"],
      description: "running: not finished yet, ask get_task_status.",
    },
    exitstatus: { type: "string", description: "OK, or WARNINGS and their number. A failed task is an error instead." },
    upid: { type: "string", description: "The task's id, for get_task_status and get_task_log." },
    node: { type: "string" },
    vmid: { type: "integer" },
    log: listOf({ type: "string" }, "The last lines of the log, where there were warnings."),
    notes: notesSchema,
  },
  ["task"],
);

/** The schema of a task's answer with further fields. */
export function taskSchemaWith(properties: ObjectSchema["properties"]): ObjectSchema {
  return openObject({ ...taskSchema.properties, ...properties }, taskSchema.required);
}

/**
 * Waits for a task as long as the budget allows and says how it ended. A task that fails throws `PveTaskError`; one
 * that is still running when the budget is spent goes on, and its handle is returned.
 */
export async function awaitTask(call: Invocation, task: Task): Promise<Answer> {
  const head = { upid: task.upid, node: task.node };
  try {
    const result = await task.done({
      ...call.watch,
      timeout: call.waitBudget,
      onLog: (line) => call.progress({ message: line, ...percentOf(line) }),
    });
    return {
      task: "finished",
      exitstatus: result.exitstatus,
      ...head,
      ...(result.log !== undefined && { log: result.log }),
    };
  } catch (error) {
    if (call.watch.signal?.aborted === true) await call.onAbandoned?.(task.upid);
    if (!(error instanceof PveConnectionError && error.kind === "timeout")) throw error;
    return { task: "running", ...head, notes: [stillRunning(call.waitBudget)] };
  }
}

/** Adds to an answer: further fields, and notes behind those it has. */
export function withMore(
  answer: Answer,
  more: Readonly<Record<string, Json | undefined>>,
  notes: readonly string[] = [],
): Answer {
  const all = [...(answer.notes ?? []), ...notes];
  return { ...answer, ...more, ...(all.length > 0 && { notes: all }) };
}

function stillRunning(budget: number): string {
  return `Not finished after ${Math.round(budget / 1000)} s; it goes on. get_task_status with this upid as task_id tells how it ended.`;
}

/** Logs of copies and migrations say how far they are: `42.5%`, `42 %`. */
function percentOf(line: string): { readonly percent?: number } {
  const found = /(?<![\d.])(\d{1,3}(?:\.\d+)?) ?%/.exec(line)?.[1];
  const percent = found === undefined ? undefined : Number(found);
  return percent === undefined || percent > 100 ? {} : { percent };
}
