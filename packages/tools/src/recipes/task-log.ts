import { withMeta } from "@pve/client";
import { ToolNotFoundError } from "../errors.js";
import { type Answer, type Invocation, numberOf } from "../invocation.js";
import { listOf, openObject } from "../schema.js";
import { notesSchema } from "../window.js";

const DEFAULT_LIMIT = 50;

/** A stretch of a task's log. */
export const taskLogOutput = openObject(
  {
    upid: { type: "string" },
    lines: listOf({ type: "string" }),
    start: { type: "integer", description: "Number of the first line shown, from 0." },
    total: { type: "integer", description: "Lines in all, so far." },
    notes: notesSchema,
  },
  ["upid", "lines", "start"],
);

/**
 * A stretch of a task's log, as lines, and how many there are in all. Throws `ToolNotFoundError` where the node has no
 * such log, which PVE itself answers with a line of text.
 */
export async function taskLog(call: Invocation): Promise<Answer> {
  const upid = String(call.params["upid"]);
  const node = String(call.params["node"]);
  const start = numberOf(call.args, "start") ?? 0;
  const limit = numberOf(call.args, "limit") ?? DEFAULT_LIMIT;
  const { data, total } = await withMeta(
    call.pve.call("GET /nodes/{node}/tasks/{upid}/log", { node, upid, start, limit }, call.watch),
  );
  // PVE answers an empty stretch with one line that says so, numbered 1.
  const empty = data.length === 1 && data[0]?.n === 1 && data[0].t === "no content";
  const lines = empty ? [] : data.map((line) => line.t ?? "");
  if (lines.length === 1 && lines[0]?.startsWith("unable to open file - ")) throw noSuchLog(node);
  const more = (total ?? 0) - start - lines.length;
  const last = Math.max(start, (total ?? 0) - limit);
  const notes = more > 0 ? [`${more} more lines. The last ones start at ${last}.`] : [];
  return { upid, lines, start, ...(total !== undefined && !empty && { total }), ...(notes.length > 0 && { notes }) };
}

function noSuchLog(node: string): ToolNotFoundError {
  return new ToolNotFoundError(
    `${node} has no log of this task`,
    "list_tasks names the tasks that are still known; old ones are forgotten.",
  );
}
