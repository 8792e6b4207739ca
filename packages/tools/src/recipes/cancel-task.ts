import { PveConnectionError, PveTaskError } from "@pve/client";
import type { Answer, Invocation } from "../invocation.js";
import { openObject } from "../schema.js";
import { notesSchema } from "../window.js";

/** A cancelled worker gets five seconds to clean up before PVE kills it. */
const GRACE = 10_000;
const LEFTOVERS = "What it had done so far stays, and a lock may stay too: look at the guest before going on.";

/** How a cancelled task ended. */
export const cancelTaskOutput = openObject(
  {
    upid: { type: "string" },
    status: { type: "string", enum: ["running", "stopped"] },
    exitstatus: { type: "string" },
    notes: notesSchema,
  },
  ["upid", "status"],
);

/** Ends a running task and says how it ended. One that has ended already is left alone. */
export async function cancelTask(call: Invocation): Promise<Answer> {
  const task = call.pve.task(String(call.params["upid"]));
  const { upid } = task;
  const before = await task.status(call.watch);
  if (before.status === "stopped") {
    return {
      upid,
      status: "stopped",
      exitstatus: before.exitstatus ?? "unknown",
      notes: ["It had ended already; nothing was done."],
    };
  }
  await task.stop(call.watch);
  try {
    const { exitstatus } = await task.done({ ...call.watch, timeout: Math.min(GRACE, call.waitBudget) });
    return { upid, status: "stopped", exitstatus, notes: ["It came to its end before it could be cancelled."] };
  } catch (error) {
    if (error instanceof PveTaskError)
      return { upid, status: "stopped", exitstatus: error.exitstatus, notes: [LEFTOVERS] };
    if (!(error instanceof PveConnectionError && error.kind === "timeout")) throw error;
    return { upid, status: "running", notes: ["PVE was told to end it; it has not ended yet."] };
  }
}
