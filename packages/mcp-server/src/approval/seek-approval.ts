import type { ServerContext } from "@modelcontextprotocol/server";
import type { ProgressSender } from "../progress.js";
import type { ApprovalSettings } from "./approval-settings.js";
import type { Binding } from "./binding.js";
import { type Approval, askClient } from "./client-approval.js";
import { askOperator } from "./operator-approval.js";
import type { Question } from "./question.js";

/** Asks for approval in the order of the settings, until somebody can be asked. Nobody to ask is a refusal. */
export async function seekApproval(
  settings: ApprovalSettings,
  binding: Binding,
  question: Question,
  context: ServerContext,
  progress: ProgressSender,
): Promise<Approval> {
  const ways = {
    auto: [askClient, askOperator],
    off: [askClient, askOperator],
    client: [askClient],
    operator: [askOperator],
  };
  const missing: string[] = [];
  for (const ask of ways[settings.mode]) {
    const approval = await ask(settings, binding, question, context, progress);
    if (approval.kind !== "unavailable") return approval;
    missing.push(approval.why);
  }
  return { kind: "refused", why: `${missing.join(", and ")}. ${HOW_TO_ENABLE}` };
}

const HOW_TO_ENABLE =
  'The operator can use a client that asks its user, or name a directory (approval.directory) and answer with "pve-mcp approve", or, where nobody is there to ask, set approval.mode to off';
