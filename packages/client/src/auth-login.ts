import { isRecord } from "./encode.js";
import { judge } from "./envelope.js";
import { PveProtocolError, PveRequestError } from "./errors.js";
import type { Answer } from "./transport.js";

/** The operation that hands out tickets. */
export const LOGIN = "POST /access/ticket";

/** A complete ticket, or the half of one that a second factor must complete. */
export type Login =
  | { readonly ticket: string; readonly csrfToken: string; readonly username: string | undefined }
  | { readonly halfTicket: string };

/**
 * Reads the answer of a login.
 * @throws PveRequestError when it was refused
 * @throws PveProtocolError when there is no ticket in it
 */
export async function readLogin(operation: string, answer: Answer): Promise<Login> {
  const { status, reason } = answer;
  const contentType = answer.headers.get("content-type") ?? "";
  const body = new TextDecoder().decode(answer.bytes);
  const { data } = await judge({ operation, status, reason, contentType, body });
  const { ticket, CSRFPreventionToken, NeedTFA, username } = isRecord(data) ? data : {};
  if (typeof ticket === "string" && isTrue(NeedTFA)) return { halfTicket: ticket };
  if (typeof ticket !== "string" || typeof CSRFPreventionToken !== "string") {
    throw new PveProtocolError(operation, status, "answered without a ticket");
  }
  return { ticket, csrfToken: CSRFPreventionToken, username: typeof username === "string" ? username : undefined };
}

/** The refusal of a login that PVE did not speak itself. */
export function loginRefused(reason: string, status: number): PveRequestError {
  return new PveRequestError({ operation: LOGIN, status, reason, fields: {}, kind: "authentication" });
}

function isTrue(flag: unknown): boolean {
  return flag === 1 || flag === "1" || flag === true;
}
