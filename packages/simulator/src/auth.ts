import type { AccessState } from "./access.js";
import type { TicketOffice } from "./auth-tickets.js";
import type { Caller } from "./handler.js";
import { percentDecode } from "./http-form.js";

/** What a request shows to prove who it comes from. A ticket wins over a token. */
export interface Credentials {
  readonly ticket?: string;
  readonly apiToken?: string;
}

/** Looks for a ticket in the cookie, then in `Authorization`, then for an API token there. */
export function readCredentials(headers: Readonly<Record<string, string>>): Credentials {
  const authorization = headers["authorization"] ?? "";
  const named = /(?:^|\s)PVEAuthCookie=([^;]*)/;
  const ticket = named.exec(headers["cookie"] ?? "")?.[1] || named.exec(authorization)?.[1];
  if (ticket) {
    return { ticket: percentDecode(ticket) };
  }
  const apiToken = /(?:^|\s)PVEAPIToken[=\s]([^;]*)/.exec(authorization)?.[1];
  return apiToken ? { apiToken: percentDecode(apiToken.trim()) } : {};
}

/** Whether an account (or token owner) may act: known, enabled, not expired. `now` in epoch seconds. */
export function isActive(access: AccessState, userid: string, now: number): boolean {
  const user = access.users.get(userid);
  return user?.enable === true && !isExpired(user.expire, now);
}

function isExpired(expire: number, now: number): boolean {
  return expire !== 0 && expire <= now;
}

/** What authentication reads. */
export interface AuthSource {
  readonly access: AccessState;
  readonly tickets: TicketOffice;
  /** Epoch seconds. */
  readonly now: number;
}

/** Who the credentials belong to, or the reason phrase of the 401. */
export function authenticate(credentials: Credentials, source: AuthSource): Caller | string {
  const { access, tickets, now } = source;
  if (credentials.ticket !== undefined) {
    const userid = tickets.verifyTicket(credentials.ticket, now);
    const known = userid !== undefined && isActive(access, userid, now);
    return known ? { userid, authid: userid } : "Authentication failed!";
  }
  if (credentials.apiToken !== undefined) {
    return tokenCaller(credentials.apiToken, source) ?? "Authentication failed!";
  }
  return "No ticket";
}

function tokenCaller(text: string, { access, now }: AuthSource): Caller | undefined {
  const [, userid, tokenid, secret] = /^([^\s:/!]+@[A-Za-z][A-Za-z0-9.\-_]+)!([^=]+)=(.+)$/.exec(text) ?? [];
  if (userid === undefined || tokenid === undefined || !isActive(access, userid, now)) {
    return undefined;
  }
  const token = access.users.get(userid)?.tokens.get(tokenid);
  if (!token || token.secret !== secret || isExpired(token.expire, now)) {
    return undefined;
  }
  return { userid, tokenid, authid: `${userid}!${tokenid}` };
}
