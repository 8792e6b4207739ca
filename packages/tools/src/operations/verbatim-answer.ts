import type { Answer, Invocation } from "../invocation.js";
import { isRecord, type Json } from "../schema.js";
import { EMPTY, filterRows, plain, project, type Row, windowOf } from "../window.js";
import { separateSecrets } from "./answer-secrets.js";

/**
 * What an operation answered, whatever it is: an object as it is, a list as a window or with its length, any other
 * value under `result`. Secrets are kept where the operator finds them, or hidden; they are never part of the answer.
 */
export async function verbatimAnswer(call: Invocation, result: unknown): Promise<Answer> {
  const { value, secrets } = separateSecrets(call.tool.name, plain(result));
  const notes = await keepSecrets(call, secrets);
  const answer = shapeOf(call, value);
  return notes.length === 0 ? answer : { ...answer, notes: [...(answer.notes ?? []), ...notes] };
}

function shapeOf(call: Invocation, value: Json): Answer {
  if (value === null) return { done: true };
  if (Array.isArray(value)) return listAnswer(call, value);
  if (!isRecord(value)) return { result: value };
  // A field of PVE's that is called notes would be taken for ours.
  return "notes" in value ? { result: value } : (value as Answer);
}

function listAnswer(call: Invocation, items: readonly Json[]): Answer {
  const { lists } = call.tool.entry;
  const rows = items.flatMap((item): Row[] => (isRecord(item) ? [item] : []));
  if (lists === true && rows.length === items.length) {
    return { ...windowOf(filterRows(rows, call.args["filter"]), call.args, undefined) };
  }
  return {
    items: items.map((item) => (isRecord(item) ? project(item, undefined) : item)),
    count: items.length,
    ...(items.length === 0 && { notes: [EMPTY] }),
  };
}

async function keepSecrets(call: Invocation, secrets: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const names = Object.keys(secrets);
  if (names.length === 0) return [];
  if (call.tool.entry.secret !== true || call.saveSecret === undefined) return [`Not shown: ${names.join(", ")}.`];
  const subject = call.tool.name.split("/").filter((part) => part !== "" && !part.includes("{"));
  const place = await call.saveSecret(`${subject.slice(-2).join("-")}-${call.now()}`, JSON.stringify(secrets));
  return [`Not shown, and saved to ${place}: ${names.join(", ")}.`];
}
