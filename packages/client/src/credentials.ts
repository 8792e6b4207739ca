/** An API token, `user@realm!tokenid=secret`. */
export interface TokenAuth {
  readonly token: string;
}

/** A login with user name and password; the client fetches and renews its own ticket. */
export interface PasswordAuth {
  /** With its realm: `root@pam`. */
  readonly username: string;
  /**
   * A text is forgotten after the first login; a client that then idles for more than two hours cannot come back. A
   * function is asked whenever a login is needed.
   */
  readonly password: string | (() => string | Promise<string>);
}

/** A ticket that somebody else fetched; the client renews it. */
export interface TicketAuth {
  readonly ticket: string;
  readonly csrfToken: string;
  readonly username: string;
}

/** How the client proves who it is. */
export type PveAuth = TokenAuth | PasswordAuth | TicketAuth;

/** Gives requests their credentials. Keeps them in its closure: nothing of it can be printed or serialised. */
export interface Authenticator {
  readonly isToken: boolean;
  /** Headers for one request; logs in or renews first if it must. */
  headers(method: string): Promise<Record<string, string>>;
  /** After a 401: whether there are better credentials than those used. */
  renew(used: Readonly<Record<string, string>>): Promise<boolean>;
}
