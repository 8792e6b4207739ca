import { readAnswer } from "./answer.js";
import type { Authenticator, PasswordAuth } from "./credentials.js";
import { isRecord } from "./encode.js";
import { PveConnectionError, PveProtocolError, PveRequestError } from "./errors.js";
import type { Answer } from "./transport.js";

/** What a session needs from the outside. */
export interface AuthContext {
  /** Sends `POST /access/ticket` without credentials. */
  readonly login: (form: { readonly username: string; readonly password: string }) => Promise<Answer>;
  readonly now: () => number;
}

const LOGIN = "POST /access/ticket";
const HOUR = 3_600_000;

/** A ticket with everything needed to use and renew it. */
export interface Session {
  readonly ticket: string;
  readonly csrfToken: string;
  /** When it was made, in epoch milliseconds. */
  readonly since: number;
}

/** A login that renews itself: after an hour with its own ticket, so that no password has to be kept. */
export class TicketSession implements Authenticator {
  readonly isToken = false;
  readonly #username: string;
  readonly #context: AuthContext;
  #password: PasswordAuth["password"] | undefined;
  #session: Session | undefined;
  #pending: Promise<Session> | undefined;

  constructor(
    username: string,
    means: { readonly password?: PasswordAuth["password"]; readonly start?: Session },
    context: AuthContext,
  ) {
    this.#username = username;
    this.#password = means.password;
    this.#session = means.start;
    this.#context = context;
  }

  async headers(method: string): Promise<Record<string, string>> {
    return sessionHeaders(await this.#current(), method);
  }

  async renew(used: Readonly<Record<string, string>>): Promise<boolean> {
    // Another request may have renewed the ticket while this one was under way.
    if (this.#session !== undefined && sessionHeaders(this.#session, "GET")["cookie"] !== used["cookie"]) return true;
    try {
      await this.#refresh();
      return true;
    } catch (error) {
      if (isRefused(error)) return false;
      throw error;
    }
  }

  async #current(): Promise<Session> {
    const session = this.#session;
    const age = session === undefined ? Number.POSITIVE_INFINITY : this.#context.now() - session.since;
    if (session === undefined || age > 2 * HOUR) return this.#refresh();
    if (age <= HOUR) return session;
    try {
      return await this.#refresh();
    } catch (error) {
      // The old ticket is good for another hour, so an unreachable server is no reason to fail yet.
      if (error instanceof PveConnectionError) return session;
      throw error;
    }
  }

  /** Single flight: however many requests need a ticket at once, one login is sent. */
  #refresh(): Promise<Session> {
    this.#pending ??= this.#obtain().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #obtain(): Promise<Session> {
    if (this.#session === undefined) return this.#logIn();
    try {
      return await this.#open(this.#session.ticket);
    } catch (error) {
      if (!isRefused(error)) throw error;
      if (typeof this.#password === "function") return this.#logIn();
      throw expired(error);
    }
  }

  async #logIn(): Promise<Session> {
    const password = this.#password;
    return this.#open(typeof password === "function" ? await password() : (password ?? ""));
  }

  async #open(password: string): Promise<Session> {
    const since = this.#context.now();
    const answer = await this.#context.login({ username: this.#username, password });
    this.#session = { ...readLogin(answer), since };
    if (typeof this.#password === "string") this.#password = undefined;
    return this.#session;
  }
}

function sessionHeaders({ ticket, csrfToken }: Session, method: string): Record<string, string> {
  const cookie = `PVEAuthCookie=${encodeURIComponent(ticket)}`;
  return method === "GET" ? { cookie } : { cookie, csrfpreventiontoken: csrfToken };
}

function readLogin(answer: Answer): Omit<Session, "since"> {
  const contentType = answer.headers.get("content-type") ?? "";
  const text = new TextDecoder().decode(answer.bytes);
  const { status, reason } = answer;
  const { data } = readAnswer({ operation: LOGIN, status, reason, contentType, body: readJson(text) ?? text });
  const { ticket, CSRFPreventionToken, NeedTFA } = isRecord(data) ? data : {};
  if (NeedTFA !== undefined && NeedTFA !== 0) {
    const text =
      "this account needs a second factor (TFA), which the client's login does not support yet; use an API token";
    throw new PveRequestError({ operation: LOGIN, status, reason: text, fields: {}, kind: "authentication" });
  }
  if (typeof ticket !== "string" || typeof CSRFPreventionToken !== "string") {
    throw new PveProtocolError(LOGIN, status, "answered without a ticket");
  }
  return { ticket, csrfToken: CSRFPreventionToken };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function expired({ status }: PveRequestError): PveRequestError {
  const reason =
    "the ticket can no longer be renewed, and the password was forgotten after the first login; " +
    "make a new client, or give auth.password as a function";
  return new PveRequestError({ operation: LOGIN, status, reason, fields: {}, kind: "authentication" });
}

function isRefused(error: unknown): error is PveRequestError {
  return error instanceof PveRequestError && error.kind === "authentication";
}
