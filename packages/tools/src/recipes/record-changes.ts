import type { OperationId } from "@pve/client";
import { ToolArgumentError, ToolNotFoundError } from "../errors.js";
import type { Answer, Invocation } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, type JsonSchema, listOf, openObject } from "../schema.js";
import { notesSchema, plain, type Row } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";
import { compareConfigs, planChanges } from "./config-changes.js";
import { isSecret, withoutSecrets } from "./guest-config.js";
import { namesIn } from "./names-in.js";

const done: JsonSchema = { type: "boolean", description: "PVE has done it." };

/** What making a record answers: how it reads now. */
export const createRecordOutput = openObject(
  { done, now: { type: "object", description: "As PVE reads it back." }, notes: notesSchema },
  ["done"],
);

/** What changing a record answers: each setting that differs. */
export const updateRecordOutput = openObject(
  {
    done,
    changes: listOf(openObject({ key: { type: "string" }, before: {}, after: {} }, ["key"])),
    notes: notesSchema,
  },
  ["done", "changes"],
);

/** What removing a record answers: how it read before. */
export const deleteRecordOutput = openObject(
  { done, was: { type: "object", description: "What is gone." }, notes: notesSchema },
  ["done", "was"],
);

/** Makes a record and reads it back. */
export async function createRecord(call: Invocation): Promise<Answer> {
  await callOperation(call, call.tool.entry.operation, { ...call.params, ...call.options });
  const now = await attempt("what was made", readRecord(call));
  const found = foundOf(now);
  const notes = missingOf([now]);
  return { done: true, ...(found !== undefined && { now: shown(found) }), ...(notes.length > 0 && { notes }) };
}

/**
 * Changes a record against the state it was read in, and says what differs. Where the operation takes a digest, PVE
 * refuses when somebody else wrote in between.
 */
export async function updateRecord(call: Invocation): Promise<Answer> {
  const before = await readRecord(call);
  const { delete: removed, digest: given, ...params } = call.params;
  const plan = planChanges(call.options, before, namesIn(removed));
  const sent = { ...params, ...plan.set, ...(plan.remove.length > 0 && { delete: plan.remove }) };
  const path = namesInPath(call.tool.entry.operation);
  if (Object.keys(sent).every((name) => path.includes(name) || name in (call.tool.entry.fixed ?? {}))) {
    throw new ToolArgumentError({ [nameOfSettings(call)]: "names nothing to change" });
  }
  const guarded = Object.values(call.tool.entry.accepts).includes("digest");
  const digest = given ?? before["digest"];
  await callOperation(call, call.tool.entry.operation, {
    ...repeated(call, before),
    ...sent,
    ...(guarded && digest !== undefined && { digest }),
  });
  const { keep } = call.tool.entry;
  const kept = (row: Row): Row =>
    keep === undefined ? row : Object.fromEntries(keep.map((name) => [name, row[name]]));
  const changes = compareConfigs(kept(before), kept(await readRecord(call)), new Set());
  const secrets = Object.keys(plan.set).filter(isSecret);
  const notes = [
    ...(changes.length === 0 && secrets.length === 0 ? ["Nothing changed: it was like that already."] : []),
    ...(secrets.length > 0 ? [`Set, and not shown: ${secrets.join(", ")}.`] : []),
  ];
  return { done: true, changes: changes.map((change) => ({ ...change })), ...(notes.length > 0 && { notes }) };
}

/** What PVE wants named again in every change, such as the type of a rule: as it is. */
function repeated({ tool }: Invocation, before: Row): Row {
  const names = (tool.entry.optional ?? []).filter((name) => before[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, before[name]]));
}

/** Removes a record that is there, and shows how it read. One that is not there is an error before anything is sent. */
export async function deleteRecord(call: Invocation): Promise<Answer> {
  const was = await readRecord(call);
  await callOperation(call, call.tool.entry.operation, { ...call.params, ...call.options });
  return { done: true, was: shown(was) };
}

/** The record that the tool is about, read with the operation the entry names for it. */
export async function readRecord(call: Invocation): Promise<Row> {
  const route = call.tool.entry.shows ?? call.tool.entry.operation;
  const names = namesInPath(route);
  const params = Object.fromEntries(names.map((name) => [name, call.params[name]]));
  const result = await callOperation(call, route, params);
  if (isRecord(result)) return result;
  const key = listKey(call, route);
  const row = Array.isArray(result)
    ? result.filter(isRecord).find((one) => String(one[key]) === String(call.params[key]))
    : undefined;
  if (row === undefined) {
    throw new ToolNotFoundError(`there is no ${key} ${String(call.params[key])}, or the token may not see it`);
  }
  return row;
}

/** In a list, a record is found by the parameter of the change that the reading operation does not have. */
function listKey(call: Invocation, route: OperationId): string {
  const known = new Set(namesInPath(route));
  const own = namesInPath(call.tool.entry.operation).find((name) => !known.has(name));
  const argument = Object.values(call.tool.entry.accepts).find(
    (target) => typeof target === "string" && !known.has(target),
  );
  return own ?? String(argument);
}

function namesInPath(route: string): readonly string[] {
  return [...route.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
}

function nameOfSettings(call: Invocation): string {
  const { accepts } = call.tool.entry;
  const spreading = Object.entries(accepts).find(([, target]) => typeof target !== "string" && target.spreads);
  return spreading?.[0] ?? Object.keys(accepts).at(-1) ?? "arguments";
}

function shown(row: Row): ReturnType<typeof plain> {
  const { digest: _digest, ...rest } = row;
  return plain(withoutSecrets(rest));
}
