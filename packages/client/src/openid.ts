import { readLogin } from "./auth-login.js";
import type { TicketAuth } from "./credentials.js";
import { judge } from "./envelope.js";
import { PveProtocolError } from "./errors.js";
import { createWire, postOpenly, type WireOptions } from "./wire.js";

/** Which provider to log in with. */
export interface OpenIdRequest {
  /** The realm's name in PVE. */
  readonly realm: string;
  /** Where the provider sends the browser back to; it has to be registered there. */
  readonly redirectUrl: string;
}

/** A login that a person completes in a browser. */
export interface OpenIdLogin {
  /** To be opened in a browser. */
  readonly authUrl: string;
  /**
   * Takes the `code` and the `state` that the browser came back with; gives what `createClient` takes as `auth`.
   * @throws PveConnectionError · PveRequestError when PVE does not accept them
   */
  finish(code: string, state: string): Promise<TicketAuth>;
}

const AUTH_URL = "POST /access/openid/auth-url";
const LOGIN = "POST /access/openid/login";

/**
 * Begins a login over an OpenID provider: hand `authUrl` to a browser, and what it comes back with to `finish`. PVE
 * keeps the state in between for a short while, on the node that was asked.
 * @throws PveConfigError · PveConnectionError · PveRequestError
 */
export async function openIdLogin(options: WireOptions & OpenIdRequest): Promise<OpenIdLogin> {
  const wire = createWire(options);
  const form = { "redirect-url": options.redirectUrl };
  const asked = await postOpenly(wire, AUTH_URL, { realm: options.realm, ...form });
  const { status, reason } = asked;
  const contentType = asked.headers.get("content-type") ?? "";
  const body = new TextDecoder().decode(asked.bytes);
  const { data } = await judge({ operation: AUTH_URL, status, reason, contentType, body });
  if (typeof data !== "string") throw new PveProtocolError(AUTH_URL, status, "answered without an address");
  const finish = async (code: string, state: string): Promise<TicketAuth> => {
    const login = await readLogin(LOGIN, await postOpenly(wire, LOGIN, { code, state, ...form }));
    if ("halfTicket" in login || login.username === undefined) {
      throw new PveProtocolError(LOGIN, 200, "answered without a complete ticket and its user");
    }
    const { ticket, csrfToken, username } = login;
    return { ticket, csrfToken, username };
  };
  return { authUrl: data, finish };
}
