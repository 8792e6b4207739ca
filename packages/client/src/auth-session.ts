import { LOGIN, type Login, loginRefused, readLogin } from "./auth-login.js";
import type { Authenticator, PasswordAuth } from "./credentials.js";
import { PveConnectionError, PveRequestError } from "./errors.js";
import type { Answer } from "./transport.js";

/** What a session needs from the outside. */
export interface AuthContext {
  /** Sends `POST /access/ticket` without credentials. */
  readonly login: (form: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly now: () => number;
}

const HOUR = 3_600_000;

/** A ticket with everything needed to use and renew it. */
export interface Session {
  readonly ticket: string;
  readonly csrfToken: string;
  /** When it was made, in epoch milliseconds. */
  readonly since: number;
}

/** What a session begins with: a password and perhaps a second factor, or a ticket that somebody else fetched. */
export type SessionMeans = Partial<Pick<PasswordAuth, "password" | "secondFactor">> & { readonly start?: Session };

/** A login that renews itself: after an hour with its own ticket, so that no password has to be kept. */
export class TicketSession implements Authenticator {
  readonly isToken = false;
  readonly #username: string;
  readonly #context: AuthContext;
  #password: PasswordAuth["password"] | undefined;
  readonly #secondFactor: PasswordAuth["secondFactor"];
  #session: Session | undefined;
  #pending: Promise<Session> | undefined;

  constructor(username: string, means: SessionMeans, context: AuthContext) {
    this.#username = username;
    this.#password = means.password;
    this.#secondFactor = means.secondFactor;
    this.#session = means.start;
    this.#context = context;
  }

  identity(): string {
    return this.#username;
  }

  headers(method: string): Promise<Record<string, string>> | Record<string, string> {
    const session = this.#session;
    const isFresh = session !== undefined && this.#context.now() - session.since <= HOUR;
    if (isFresh) return sessionHeaders(session, method);
    return this.#current().then((current) => sessionHeaders(current, method));
  }

  async renew(used: Readonly<Record<string, string>>): Promise<boolean> {
    // Another request may have renewed the ticket while this one was under way.
    if (this.#session !== undefined && sessionHeaders(this.#session, "GET")["cookie"] !== used["cookie"]) return true;
    await this.#refresh();
    return true;
  }

  async #current(): Promise<Session> {
    const session = this.#session;
    if (session === undefined || this.#context.now() - session.since > 2 * HOUR) return this.#refresh();
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
    const login = await this.#send({ password });
    const { ticket, csrfToken } = "halfTicket" in login ? await this.#complete(login.halfTicket) : login;
    this.#session = { ticket, csrfToken, since };
    if (typeof this.#password === "string") this.#password = undefined;
    return this.#session;
  }

  async #complete(halfTicket: string): Promise<Exclude<Login, { readonly halfTicket: string }>> {
    const { answerChallenge } = await import("./auth-second-factor.js");
    const password = await answerChallenge(halfTicket, this.#secondFactor);
    const login = await this.#send({ password, "tfa-challenge": halfTicket });
    if ("halfTicket" in login) throw loginRefused("the second factor was answered with another challenge", 200);
    return login;
  }

  async #send(form: Readonly<Record<string, string>>): Promise<Login> {
    return readLogin(LOGIN, await this.#context.login({ username: this.#username, ...form }));
  }
}

function sessionHeaders({ ticket, csrfToken }: Session, method: string): Record<string, string> {
  const cookie = `PVEAuthCookie=${encodeURIComponent(ticket)}`;
  return method === "GET" ? { cookie } : { cookie, csrfpreventiontoken: csrfToken };
}

function expired({ status }: PveRequestError): PveRequestError {
  const reason =
    "the ticket can no longer be renewed, and the password was forgotten after the first login; " +
    "make a new client, or give auth.password as a function";
  return loginRefused(reason, status);
}

function isRefused(error: unknown): error is PveRequestError {
  return error instanceof PveRequestError && error.kind === "authentication";
}
