import { PveConnectionError, PveError, PveTaskError, type Task } from "@pve/client";
import type { Invocation } from "../invocation.js";
import { isTask } from "../operation.js";
import { type Json, type JsonSchema, openObject } from "../schema.js";

/**
 * How one of many went. `refused`: PVE said no; `failed`: its task did; `running`: it goes on; `requested`: HA was asked
 * and does it in its own time; `not_started`: nothing was sent; `unknown`: the connection broke, it may have been done.
 */
export type Outcome = "done" | "skipped" | "refused" | "failed" | "running" | "requested" | "not_started" | "unknown";

/** How one item went, and why. */
export interface ItemResult {
  readonly outcome: Outcome;
  readonly reason?: string;
  readonly upid?: string;
}

/** One of many pieces of work: it is started once at most. */
export interface Work {
  /** For progress. */
  readonly label: string;
  readonly start: () => Promise<unknown>;
}

/** One item of a bulk answer with further fields in front. */
export function itemSchema(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const outcome: JsonSchema = {
    type: "string",
    enum: ["done", "skipped", "refused", "failed", "running", "requested", "not_started", "unknown"],
  };
  return openObject({ ...properties, outcome, reason: { type: "string" }, upid: { type: "string" } }, ["outcome"]);
}

/**
 * Does many pieces of work, `parallel` at a time, each started once. One that fails hides none of the others. When the
 * wait is over or was aborted, what has not begun is not begun any more.
 */
export async function runAll(
  call: Invocation,
  works: readonly Work[],
  parallel: number,
): Promise<readonly ItemResult[]> {
  const until = call.now() + call.waitBudget;
  const results: ItemResult[] = works.map(() => ({ outcome: "not_started", reason: "the time was up" }));
  const queue = [...works.entries()];
  let ended = 0;
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [at, { label, start }] = next;
      if (call.watch.signal?.aborted === true || call.now() >= until) return;
      const result = await runOne(call, start, until);
      results[at] = result;
      ended += 1;
      const message = `${label}: ${result.outcome}${result.reason === undefined ? "" : `, ${result.reason}`}`;
      call.progress({ message, percent: (100 * ended) / works.length });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(parallel, works.length)) }, work));
  return results;
}

async function runOne(call: Invocation, start: () => Promise<unknown>, until: number): Promise<ItemResult> {
  let started: unknown;
  try {
    started = await start();
  } catch (error) {
    return notStarted(error);
  }
  if (!isTask(started)) return { outcome: "done" };
  return watchTask(call, started, until);
}

function notStarted(error: unknown): ItemResult {
  if (!(error instanceof PveError)) throw error;
  if (!(error instanceof PveConnectionError)) return { outcome: "refused", reason: reasonOf(error) };
  return error.sent === "no"
    ? { outcome: "not_started", reason: error.message }
    : { outcome: "unknown", reason: `${error.message}; it may have been done` };
}

async function watchTask(call: Invocation, task: Task, until: number): Promise<ItemResult> {
  const { upid } = task;
  try {
    const { exitstatus, warnings } = await task.done({ ...call.watch, timeout: Math.max(1, until - call.now()) });
    if (upid.includes(":ha")) return { outcome: "requested", reason: "HA does it now", upid };
    return { outcome: "done", ...(warnings > 0 && { reason: exitstatus }), upid };
  } catch (error) {
    if (error instanceof PveTaskError) return { outcome: "failed", reason: error.exitstatus, upid };
    if (!(error instanceof PveError)) throw error;
    const over = error instanceof PveConnectionError && (error.kind === "timeout" || error.kind === "aborted");
    return { outcome: "running", ...(!over && { reason: `no longer watched: ${reasonOf(error)}` }), upid };
  }
}

function reasonOf(error: PveError): string {
  if ("reason" in error && typeof error.reason === "string") {
    const fields = "fields" in error && typeof error.fields === "object" ? Object.values(error.fields ?? {}) : [];
    return [error.reason, ...fields.map(String)].join(" ").trim();
  }
  return error.message;
}

/** How many went how. */
export function countOutcomes(results: readonly ItemResult[]): { readonly [outcome: string]: Json } {
  const counts: Record<string, number> = {};
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** What the reader has to know about items that are not done. */
export function bulkNotes(results: readonly ItemResult[]): readonly string[] {
  const has = (outcome: Outcome) => results.some((one) => one.outcome === outcome);
  return [
    ...(has("running") ? ["What is running goes on: get_task_status with its upid tells how it ended."] : []),
    ...(has("not_started") ? ["What was not started can be asked for again; what is done is skipped then."] : []),
    ...(has("unknown") ? ["Of what is unknown, look at the guest or list_tasks before repeating it."] : []),
  ];
}

/** So many items are shown at most, unless the caller says otherwise. */
export const MOST_ITEMS = 100;

/**
 * The items of an answer about many, as far as they are worth reading: where there are more than `most`, those come first
 * that somebody has to see to, and the rest is counted.
 */
export function itemsToShow<Item>(
  items: readonly Item[],
  wantsCare: (item: Item) => boolean,
  most: number = MOST_ITEMS,
): { readonly items: readonly Item[]; readonly notes: readonly string[] } {
  if (items.length <= most) return { items, notes: [] };
  const sorted = [...items.filter(wantsCare), ...items.filter((item) => !wantsCare(item))];
  return {
    items: sorted.slice(0, most),
    notes: [`Shown are ${most} of ${items.length}, those first that have to be seen to.`],
  };
}
