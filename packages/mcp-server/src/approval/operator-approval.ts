import type { ServerContext } from "@modelcontextprotocol/server";
import { failed } from "../answer.js";
import type { ProgressSender } from "../progress.js";
import type { ApprovalSettings } from "./approval-settings.js";
import type { Binding } from "./binding.js";
import type { Approval } from "./client-approval.js";
import type { Pending } from "./desk.js";
import type { Question } from "./question.js";

const PAUSE = 1_000;

/**
 * Lays a question on the operator's desk and waits a while for the answer. When none comes, the call ends with the
 * question's id; calling again with the same arguments finds the answer.
 */
export async function askOperator(
  settings: ApprovalSettings,
  binding: Binding,
  question: Question,
  { mcpReq }: ServerContext,
  progress: ProgressSender,
): Promise<Approval> {
  const { desk, now, sleep, patience, heartbeat } = settings;
  if (desk === undefined) return { kind: "unavailable", why: "no directory for an operator's approvals is configured" };
  const pending = desk.ask(binding, question, { now: now(), expires: now() + settings.expires });
  const end = now() + patience;
  let told = Number.NEGATIVE_INFINITY;
  for (;;) {
    const verdict = desk.answerTo(pending);
    if (verdict !== undefined) return judged(settings, pending, verdict);
    if (now() >= end) return { kind: "open", result: failed(stillPending(pending)) };
    if (now() - told >= heartbeat) {
      told = now();
      progress.send({ message: `Waiting for an operator: pve-mcp approve ${pending.id}` });
    }
    await sleep(Math.min(PAUSE, end - now()), mcpReq.signal);
  }
}

function judged(
  { desk, singleUse, now }: ApprovalSettings,
  pending: Pending,
  { approved, by }: { readonly approved: boolean; readonly by: string },
): Approval {
  if (!approved) {
    desk?.clear(pending);
    return { kind: "refused", why: `the operator ${by} refused it` };
  }
  const redeem = (): boolean => {
    const isFirst = pending.expires >= now() && singleUse.spend(pending.nonce, pending.expires, now());
    desk?.clear(pending);
    return isFirst;
  };
  return { kind: "granted", permit: { whats: pending.whats, how: `operator ${by}`, redeem } };
}

function stillPending({ id, expires }: Pending): string {
  return [
    `Pending approval ${id}: nothing was changed. An operator decides, where this server runs: pve-mcp approve ${id}`,
    `Call again with the same arguments to go on once it is approved. The question is open until ${new Date(expires).toISOString()}.`,
  ].join("\n");
}
