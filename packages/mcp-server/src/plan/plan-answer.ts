import type { Answer, Json } from "@pve/tools";
import type { Planned } from "../gate.js";
import { textsOf } from "../policy/api-request.js";
import { isSecretParameter } from "../policy/secret-parameters.js";
import { guestsOf } from "../policy/subject.js";
import type { PlannedChanges } from "./planned-changes.js";

/** What is planned, for the answer: the request as it would be sent, what comes of it, and what it takes. */
export async function planAnswer(
  { subject, refusal, because, judgement }: Planned,
  { changes, lost }: PlannedChanges,
  made: { readonly id: string; readonly until: number } | undefined,
): Promise<Answer> {
  const { request, risk, action } = subject;
  const { facts: guests, complete } = await guestsOf(subject);
  const shown = textsOf(request).map(([name, text]) => [
    name,
    isSecretParameter(request.route, name) ? "(a secret)" : text,
  ]);
  const further = action.tool.operations.filter((route) => !route.startsWith("GET ") && route !== request.route);
  const why = refusal === undefined ? [] : [`Not as things are: ${refusal.replace(/\.$/, "")}.`];
  const plan: Readonly<Record<string, Json | undefined>> = {
    ...(made !== undefined && { id: made.id, until: new Date(made.until).toISOString() }),
    allowed: refusal === undefined,
    request: request.route,
    parameters: Object.fromEntries(shown),
    ...(further.length > 0 && { mayAlsoCall: further }),
    risk,
    ...(because.length > 0 && { approval: because.map(String) }),
    ...(changes.length > 0 && { changes: changes.map((change) => ({ ...change })) }),
    ...(lost.length > 0 && { lost }),
    ...(guests.length > 0 && { guests: guests.map(({ tags: _tags, ...guest }) => ({ ...guest })) }),
    ...(action.tool.privileges[request.route] !== undefined && { needs: action.tool.privileges[request.route] }),
    ...(judgement !== undefined && {
      permission: judgement.verdict,
      ...(judgement.remedy.length > 0 && { grant: judgement.remedy }),
    }),
  };
  const notes = [
    ...why,
    ...(complete ? [] : ["It may concern guests that are not named here."]),
    ...(made === undefined
      ? []
      : [`Nothing was changed. The same call with plan: "${made.id}" does it, if nothing has changed by then.`]),
  ];
  return { plan, notes };
}

/** What to say where a call would change nothing. */
export const nothingToPlan: Answer = {
  plan: { allowed: true },
  notes: ["There is nothing to change: called like this, the tool only reads as things are."],
};
