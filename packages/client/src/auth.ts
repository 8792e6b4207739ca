import { type AuthContext, TicketSession } from "./auth-session.js";
import type { Authenticator, PveAuth, TicketAuth } from "./credentials.js";
import { PveConfigError } from "./errors.js";

/**
 * Makes the authenticator for a way of proving oneself.
 * @throws PveConfigError when the credentials cannot be right; it never quotes them
 */
export function createAuthenticator(auth: PveAuth, context: AuthContext): Authenticator {
  if ("token" in auth) return tokenAuthenticator(auth.token);
  if (typeof auth.username !== "string" || !/^.+@[^@]+$/.test(auth.username)) {
    throw new PveConfigError("auth.username needs its realm, as in root@pam or alice@pve");
  }
  if ("ticket" in auth) return ticketAuthenticator(auth, context);
  return new TicketSession(auth.username, { password: auth.password }, context);
}

function tokenAuthenticator(token: string): Authenticator {
  if (typeof token !== "string" || !/^[^\s@!=]+@[^\s!=@]+![^\s!=@]+=[\x21-\x7e]+$/.test(token)) {
    throw new PveConfigError(
      "auth.token must look like user@realm!tokenid=secret, as shown once when the token was created (no PVEAPIToken= in front)",
    );
  }
  // PVE percent-decodes the value and ends it at a semicolon.
  const value = token.replace(/[^\x21-\x7e]+|[%;,]/g, encodeURIComponent);
  return {
    isToken: true,
    headers: async () => ({ authorization: `PVEAPIToken=${value}` }),
    renew: async () => false,
  };
}

function ticketAuthenticator(auth: TicketAuth, context: AuthContext): Authenticator {
  if (!/^PVE:[\x21-\x7e]+$/.test(auth.ticket) || auth.ticket.startsWith("PVE:!tfa!")) {
    throw new PveConfigError(
      "auth.ticket is no complete PVE ticket (PVE:user@realm:…); take the `ticket` of POST /access/ticket",
    );
  }
  if (!/^[\x21-\x7e]+$/.test(auth.csrfToken)) {
    throw new PveConfigError("auth.csrfToken is missing; take the `CSRFPreventionToken` of POST /access/ticket");
  }
  // The third part of a ticket is the time it was made, in hex seconds.
  const made = Number.parseInt(auth.ticket.split("::")[0]?.split(":").at(-1) ?? "", 16) * 1000;
  const { ticket, csrfToken, username } = auth;
  return new TicketSession(username, { start: { ticket, csrfToken, since: made > 0 ? made : context.now() } }, context);
}
