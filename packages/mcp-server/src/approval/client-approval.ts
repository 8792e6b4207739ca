import { randomUUID } from "node:crypto";
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type ElicitRequestFormParams,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  SdkError,
  SdkErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { ProgressSender } from "../progress.js";
import type { ApprovalSettings } from "./approval-settings.js";
import type { Binding } from "./binding.js";
import type { Permit } from "./permit.js";
import { isApproved, type Question } from "./question.js";

const PURPOSE = "approval by the client";
const KEY = "approval";

/** What a question came to. */
export type Approval =
  | { readonly kind: "granted"; readonly permit: Permit }
  | { readonly kind: "refused"; readonly why: string }
  /** The answer to give for now: it asks the client, or says what is waited for. */
  | { readonly kind: "open"; readonly result: CallToolResult | InputRequiredResult }
  /** There is nobody to ask this way. */
  | { readonly kind: "unavailable"; readonly why: string };

/** What travels through the client's hands between question and answer; sealed. */
interface Echo extends Binding {
  readonly id: string;
  readonly words: readonly string[];
  readonly expires: number;
}

/** Whether a request came in the revision of the protocol in which servers ask by their answers. */
function isModern({ mcpReq }: ServerContext): boolean {
  return mcpReq.envelope !== undefined;
}

/** Whether the client said with this very request that it shows forms; an empty capability means that it does. */
function showsForms({ mcpReq }: ServerContext): boolean {
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {};
  const { elicitation } = (envelope[CLIENT_CAPABILITIES_META_KEY] ?? {}) as ClientCapabilities;
  return elicitation !== undefined && (elicitation.form !== undefined || Object.keys(elicitation).length === 0);
}

/**
 * Puts a question to the person at the client. In revision 2026-07-28 the answer to the call asks it, and its sealed
 * state comes back with the client's next call; before that, the client is asked while the call waits.
 */
export async function askClient(
  settings: ApprovalSettings,
  binding: Binding,
  question: Question,
  context: ServerContext,
  progress: ProgressSender,
): Promise<Approval> {
  const form = formFor(question);
  // Over HTTP without sessions the answer to such a question has no way back.
  if (!isModern(context) && context.http !== undefined) return noForm;
  if (!isModern(context)) return elicit(settings, binding, question, form, context, progress);
  if (!showsForms(context)) return noForm;
  const expires = settings.now() + settings.expires;
  const echo: Echo = { ...binding, id: randomUUID(), words: question.words, expires };
  const inputRequests = { [KEY]: inputRequired.elicit(form) };
  const requestState = settings.sealer.seal(PURPOSE, echo);
  return { kind: "open", result: inputRequired({ inputRequests, requestState }) };
}

/** What the client's answer to an earlier question comes to; undefined where the call answers none. */
export function answerOfClient(
  settings: ApprovalSettings,
  who: string,
  { mcpReq }: ServerContext,
): Approval | undefined {
  const state = mcpReq.requestState();
  if (state === undefined) return undefined;
  const echo = typeof state === "string" ? (settings.sealer.open(PURPOSE, state) as Echo | undefined) : undefined;
  if (echo === undefined) return refused("its approval was not given by this server, or was altered");
  if (echo.who !== who) return refused("its approval was given for another call, or to another caller");
  if (echo.expires < settings.now()) return refused("its approval came too late; call again to be asked again");
  const answer = inputResponse(mcpReq.inputResponses, KEY);
  const accepted = answer.kind === "elicit" && answer.action === "accept" && isApproved(echo, answer.content?.["name"]);
  if (accepted) return granted(settings, echo);
  // A refusal is final: the same question is not answered twice.
  settings.singleUse.spend(echo.id, echo.expires, settings.now());
  return refused(notAccepted(answer.kind === "elicit" ? answer.action : "cancel"));
}

function granted(settings: ApprovalSettings, { id, whats, expires }: Echo): Approval {
  const redeem = (): boolean => expires >= settings.now() && settings.singleUse.spend(id, expires, settings.now());
  return { kind: "granted", permit: { whats, how: "client", redeem } };
}

async function elicit(
  settings: ApprovalSettings,
  binding: Binding,
  question: Question,
  form: ElicitRequestFormParams,
  { mcpReq }: ServerContext,
  progress: ProgressSender,
): Promise<Approval> {
  // Clients give up on a call that says nothing for a while.
  const heart = setInterval(() => progress.send({ message: "Waiting for approval." }), settings.heartbeat);
  try {
    const answer = await mcpReq.elicitInput(form, { timeout: settings.expires, signal: mcpReq.signal });
    if (answer.action !== "accept" || !isApproved(question, answer.content?.["name"]))
      return refused(notAccepted(answer.action));
    return granted(settings, { ...binding, id: randomUUID(), words: [], expires: settings.now() + settings.expires });
  } catch (error) {
    if (error instanceof SdkError && error.code === SdkErrorCode.CapabilityNotSupported) return noForm;
    if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout)
      return refused("nobody answered in time");
    mcpReq.signal.throwIfAborted();
    return refused("the client could not ask for approval");
  } finally {
    clearInterval(heart);
  }
}

function formFor({ lines, words }: Question): ElicitRequestFormParams {
  return {
    mode: "form",
    message: lines.join("\n"),
    requestedSchema: {
      type: "object",
      properties: {
        name: {
          type: "string",
          title: `Type ${words.join(" or ")} to approve`,
          description: "Only a person may answer this.",
        },
      },
      required: ["name"],
    },
  };
}

function notAccepted(action: "accept" | "decline" | "cancel"): string {
  if (action === "accept") return "what was typed is not the name of what it concerns";
  return action === "decline"
    ? "it was declined; some clients decline at once, without asking anybody"
    : "the question was closed without an answer; some clients do so at once, without asking anybody";
}

function refused(why: string): Approval {
  return { kind: "refused", why };
}

const noForm: Approval = { kind: "unavailable", why: "this client cannot ask its user (no form elicitation)" };
