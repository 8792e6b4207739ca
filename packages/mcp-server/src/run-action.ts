import type { CallToolResult, InputRequiredResult, ServerContext } from "@modelcontextprotocol/server";
import type { Action } from "./action.js";
import { failed } from "./answer.js";
import type { ApprovalSettings } from "./approval/approval-settings.js";
import { whoOf } from "./approval/binding.js";
import { type Approval, answerOfClient } from "./approval/client-approval.js";
import { questionOf } from "./approval/question.js";
import { seekApproval } from "./approval/seek-approval.js";
import { type Attempt, attempt, stoppedAnswer } from "./attempt.js";
import type { AuditLog } from "./audit/audit-log.js";
import { type Account, openAccount } from "./audit/open-account.js";
import { failureText } from "./failure.js";
import { clusterFactsOf, type GateSettings, type Passage, refusalOf } from "./gate.js";
import { type PlanArgument, planArgumentOf } from "./plan/plan-argument.js";
import { PLAN_OUTDATED, readPlan } from "./plan/plan-token.js";
import { planned, plannedNow } from "./plan/planned.js";
import type { Policy } from "./policy/policy.js";
import { requestFrom } from "./policy/request-from.js";
import { subjectOf } from "./policy/subject.js";
import { createProgressSender, type ProgressSender } from "./progress.js";
import type { Tracer } from "./telemetry/tracer.js";

/** How much is made of what a caller's token may do. */
export type Permissions = "check" | "mark" | "hide" | "off";

/** What running an action needs to know, the same for every call. */
export interface RunSettings {
  /** How long to wait for a task, in milliseconds. */
  readonly waitBudget: number;
  /** A client that cancels a call ends its task with it; otherwise the task goes on. */
  readonly cancelTasks?: boolean;
  /** The time in milliseconds since the epoch; the machine's unless given. */
  readonly now?: () => number;
  /** Hears of defects of this server, for stderr. */
  readonly onDefect: (message: string) => void;
  /** Rules for every target, beside those of each. */
  readonly policy?: Policy;
  /** How approval is sought of what needs it. */
  readonly approval: ApprovalSettings;
  /**
   * `check`, unless given: what PVE would surely refuse is not sent. `mark` and `hide` also say so of tools in lists, or
   * leave them out. `off`: what the token may do is not asked beforehand, PVE refuses by itself.
   */
  readonly permissions?: Permissions;
  /** Where changes, refusals, approvals and plans are written down; nowhere unless given. */
  readonly audit?: AuditLog;
  /** Where a trace of each call goes; nowhere unless given. */
  readonly tracer?: Tracer;
}

/** What a call answers: a result, or a question to the person at the client. */
export type CallAnswer = CallToolResult | InputRequiredResult;

/** One call as all its steps see it. */
export interface Run {
  readonly settings: RunSettings;
  readonly action: Action;
  readonly context: ServerContext;
  readonly progress: ProgressSender;
  readonly rules: GateSettings;
  readonly passage: Passage;
  readonly account: Account;
}

/**
 * Runs an action if it may be run, and turns its answer, or its failure, into a result. What needs approval is asked for
 * once it is known which request would be sent, and sent only as it was approved. With the argument `plan` nothing is
 * sent, or only what was planned.
 */
export async function runAction(settings: RunSettings, given: Action, context: ServerContext): Promise<CallAnswer> {
  const { signal } = context.mcpReq;
  const { action, plan } = planArgumentOf(given);
  const progress = createProgressSender(context);
  const now = settings.now ?? Date.now;
  const span = settings.tracer?.start(
    `tools/call ${action.tool.name}`,
    { "mcp.tool": action.tool.name, "pve.target": action.target.name, "enduser.id": action.caller.id },
    context.mcpReq._meta?.["traceparent"],
  );
  const account = openAccount({ audit: settings.audit, span, now, onDefect: settings.onDefect }, action);
  const rules: GateSettings = {
    policies: [settings.policy, action.target.policy].filter((policy) => policy !== undefined),
    unattended: settings.approval.mode === "off",
    asksPermission: settings.permissions !== "off",
    now,
  };
  const passage = { action, cluster: clusterFactsOf(action, now, signal), signal, onSend: account.sending };
  try {
    return await runChecked({ settings, action, context, progress, rules, passage, account }, plan);
  } catch (error) {
    const text = failureText(action.tool.name, error, settings.onDefect);
    account.close({ outcome: "failed", why: text });
    return failed(text);
  } finally {
    await progress.flushed();
  }
}

async function runChecked(run: Run, asked: PlanArgument): Promise<CallAnswer> {
  const { settings, action, context, rules, passage, account } = run;
  const expected = subjectOf(action, requestFrom(action.tool, action.args), {
    cluster: passage.cluster,
    now: rules.now(),
  });
  const early = await refusalOf(rules.policies, expected);
  if (early.kind === "refused") return refused(run, early.why);
  const who = whoOf(action);
  if (asked === true) return planned(run, who);
  const plan = asked === undefined ? undefined : readPlan(settings.approval, asked, who);
  if (plan !== undefined && "why" in plan) return refused(run, plan.why);
  const whats = plan === undefined ? [] : await plannedNow(run);
  if (plan?.isFor(whats) === false && whats.length > 0) return refused(run, PLAN_OUTDATED);
  if (plan !== undefined) account.plan(plan.id);
  const going = { ...run, passage: { ...passage, ...(plan !== undefined && { plan: { ...plan, whats } }) } };
  const given = answerOfClient(settings.approval, who, context);
  return given === undefined || given.kind === "granted" ? goOn(going, who, given) : unapproved(run, given);
}

/** Does it, as far as nobody has to approve it; otherwise asks, and does it then. */
async function goOn(
  run: Run,
  who: string,
  given: (Approval & { readonly kind: "granted" }) | undefined,
): Promise<CallAnswer> {
  const { settings, context, progress, account } = run;
  const ahead = given === undefined && run.action.tool.entry.many === true ? await aheadOf(run) : undefined;
  const first = ahead ?? (await attempted(run, given));
  const { stop } = first;
  if (stop?.kind !== "unapproved") return ended(run, first);
  const question = await questionOf(stop.asked);
  account.asked(stop.asked.flatMap(({ because }) => because));
  const binding = { who, whats: stop.asked.map(({ what }) => what) };
  const approval = await seekApproval(settings.approval, binding, question, context, progress);
  return approval.kind === "granted" ? ended(run, await attempted(run, approval)) : unapproved(run, approval);
}

/**
 * Looks at all that a tool would send to many things, before any of it is sent: what would end it halfway, a refusal or a
 * missing approval, ends it here. Nothing where there is no such thing.
 */
async function aheadOf(run: Run): Promise<Attempt | undefined> {
  const quiet = { ...run.progress, send: () => {} };
  const { answer, stop } = await attempt({ ...run, progress: quiet }, { ...run.passage, dry: true });
  if (stop?.kind !== "planned") return undefined;
  const why = stop.requests.find(({ refusal }) => refusal !== undefined)?.refusal;
  if (why !== undefined) return { answer, stop: { kind: "refused", why }, sent: [] };
  const asked = stop.requests.filter(({ because }) => because.length > 0);
  return asked.length === 0 ? undefined : { answer, stop: { kind: "unapproved", asked }, sent: [] };
}

function attempted(run: Run, given: (Approval & { readonly kind: "granted" }) | undefined): Promise<Attempt> {
  if (given === undefined) return attempt(run, run.passage);
  run.account.approved(given.permit.how);
  return attempt(run, { ...run.passage, permit: given.permit });
}

function ended(run: Run, { answer, stop, sent }: Attempt): CallToolResult {
  if (stop === undefined) {
    run.account.close({ outcome: answer.isError === true ? "failed" : "done", answer });
    return answer;
  }
  const why = stop.kind === "refused" ? stop.why : "it needs approval once more";
  run.account.close({ outcome: sent.length === 0 ? "refused" : "stopped", why });
  return stoppedAnswer(run.action, why, sent);
}

function unapproved(run: Run, approval: Exclude<Approval, { kind: "granted" }>): CallAnswer {
  if (approval.kind !== "open") return refused(run, `it needs approval, and ${approval.why}`);
  run.account.close({ outcome: "waiting for approval" });
  return approval.result;
}

function refused(run: Run, why: string): CallToolResult {
  run.account.close({ outcome: "refused", why });
  return stoppedAnswer(run.action, why, []);
}
