import { type Answer, type Invocation, numberOf, textOf } from "../invocation.js";
import { listOf, openObject } from "../schema.js";
import { epochOf } from "../time.js";
import { notesSchema } from "../window.js";

const DEFAULT_LINES = 100;
const CURSOR = /^s=[0-9a-f]+;i=[0-9a-f]+;/;

/** The newest lines of a node's log. */
export const nodeLogsOutput = openObject(
  {
    node: { type: "string" },
    lines: listOf({ type: "string" }, "Oldest first, in the node's own time."),
    returned: { type: "integer" },
    notes: notesSchema,
  },
  ["node", "lines", "returned"],
);

/** Reads the newest lines of the journal, or of a span of it; of one service through the syslog. */
export async function nodeLogs(call: Invocation): Promise<Answer> {
  const node = String(call.params["node"]);
  const wanted = numberOf(call.args, "lines") ?? DEFAULT_LINES;
  const service = textOf(call.args, "service");
  const all = service === undefined ? await journal(call, node, wanted) : await syslog(call, node, service);
  const filter = textOf(call.args, "filter")?.toLowerCase();
  const fitting = filter === undefined ? all : all.filter((line) => line.toLowerCase().includes(filter));
  const lines = fitting.slice(-wanted);
  const notes = [
    ...(fitting.length > lines.length ? [`The newest ${lines.length} of ${fitting.length} lines of that span.`] : []),
    ...(lines.length === 0 ? ["Nothing was logged, or nothing that fits."] : []),
  ];
  return { node, lines, returned: lines.length, ...(notes.length > 0 && { notes }) };
}

/** PVE takes either a number of lines or a span. With a filter more lines are read than are shown. */
async function journal(call: Invocation, node: string, wanted: number): Promise<readonly string[]> {
  const span = { ...moment(call, "since"), ...moment(call, "until") };
  const lastentries = call.args["filter"] === undefined ? wanted : 5000;
  const params = Object.keys(span).length > 0 ? { node, ...span } : { node, lastentries };
  const lines = await call.pve.call("GET /nodes/{node}/journal", params, call.watch);
  // The first and the last line are cursors to read on from.
  return lines.filter((line) => !CURSOR.test(line) && line !== "-- No entries --");
}

/** The syslog wants its dates as text, and shows its beginning unless told to go on; so it is read a day back. */
async function syslog(call: Invocation, node: string, service: string): Promise<readonly string[]> {
  const since = dateOf(moment(call, "since").since ?? Math.floor(call.now() / 1000) - 86_400);
  const { until } = moment(call, "until");
  const params = { node, service, since, limit: 5000, ...(until !== undefined && { until: dateOf(until) }) };
  const rows = await call.pve.call("GET /nodes/{node}/syslog", params, call.watch);
  return rows.map((row) => row.t).filter((line) => line !== "no content" && line !== "-- No entries --");
}

function moment<const Name extends "since" | "until">(
  call: Invocation,
  name: Name,
): { readonly [Key in Name]?: number };
function moment(call: Invocation, name: "since" | "until"): { readonly since?: number; readonly until?: number } {
  const value = call.args[name];
  return typeof value === "string" || typeof value === "number" ? { [name]: epochOf(name, value, call.now()) } : {};
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
}
