/** A secret, or who can be asked for it. */
export type Secret = string | (() => string | Promise<string>);

/** An API token, `user@realm!tokenid=secret`. */
export interface TokenAuth {
  /** A function is asked at the first call, and again when PVE refuses what it gave: a token may be exchanged meanwhile. */
  readonly token: Secret;
}

/** A login with user name and password; the client fetches and renews its own ticket. */
export interface PasswordAuth {
  /** With its realm: `root@pam`. */
  readonly username: string;
  /**
   * A text is forgotten after the first login; a client that then idles for more than two hours cannot come back. A
   * function is asked whenever a login is needed.
   */
  readonly password: Secret;
  /** What proves the user a second time, where the account asks for it. Renewing a ticket does not. */
  readonly secondFactor?: SecondFactor | undefined;
}

/** One way to answer a second-factor (TFA) challenge. */
export type SecondFactor =
  /** The six digits of an authenticator; better a function, as they are good for half a minute. */
  | { readonly totp: Secret }
  /** One of the account's recovery keys; each can be used once. */
  | { readonly recovery: Secret }
  /** What a Yubico key types. */
  | { readonly yubico: Secret }
  /**
   * Answers a WebAuthn challenge, usually in a browser: gets what PVE hands to `navigator.credentials.get`, with
   * binary values in base64url, and gives the assertion in the form PVE's own web interface sends.
   */
  | { readonly webauthn: (challenge: unknown) => unknown };

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
  /** `user@realm`, or `user@realm!tokenid`. */
  identity(): Promise<string> | string;
  /** Headers for one request; logs in or renews first if it must. */
  headers(method: string): Promise<Record<string, string>> | Record<string, string>;
  /** After a 401: whether there are better credentials than those used. */
  renew(used: Readonly<Record<string, string>>): Promise<boolean>;
}
