import { isRecord } from "./encode.js";
import type { Envelope, RawAnswer } from "./envelope.js";
import { PveProtocolError, PveRequestError } from "./errors.js";
import { readEnvelope } from "./read-envelope.js";
import { refusalKind } from "./refusal.js";

export type { Envelope, RawAnswer } from "./envelope.js";

/**
 * Judges an answer.
 * @throws PveRequestError when PVE refused, also inside a 200
 * @throws PveProtocolError when the answer is not PVE's
 */
export function readAnswer(answer: RawAnswer): Envelope {
  const { operation, status } = answer;
  if (status >= 300 && status < 400) {
    throw new PveProtocolError(
      operation,
      status,
      `answered with a redirect (${status}); check baseUrl, it must be https`,
    );
  }
  const isGateway = status >= 502 && status <= 504;
  if (isHtml(answer) && !isGateway) {
    throw new PveProtocolError(operation, status, `answered with HTML (${status}); baseUrl does not lead to a PVE API`);
  }
  if (status >= 400) throw refusal(answer, isRecord(answer.body) ? answer.body : {});
  return readSuccess(answer);
}

function readSuccess(answer: RawAnswer): Envelope {
  const body = typeof answer.body === "string" ? parseJson(answer, answer.body) : answer.body;
  const envelope = readEnvelope(body);
  if (envelope !== undefined) return envelope;
  if (isRecord(body) && "data" in body) throw refusal(answer, body);
  throw new PveProtocolError(answer.operation, answer.status, "answered without `data`; this is not a PVE API");
}

function parseJson(answer: RawAnswer, text: string): unknown {
  // Downloads such as a task's whole log come as plain text, without an envelope.
  if (answer.contentType.startsWith("text/plain")) return { data: text };
  if (answer.contentType !== "" && !/^(?:application|text)\/(?:[\w.+-]*\+)?json\b/.test(answer.contentType)) {
    const problem = `answered with ${answer.contentType}, not JSON; take it with asResponse(call)`;
    throw new PveProtocolError(answer.operation, answer.status, problem);
  }
  try {
    return JSON.parse(text);
  } catch {
    const problem = text === "" ? "answered with nothing" : "answered with broken or cut JSON";
    throw new PveProtocolError(answer.operation, answer.status, `${problem} (${text.length} characters)`);
  }
}

function refusal(answer: RawAnswer, body: Readonly<Record<string, unknown>>): PveRequestError {
  const fields = isRecord(body["errors"]) ? textsOf(body["errors"]) : {};
  const reason = reasonOf(answer, body["message"]);
  const kind = refusalKind({ status: answer.status, reason, fields });
  return new PveRequestError({ operation: answer.operation, status: answer.status, reason, fields, kind });
}

/** The body's message has all lines, the reason phrase only the first; older releases have only the latter. */
function reasonOf(answer: RawAnswer, message: unknown): string {
  if (typeof message === "string" && message.trim() !== "") return message.trim();
  if (answer.reason !== "") return answer.reason;
  return typeof answer.body === "string" && !isHtml(answer) ? answer.body.slice(0, 300).trim() : "";
}

function textsOf(errors: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).map(([field, text]) => [field, String(text)]));
}

function isHtml({ contentType, body }: RawAnswer): boolean {
  return contentType.startsWith("text/html") || (typeof body === "string" && body.trimStart().startsWith("<"));
}
