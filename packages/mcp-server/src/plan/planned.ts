import type { CallToolResult } from "@modelcontextprotocol/server";
import { answered } from "../answer.js";
import { attempt, stoppedAnswer } from "../attempt.js";
import type { Planned } from "../gate.js";
import type { Run } from "../run-action.js";
import { nothingToPlan, planAnswer } from "./plan-answer.js";
import { PLAN_LIFETIME, planId } from "./plan-token.js";
import { plannedChanges } from "./planned-changes.js";

/**
 * Runs an action without sending anything that would change something, and answers what would be sent and what that would
 * come to: the first request, and those beside it that need no answer of another.
 */
export async function planned(run: Run, who: string): Promise<CallToolResult> {
  const { settings, action, account, passage, rules } = run;
  const { stop, answer } = await attempt(run, { ...passage, dry: true });
  if (stop === undefined) {
    account.close({ outcome: "planned" });
    return answer.isError === true ? answer : answered(action, nothingToPlan);
  }
  if (stop.kind !== "planned") {
    const why = stop.kind === "refused" ? stop.why : "it needs approval";
    account.close({ outcome: "refused", why });
    return stoppedAnswer(action, why, []);
  }
  const client = action.target.clientFor(action.caller);
  const steps: (Planned & { readonly coming: Awaited<ReturnType<typeof plannedChanges>> })[] = [];
  for (const one of stop.requests)
    steps.push({ ...one, coming: await plannedChanges(client, one.subject.request, passage.signal) });
  const why = steps.find(({ refusal }) => refusal !== undefined)?.refusal;
  const id = why === undefined ? planId(settings.approval, who, whatsOf(stop.requests)) : undefined;
  if (id !== undefined) account.plan(id);
  account.close({ outcome: "planned", ...(why !== undefined && { why }) });
  const made = id === undefined ? undefined : { id, until: rules.now() + PLAN_LIFETIME };
  return answered(action, await planAnswer(action, steps, made));
}

/** What a plan of the same action would be for now; nothing where it would send nothing. */
export async function plannedNow(run: Run): Promise<readonly string[]> {
  const { stop } = await attempt(run, { ...run.passage, dry: true });
  return stop?.kind === "planned" ? whatsOf(stop.requests) : [];
}

function whatsOf(requests: readonly Planned[]): readonly string[] {
  return requests.map(({ what }) => what);
}
