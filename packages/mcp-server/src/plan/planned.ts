import type { CallToolResult } from "@modelcontextprotocol/server";
import { answered } from "../answer.js";
import { attempt, stoppedAnswer } from "../attempt.js";
import type { Run } from "../run-action.js";
import { nothingToPlan, planAnswer } from "./plan-answer.js";
import { PLAN_LIFETIME, planId } from "./plan-token.js";
import { plannedChanges } from "./planned-changes.js";

/** Runs an action up to the first request that would change something, and answers what that would come to. */
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
  const changes = await plannedChanges(client, stop.subject.request, passage.signal);
  const id = stop.refusal === undefined ? planId(settings.approval, who, stop.what) : undefined;
  if (id !== undefined) account.plan(id);
  account.close({ outcome: "planned", ...(stop.refusal !== undefined && { why: stop.refusal }) });
  const made = id === undefined ? undefined : { id, until: rules.now() + PLAN_LIFETIME };
  return answered(action, await planAnswer(stop, changes, made));
}
