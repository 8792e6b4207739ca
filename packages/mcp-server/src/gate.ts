import { type PveClient, PveConnectionError } from "@pve/client";
import type { Judgement } from "@pve/tools";
import { type Action, boundOf } from "./action.js";
import { allows } from "./allowance.js";
import { stateOf, whatOf } from "./approval/binding.js";
import type { Permit } from "./approval/permit.js";
import { PLAN_OUTDATED, type Plan } from "./plan/plan-token.js";
import { type Affected, affectedBy } from "./policy/affected.js";
import { type ApiRequest, bundlesOthers, onlyReads } from "./policy/api-request.js";
import { type ClusterFacts, createClusterFacts } from "./policy/cluster-facts.js";
import { type Decision, decide } from "./policy/decide.js";
import { lacking, permissionFor } from "./policy/permission.js";
import type { Policy } from "./policy/policy.js";
import { notAllowed, ruledOut } from "./policy/refusal.js";
import { type Subject, subjectOf } from "./policy/subject.js";

/** A request that was looked at and not sent: only a plan was asked for, or somebody has to approve it first. */
export interface Planned {
  readonly subject: Subject;
  readonly what: string;
  /** Why somebody has to approve it; empty when nobody has to. */
  readonly because: readonly string[];
  /** Why it would be refused as things are. */
  readonly refusal?: string;
  readonly judgement?: Judgement;
  /** What lets it go ahead unapproved although it is rated destroy: `off`, or a rule. */
  readonly waived?: string;
}

/** Why a gate let nothing through. */
export type Stop =
  /** Nothing was to be sent: the request that would come first, and those that would come whatever becomes of it. */
  | { readonly kind: "planned"; readonly requests: readonly Planned[] }
  | { readonly kind: "refused"; readonly why: string }
  /** Somebody has to approve these first; they are gathered as those of a plan are. */
  | { readonly kind: "unapproved"; readonly asked: readonly Planned[] };

type Refusal = Extract<Stop, { kind: "refused" }>;

/** What stands between an action and the cluster. */
export interface Gate {
  /** The client for the action: what it reads goes through, what it changes is judged first, each request as PVE will read it. */
  readonly client: PveClient;
  /** Judges what is to be sent by other means than a client, such as a terminal; throws when it may not be. */
  readonly pass: (request: ApiRequest) => Promise<void>;
  /** Puts another client behind the same gate, such as one of a node that joins. */
  guard(client: PveClient): PveClient;
  /** The first request that was stopped, if any was; nothing that changes something goes through after it. */
  stopped(): Stop | undefined;
  /** What went through and may have changed something. */
  sent(): readonly ApiRequest[];
}

/** What a gate goes by. */
export interface GateSettings {
  readonly policies: readonly Policy[];
  /** What is rated destroy goes ahead without approval, as the operator has configured. */
  readonly unattended: boolean;
  /** What PVE would surely refuse is not sent. */
  readonly asksPermission: boolean;
  readonly now: () => number;
}

/** One run of an action on its way through a gate. */
export interface Passage {
  readonly action: Action;
  readonly cluster: ClusterFacts;
  readonly signal: AbortSignal;
  /** Nothing is to be sent: what would be is the plan. */
  readonly dry?: boolean;
  /** The plan that is being applied: the first request has to be one of it. */
  readonly plan?: Plan & { readonly whats: readonly string[] };
  /** Leave for the one request it is for, and for what follows from it. */
  readonly permit?: Permit;
  /**
   * Hears of each request that goes through, before it does, and what lets one go unapproved that is rated destroy; what
   * it throws keeps the request back.
   */
  readonly onSend: (request: ApiRequest, waived: string | undefined) => void;
}

/** What rules ask about the target of an action, as its caller. */
export function clusterFactsOf({ target, caller }: Action, now: () => number, signal: AbortSignal): ClusterFacts {
  return createClusterFacts(target.clientFor(caller), now, signal);
}

/** Opens the gate for one run of an action. */
export function openGate(settings: GateSettings, passage: Passage): Gate {
  const { action } = passage;
  const plain = action.target.clientFor(action.caller);
  const sent: ApiRequest[] = [];
  const asked: Planned[] = [];
  const used = new Set<string>();
  let refusal: Refusal | undefined;
  let isRedeemed = false;
  let waived: string | undefined;
  // How many requests had gone through when it was last found that something is lacking.
  let lackedAt: number | undefined;

  const judge = async (request: ApiRequest, speaker: PveClient | undefined): Promise<Refusal | Planned | undefined> => {
    const looked = await lookAt(settings, passage, speaker, request, lackedAt !== sent.length);
    if (looked.judgement?.verdict === "denied") lackedAt = sent.length;
    waived = looked.waived;
    if (passage.dry === true)
      return { ...looked, what: whatOf(request, await stateOf(plain, request, passage.signal)) };
    if (looked.refusal !== undefined) return { kind: "refused", why: looked.refusal };
    const needsPermit = looked.because.length > 0;
    const plan = sent.length === 0 && asked.length === 0 ? passage.plan : undefined;
    if (!needsPermit && plan === undefined) return undefined;
    const what = whatOf(request, await stateOf(plain, request, passage.signal));
    if (plan?.whats.includes(what) === false) return { kind: "refused", why: PLAN_OUTDATED };
    const why = needsPermit ? unpermitted(what, looked.subject) : undefined;
    if (why === "ask") return { ...looked, what };
    if (why !== undefined) return { kind: "refused", why };
    return plan?.redeem() === false ? { kind: "refused", why: APPLIED } : undefined;
  };

  /** Why a request that needs approval has none; undefined where it has one. */
  const unpermitted = (what: string, { affected, request }: Subject): string | undefined => {
    const { permit } = passage;
    if (permit === undefined && sent.length > 0)
      return `${request.route} needs approval, which comes before the first step`;
    if (permit === undefined) return "ask";
    const isNamed = permit.whats.includes(what) && !used.has(what);
    if (!isNamed && !isRedeemed) return CHANGED;
    // What follows from an approved request is approved with it, as long as it is about the same guests.
    if (!isNamed && !isAboutGuestsOf(sent, affected)) return CHANGED;
    isRedeemed ||= permit.redeem();
    used.add(what);
    return isRedeemed ? undefined : USED;
  };

  const pass = async (request: ApiRequest, speaker: PveClient | undefined): Promise<void> => {
    // What a change reads on its way is no business of the rules; what a tool for reading reads is.
    if (onlyReads(request) && action.risk !== "read") return;
    const judged = refusal ?? (await judge(request, speaker));
    if (judged !== undefined && !("what" in judged)) refusal = judged;
    else if (judged !== undefined && !asked.some(({ what }) => what === judged.what)) asked.push(judged);
    // What comes behind a request that is kept back waits with it.
    if (judged !== undefined || asked.length > 0) throw closed();
    if (onlyReads(request)) return;
    passage.onSend(request, waived);
    sent.push(request);
  };
  let turn: Promise<unknown> = Promise.resolve();
  // One after the other: what was approved is used up once, however many requests come at once.
  const inTurn = (request: ApiRequest, speaker: PveClient | undefined): Promise<void> => {
    const mine = turn.then(() => pass(request, speaker));
    turn = mine.catch(() => undefined);
    return mine;
  };
  const guard = (client: PveClient): PveClient => client.withOptions({ before: (request) => inTurn(request, client) });
  return {
    client: guard(plain),
    guard,
    pass: (request) => inTurn(request, undefined),
    stopped: () => refusal ?? keptBack(asked, passage.dry === true),
    sent: () => sent,
  };
}

function isAboutGuestsOf(sent: readonly ApiRequest[], { vmids, unnamed }: Affected): boolean {
  const before = sent.map(affectedBy);
  const named = new Set(before.flatMap((one) => one.vmids));
  return (
    vmids.every((vmid) => named.has(vmid)) && (unnamed.length === 0 || before.some((one) => one.unnamed.length > 0))
  );
}

function keptBack(asked: readonly Planned[], dry: boolean): Stop | undefined {
  if (asked.length === 0) return undefined;
  return dry ? { kind: "planned", requests: asked } : { kind: "unapproved", asked };
}

/**
 * Ends a request that may not be sent; `Gate.stopped` says why. It is the client's own error for what was not sent, so that
 * a tool which works on many things goes on to the next: all that it would send is then known before anybody is asked.
 */
function closed(): PveConnectionError {
  return new PveConnectionError("the request was kept back", { kind: "other", sent: "no" });
}

const CHANGED =
  "what it concerns is no longer as it was when it was approved, or the request has changed; call again to be asked again";
const USED = "its approval was used before, or came too late; call again to be asked again";
const APPLIED = "the plan was applied before; make it anew with plan: true";
const BUNDLE = {
  kind: "refused",
  why: "it carries other requests, which no rule, no approval and no audit could look into; call each of them by itself",
} as const;

async function lookAt(
  settings: GateSettings,
  { action, cluster }: Passage,
  speaker: PveClient | undefined,
  request: ApiRequest,
  again: boolean,
): Promise<Omit<Planned, "what">> {
  const subject = subjectOf(action, request, { cluster, now: settings.now() });
  const passed = bundlesOthers(request) ? BUNDLE : await refusalOf(settings.policies, subject);
  const asks = settings.asksPermission && !onlyReads(request) && speaker !== undefined;
  const judgement = asks ? await permissionFor(speaker, request, settings.now(), again) : undefined;
  const refusal = passed.kind === "refused" ? passed.why : lacking(judgement);
  const because = passed.kind === "refused" ? [] : reasonsToAsk(subject, passed.decision, settings.unattended);
  const isWaived = passed.kind === "passed" && subject.risk === "destroy" && because.length === 0;
  return {
    subject,
    because,
    ...(isWaived && { waived: passed.decision.unattended ? (passed.decision.by ?? "a rule") : "off" }),
    ...(refusal !== undefined && { refusal }),
    ...(judgement !== undefined && { judgement }),
  };
}

/** What reach and policies say of a request: refused, or what was decided. */
export async function refusalOf(
  policies: readonly Policy[],
  subject: Subject,
): Promise<
  { readonly kind: "refused"; readonly why: string } | { readonly kind: "passed"; readonly decision: Decision }
> {
  const { action, risk, dangers } = subject;
  if (!allows(boundOf(action), risk)) return { kind: "refused", why: notAllowed(action, risk, dangers) };
  const decision = await decide(policies, subject);
  return decision.effect === "deny" ? { kind: "refused", why: ruledOut(decision) } : { kind: "passed", decision };
}

function reasonsToAsk({ risk, dangers }: Subject, decision: Decision, unattended: boolean): readonly string[] {
  const ruled = decision.effect === "approve" ? [`It needs approval by ${decision.by ?? "the policy"}.`] : [];
  const rated = risk === "destroy" && !unattended && !decision.unattended;
  if (ruled.length === 0 && !rated) return [];
  const destroys = risk === "destroy" ? ["It can lose data, cut access or stop what people use."] : [];
  return [...ruled, ...destroys, ...dangers.map((danger) => `Danger: ${danger}.`)];
}
