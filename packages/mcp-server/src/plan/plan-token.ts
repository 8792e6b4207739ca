import { randomBytes } from "node:crypto";
import type { ApprovalSettings } from "../approval/approval-settings.js";

const WHO = "plan: who asks";
const WHAT = "plan: what is sent";
const FORM = /^plan-([0-9a-z]+)\.([\w-]{8})\.([\w-]{16})\.([\w-]{16})$/;

/** How long a plan may be applied, in milliseconds. */
export const PLAN_LIFETIME = 3_600_000;

/** What plans are made and checked with. */
export type PlanSettings = Pick<ApprovalSettings, "sealer" | "singleUse" | "now">;

/** A plan that somebody wants to apply; each question about it is answered when it matters. */
export interface Plan {
  readonly id: string;
  /** Whether these requests, their objects being as they are now, are those that were planned. */
  isFor(whats: readonly string[]): boolean;
  /** Uses it up; false when it was used before. */
  redeem(): boolean;
}

/**
 * Names a plan: until when it holds, and marks of who asks for what that only the server's key can make. Nothing is kept
 * of it; applying it works everything out again and compares the marks.
 */
export function planId({ sealer, now }: PlanSettings, who: string, whats: readonly string[]): string {
  const expires = Math.floor(now() + PLAN_LIFETIME).toString(36);
  const nonce = randomBytes(6).toString("base64url");
  const head = `${expires}.${nonce}`;
  return `plan-${head}.${sealer.mark(WHO, `${head} ${who}`)}.${sealer.mark(WHAT, `${head} ${together(whats)}`)}`;
}

/** The plan behind an id; otherwise why it is none of this caller's for these arguments. */
export function readPlan(
  { sealer, singleUse, now }: PlanSettings,
  id: string,
  who: string,
): Plan | { readonly why: string } {
  const [, expires = "", nonce = "", markOfWho, markOfWhat] = FORM.exec(id) ?? [];
  const head = `${expires}.${nonce}`;
  const until = Number.parseInt(expires, 36);
  if (markOfWho === undefined) return { why: "this is no plan's id; plan: true makes one" };
  if (markOfWho !== sealer.mark(WHO, `${head} ${who}`))
    return { why: "the plan was made for other arguments, another tool or another caller" };
  if (until < now()) return { why: "the plan has expired; make it anew with plan: true" };
  return {
    id,
    isFor: (whats) => markOfWhat === sealer.mark(WHAT, `${head} ${together(whats)}`),
    redeem: () => singleUse.spend(id, until, now()),
  };
}

/** Requests that are sent side by side come in any order. */
function together(whats: readonly string[]): string {
  return [...whats].sort().join(" ");
}

/** Why a plan cannot be applied any more. */
export const PLAN_OUTDATED =
  "what the plan concerns has changed since, or the requests would be others now; make it anew with plan: true";
