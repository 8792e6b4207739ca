import { gzipSync } from "node:zlib";
import type { Call, Handler, Handlers } from "../handler.js";
import { asDownload } from "../http-download.js";
import { journalCursor, journalLine, journalOf } from "../world-journal.js";
import { number, text } from "./guest-call.js";
import { nodeNamed } from "./node-named.js";

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The slice of a journal that cursors, times and a number of last entries cut out. */
function rangeOf(call: Call, times: readonly number[], cursors: readonly string[]): Range {
  const since = number(call, "since");
  const until = number(call, "until");
  const index = (name: string): number => cursors.indexOf(text(call, name) ?? "");
  const from = Math.max(since === undefined ? 0 : times.findIndex((time) => time >= since), index("startcursor") + 1);
  const late = until === undefined ? -1 : times.findIndex((time) => time > until);
  const end = text(call, "endcursor") === undefined ? -1 : index("endcursor");
  const to = Math.min(late < 0 ? times.length : late, end < 0 ? times.length : end);
  const last = number(call, "lastentries");
  return { from: last === undefined ? from : Math.max(from, to - last), to };
}

/** The reader compresses what it prints, whether the caller has asked for that or not. */
const readJournal: Handler = (call) => {
  const node = nodeNamed(call);
  const entries = journalOf(call.world, node, call.now());
  const cursors = entries.map((entry, index) => journalCursor(node, index, entry));
  const since = number(call, "since");
  const isPast = since !== undefined && entries.every((entry) => entry.time < since);
  const { from, to } = isPast
    ? { from: 0, to: 0 }
    : rangeOf(
        call,
        entries.map((entry) => entry.time),
        cursors,
      );
  const lines = entries.slice(from, to).map((entry) => journalLine(node, entry));
  const first = cursors[from] ?? cursors.at(-1) ?? "";
  const last = cursors[Math.max(from, to - 1)] ?? first;
  // The first and the last line say where they are, for the next call.
  const body = JSON.stringify({ data: [first, ...lines, last], success: 1 });
  return asDownload({ contentType: "application/json", encoding: "gzip", body: gzipSync(body) });
};

/** `2026-06-01[ 08:00[:00]]` in the node's time, which is UTC here. */
function timeOf(value: string | undefined): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  const [day = "", clock = "00:00:00"] = value.split(" ");
  return Date.parse(`${day}T${clock.length === 5 ? `${clock}:00` : clock}Z`) / 1000;
}

const readSyslog: Handler = (call) => {
  const node = nodeNamed(call);
  const since = timeOf(text(call, "since")) ?? 0;
  const until = timeOf(text(call, "until")) ?? Number.POSITIVE_INFINITY;
  const service = text(call, "service");
  const lines = journalOf(call.world, node, call.now())
    .filter(({ time }) => time >= since && time <= until)
    .filter(({ identifier, message }) => !service || identifier === service || message.includes(`${service}.service`))
    .map((entry) => journalLine(node, entry));
  if (lines.length === 0) {
    lines.push("-- No entries --");
  }
  call.total = lines.length;
  const start = number(call, "start") ?? 0;
  const limit = number(call, "limit") ?? 50;
  return lines.slice(start, limit === 0 ? undefined : start + limit).map((t, index) => ({ n: start + index + 1, t }));
};

/** What a node's services have written. */
export const journalHandlers: Handlers = {
  "GET /nodes/{node}/journal": readJournal,
  "GET /nodes/{node}/syslog": readSyslog,
};
