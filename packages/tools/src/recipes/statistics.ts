import { type Answer, guestOf, type Invocation, textOf } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, type Json, type JsonSchema, listOf, openObject } from "../schema.js";
import { isoOf } from "../time.js";
import { notesSchema, plain, type Row } from "../window.js";
import { namesIn } from "./names-in.js";

/** A change over the span below this share of the mean is noise. */
const STEADY = 0.1;

/** What a chart shows when no series is named. */
const DRAWN = "cpu";

const SHARE = "share of maxcpu, 0 to 1";
const UNITS: Readonly<Record<string, string>> = {
  cpu: SHARE,
  iowait: SHARE,
  maxcpu: "processors",
  loadavg: "processes",
  netin: "bytes per second",
  netout: "bytes per second",
  diskread: "bytes per second",
  diskwrite: "bytes per second",
};

const number: JsonSchema = { type: "number" };

/** Figures over a span of time, summed up. */
export const statisticsOutput = openObject(
  {
    node: { type: "string" },
    vmid: { type: "integer" },
    timeframe: { type: "string" },
    from: { type: "string", description: "UTC." },
    to: { type: "string" },
    points: { type: "integer", description: "Readings with figures." },
    step_seconds: number,
    statistics: {
      type: "object",
      description: "By series. trend compares the two ends of a straight line through all readings.",
      additionalProperties: openObject(
        {
          unit: { type: "string" },
          min: number,
          mean: number,
          max: number,
          last: number,
          trend: { type: "string", enum: ["rising", "falling", "steady"] },
        },
        ["unit", "min", "mean", "max", "last", "trend"],
      ),
    },
    series: listOf({ type: "object" }, "The readings themselves, for the series that were asked for."),
    notes: notesSchema,
  },
  ["node", "timeframe", "points", "statistics"],
);

/** Reads the recorded figures of a node or guest and sums every series up; the readings only where asked for. */
export async function statistics(call: Invocation): Promise<Answer> {
  const timeframe = textOf(call.params, "timeframe") ?? "hour";
  const result = await callOperation(call, call.tool.entry.operation, { ...call.params, timeframe });
  const rows = (Array.isArray(result) ? result.filter(isRecord) : []).filter((row) => Object.keys(row).length > 1);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => name !== "time").sort();
  const named = namesIn(call.args["series"]);
  const wanted = named.length === 0 && call.args["chart"] !== undefined ? [DRAWN] : named;
  const shown = wanted.includes("all") ? names : wanted;
  const unknown = shown.filter((name) => !names.includes(name));
  const [first, second] = rows;
  const last = rows.at(-1);
  const notes = [
    ...(rows.length === 0 ? ["Nothing has been recorded for that span."] : []),
    ...(unknown.length > 0 ? [`There is no series ${unknown.join(", ")}. There are: ${names.join(", ")}.`] : []),
  ];
  const who = call.params["vmid"] === undefined ? { node: String(call.params["node"]) } : guestOf(call);
  return {
    ...who,
    timeframe,
    ...(first !== undefined && last !== undefined && { from: timeOf(first), to: timeOf(last) }),
    points: rows.length,
    ...(first && second && { step_seconds: Number(second["time"]) - Number(first["time"]) }),
    statistics: Object.fromEntries(names.map((name) => [name, summary(name, rows)])),
    ...(shown.length > 0 && { series: rows.map((row) => reading(row, shown)) }),
    ...(notes.length > 0 && { notes }),
  };
}

function timeOf(row: Row): string {
  return isoOf(Number(row["time"]));
}

function reading(row: Row, names: readonly string[]): Json {
  const values = names.filter((name) => row[name] !== undefined).map((name) => [name, plain(row[name])]);
  return { time: timeOf(row), ...Object.fromEntries(values) };
}

function summary(name: string, rows: readonly Row[]): Json {
  const values = rows.map((row) => row[name]).filter((value) => typeof value === "number");
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    unit: unitOf(name),
    min: plain(values.reduce((least, value) => Math.min(least, value), Infinity)),
    // Fractions of bytes say nothing.
    mean: plain(Math.abs(mean) >= 1000 ? Math.round(mean) : mean),
    max: plain(values.reduce((most, value) => Math.max(most, value), -Infinity)),
    last: plain(values.at(-1) ?? mean),
    trend: trendOf(values, mean),
  };
}

function unitOf(name: string): string {
  return UNITS[name] ?? (name.startsWith("pressure") ? "percent of time stalled" : "bytes");
}

/** How far a straight line through the readings climbs over the span, against their mean. */
function trendOf(values: readonly number[], mean: number): "rising" | "falling" | "steady" {
  const middle = (values.length - 1) / 2;
  const spread = values.reduce((sum, _value, index) => sum + (index - middle) ** 2, 0);
  if (spread === 0 || mean === 0) return "steady";
  const slope = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0) / spread;
  const climb = (slope * (values.length - 1)) / Math.abs(mean);
  return Math.abs(climb) < STEADY ? "steady" : climb > 0 ? "rising" : "falling";
}
