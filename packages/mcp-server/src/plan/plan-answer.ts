import type { Answer, Json, Risk } from "@pve/tools";
import type { Action } from "../action.js";
import { lesserRisk } from "../allowance.js";
import type { Planned } from "../gate.js";
import { textsOf } from "../policy/api-request.js";
import type { GuestFact } from "../policy/cluster-facts.js";
import { isSecretParameter } from "../policy/secret-parameters.js";
import { guestsOf } from "../policy/subject.js";
import type { PlannedChanges } from "./planned-changes.js";

/** A request that would be sent, and what would come of it. */
export interface Step extends Planned {
  readonly coming: PlannedChanges;
}

type Row = Readonly<Record<string, Json | undefined>>;

/**
 * What is planned, for the answer: the requests as they would be sent, what comes of them, and what they take. One stands
 * by itself; of several there is a list, and above it what is the same for all of them.
 */
export async function planAnswer(
  action: Action,
  steps: readonly Step[],
  made: { readonly id: string; readonly until: number } | undefined,
): Promise<Answer> {
  const shown = await Promise.all(steps.map((step) => shownStep(action, step)));
  const refusals = [...new Set(steps.flatMap(({ refusal = [] }) => refusal))];
  const routes = steps.map(({ subject }) => subject.request.route);
  const further = action.tool.operations.filter((route) => !route.startsWith("GET ") && !routes.includes(route));
  const plan: Row = {
    ...(made !== undefined && { id: made.id, until: new Date(made.until).toISOString() }),
    allowed: refusals.length === 0,
    ...together(shown.map(({ row }) => row)),
    risk: steps.map(({ subject }) => subject.risk).reduce(greaterRisk, "read"),
    ...(further.length > 0 && { mayAlsoCall: further }),
  };
  const notes = [
    ...refusals.map((why) => `Not as things are: ${why.replace(/\.$/, "")}.`),
    ...new Set(shown.flatMap((step) => step.notes)),
    ...(further.length > 0 ? [FURTHER] : []),
    ...(made === undefined
      ? []
      : [`Nothing was changed. The same call with plan: "${made.id}" does it, if nothing has changed by then.`]),
  ];
  return { plan, notes };
}

const FURTHER =
  "What mayAlsoCall names comes later, if at all: whether, and with which parameters, depends on the answers until then.";

function greaterRisk(one: Risk, other: Risk): Risk {
  return lesserRisk(one, other) === one ? other : one;
}

/** One row as it is; several as a list, without what they share. */
function together(rows: readonly Row[]): Row {
  const [first = {}, ...others] = rows;
  if (others.length === 0) return first;
  const isShared = ([key, value]: [string, Json | undefined]) =>
    others.every((row) => JSON.stringify(row[key]) === JSON.stringify(value));
  const shared = Object.fromEntries(Object.entries(first).filter(isShared));
  const requests = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !(key in shared))));
  return { ...shared, requests };
}

async function shownStep(
  { tool }: Action,
  { subject, because, judgement, refusal, coming: { changes, lost } }: Step,
): Promise<{ readonly row: Row; readonly notes: readonly string[] }> {
  const { request, risk } = subject;
  const { facts: guests, complete } = await guestsOf(subject);
  const parameters = textsOf(request).map(([name, text]) => [
    name,
    isSecretParameter(request.route, name) ? "(a secret)" : text,
  ]);
  const needs = tool.privileges[request.route];
  const row: Row = {
    request: request.route,
    parameters: Object.fromEntries(parameters),
    risk,
    ...(refusal !== undefined && { refused: true }),
    ...(because.length > 0 && { approval: because.map(String) }),
    ...(changes.length > 0 && { changes: changes.map((change) => ({ ...change })) }),
    ...(lost.length > 0 && { lost }),
    ...(guests.length > 0 && { guests: guests.slice(0, MOST_GUESTS).map(shownGuest) }),
    ...(needs !== undefined && { needs }),
    ...(judgement !== undefined && {
      permission: judgement.verdict,
      ...(judgement.remedy.length > 0 && { grant: judgement.remedy }),
    }),
  };
  const notes = [
    ...(guests.length > MOST_GUESTS ? [`It concerns ${guests.length} guests, of which ${MOST_GUESTS} are shown.`] : []),
    ...(complete ? [] : ["It may concern guests that are not named here."]),
  ];
  return { row, notes };
}

const MOST_GUESTS = 50;

function shownGuest({ tags: _tags, ...guest }: GuestFact): Row {
  return { ...guest };
}

/** What to say where a call would change nothing. */
export const nothingToPlan: Answer = {
  plan: { allowed: true },
  notes: ["There is nothing to change: called like this, the tool only reads as things are."],
};
