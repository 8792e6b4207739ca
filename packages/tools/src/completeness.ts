import type { PveClient } from "@pve/client";
import type { Arguments } from "./arguments.js";
import type { Answer, ExecuteContext } from "./invocation.js";
import { mapArguments } from "./map-arguments.js";
import { type Grants, readGrants } from "./permissions/grants.js";
import { filtersOf, hiddenFrom } from "./permissions/sight.js";
import type { ResolvedTool } from "./resolved.js";
import { EMPTY } from "./window.js";

/** How long what a caller may see is taken to be the same, in milliseconds. */
const KEPT = 60_000;

interface Known {
  readonly since: number;
  readonly grants: Promise<Grants | undefined>;
}

const known = new WeakMap<PveClient, Known>();

/**
 * Says of a read whether PVE left something out of it: `complete: false`, with what may be missing, where the caller lacks
 * a right to see it; `complete: true` of a list that is empty because there is nothing. Costs one request a minute and
 * caller; where that is refused, the answer is as it was.
 */
export async function withCompleteness(
  tool: ResolvedTool,
  args: Arguments,
  answer: Answer,
  context: ExecuteContext,
): Promise<Answer> {
  if (tool.risk !== "read" || "complete" in answer) return answer;
  // Where PVE filters nothing, nothing was left out.
  if (filtersOf(tool).length === 0) return withNotes(answer, othersOf(answer));
  const grants = await grantsOf(context);
  if (grants === undefined) return answer;
  const hidden = grants.kind === "root" ? [] : hiddenFrom(tool, args, mapArguments(tool, args), grants);
  const others = othersOf(answer);
  if (hidden.length === 0 && others.length === (answer.notes ?? []).length) return answer;
  const notes = [...others, ...(hidden.length > 0 ? [leftOut(hidden)] : [])];
  return { complete: hidden.length === 0, ...withNotes(answer, notes) };
}

/** The notes without the one that is said of an empty list as long as nobody knows why it is empty. */
function othersOf({ notes = [] }: Answer): readonly string[] {
  return notes.filter((note) => note !== EMPTY);
}

function withNotes({ notes: _notes, ...rest }: Answer, notes: readonly string[]): Answer {
  return { ...rest, ...(notes.length > 0 && { notes }) };
}

function leftOut(hidden: readonly string[]): string {
  return `Only part may be shown: PVE leaves out ${hidden.join(", ")} that the token may not see, so what is missing here may exist all the same.`;
}

function grantsOf({ client, now = Date.now, signal }: ExecuteContext): Promise<Grants | undefined> {
  const last = known.get(client.root);
  if (last !== undefined && now() - last.since < KEPT) return last.grants;
  const grants = readGrants(client, signal === undefined ? {} : { signal }).catch(() => {
    known.delete(client.root);
    return undefined;
  });
  known.set(client.root, { since: now(), grants });
  return grants;
}
