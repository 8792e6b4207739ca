import type { PveClient } from "@pve/client";
import type { Judgement } from "@pve/tools";
import { type Action, boundOf } from "./action.js";
import { allows } from "./allowance.js";
import { stateOf, whatOf } from "./approval/binding.js";
import type { Permit } from "./approval/permit.js";
import type { Plan } from "./plan/plan-token.js";
import { type ApiRequest, onlyReads } from "./policy/api-request.js";
import { type Decision, decide } from "./policy/decide.js";
import { createGuestReader, type GuestFacts } from "./policy/guest-facts.js";
import { lacking, permissionFor } from "./policy/permission.js";
import type { Policy } from "./policy/policy.js";
import { notAllowed, ruledOut } from "./policy/refusal.js";
import { type Subject, subjectOf } from "./policy/subject.js";

/** A request that was looked at and not sent, because only a plan was asked for. */
export interface Planned {
  readonly kind: "planned";
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
  | Planned
  | { readonly kind: "refused"; readonly why: string }
  /** Somebody has to approve the request first. */
  | {
      readonly kind: "unapproved";
      readonly subject: Subject;
      readonly what: string;
      readonly because: readonly string[];
    };

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
  readonly guests: () => Promise<GuestFacts>;
  readonly signal: AbortSignal;
  /** Nothing is to be sent: the first request that changes something is the plan. */
  readonly dry?: boolean;
  /** The plan that is being applied: the first request has to be the planned one. */
  readonly plan?: Plan;
  /** Leave for the one request it is for, and for what follows from it. */
  readonly permit?: Permit;
  /**
   * Hears of each request that goes through, before it does, and what lets one go unapproved that is rated destroy; what
   * it throws keeps the request back.
   */
  readonly onSend: (request: ApiRequest, waived: string | undefined) => void;
}

/** Reads the guests of an action's target at most once. */
export function guestReaderOf(action: Action, signal: AbortSignal): () => Promise<GuestFacts> {
  return createGuestReader(action.target.clientFor(action.caller), signal);
}

/** Opens the gate for one run of an action. */
export function openGate(settings: GateSettings, passage: Passage): Gate {
  const { action } = passage;
  const plain = action.target.clientFor(action.caller);
  const sent: ApiRequest[] = [];
  let stop: Stop | undefined;
  let isRedeemed = false;
  let waived: string | undefined;

  const judge = async (request: ApiRequest, speaker: PveClient | undefined): Promise<Stop | undefined> => {
    const looked = await lookAt(settings, passage, speaker, request);
    waived = looked.waived;
    if (passage.dry === true)
      return { ...looked, what: whatOf(request, await stateOf(plain, request, passage.signal)) };
    if (looked.refusal !== undefined) return { kind: "refused", why: looked.refusal };
    const needsPermit = looked.because.length > 0 && !isRedeemed;
    if (sent.length > 0 && !needsPermit) return undefined;
    if (sent.length > 0)
      return { kind: "refused", why: `${request.route} needs approval, which comes before the first step` };
    if (!needsPermit && passage.plan === undefined) return undefined;
    const what = whatOf(request, await stateOf(plain, request, passage.signal));
    const misfit = passage.plan?.misfit(what);
    if (misfit !== undefined) return { kind: "refused", why: misfit };
    if (needsPermit && passage.permit === undefined) return { ...looked, kind: "unapproved", what };
    if (needsPermit && passage.permit?.what !== what) return { kind: "refused", why: CHANGED };
    isRedeemed = needsPermit && passage.permit?.redeem() === true;
    if (needsPermit && !isRedeemed) return { kind: "refused", why: USED };
    return passage.plan?.redeem() === false ? { kind: "refused", why: APPLIED } : undefined;
  };

  let turn: Promise<void> = Promise.resolve();
  const pass = async (request: ApiRequest, speaker: PveClient | undefined): Promise<void> => {
    // What a change reads on its way is no business of the rules; what a tool for reading reads is.
    if (onlyReads(request) && action.risk !== "read") return;
    // One after the other: a tool that does several things at once has one approval, which the first of them redeems.
    const mine = turn.then(async () => {
      stop ??= await judge(request, speaker);
      if (stop !== undefined) throw new GateClosed();
      if (onlyReads(request)) return;
      passage.onSend(request, waived);
      sent.push(request);
    });
    turn = mine.catch(() => undefined);
    await mine;
  };
  const guard = (client: PveClient): PveClient => client.withOptions({ before: (request) => pass(request, client) });
  return {
    client: guard(plain),
    guard,
    pass: (request) => pass(request, undefined),
    stopped: () => stop,
    sent: () => sent,
  };
}

/** Ends a request that may not be sent; `Gate.stopped` says why. */
class GateClosed extends Error {
  override readonly name = "GateClosed";
}

const CHANGED =
  "what it concerns is no longer as it was when it was approved, or the request has changed; call again to be asked again";
const USED = "its approval was used before, or came too late; call again to be asked again";
const APPLIED = "the plan was applied before; make it anew with plan: true";

async function lookAt(
  settings: GateSettings,
  { action, guests }: Passage,
  speaker: PveClient | undefined,
  request: ApiRequest,
): Promise<Omit<Planned, "what">> {
  const subject = subjectOf(action, request, { guests, now: settings.now() });
  const passed = await refusalOf(settings.policies, subject);
  const asks = settings.asksPermission && !onlyReads(request) && speaker !== undefined;
  const judgement = asks ? await permissionFor(speaker, request, settings.now()) : undefined;
  const refusal = passed.kind === "refused" ? passed.why : lacking(judgement);
  const because = passed.kind === "refused" ? [] : reasonsToAsk(subject, passed.decision, settings.unattended);
  const isWaived = passed.kind === "passed" && subject.risk === "destroy" && because.length === 0;
  return {
    kind: "planned",
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
