import type { AuthContext, SessionMeans, TicketSession } from "./auth-session.js";
import { tokenAuthenticator } from "./auth-token.js";
import type { Authenticator, PasswordAuth, PveAuth, TicketAuth } from "./credentials.js";
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
  return passwordAuthenticator(auth, context);
}

function passwordAuthenticator(auth: PasswordAuth, context: AuthContext): Authenticator {
  const { username, password, secondFactor } = auth;
  const kinds = Object.keys(secondFactor ?? { totp: "" });
  if (kinds.length !== 1 || !["totp", "recovery", "yubico", "webauthn"].includes(kinds[0] ?? "")) {
    throw new PveConfigError("auth.secondFactor takes exactly one of totp, recovery, yubico and webauthn");
  }
  return sessionOnDemand(username, { password, ...(secondFactor && { secondFactor }) }, context);
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
  return sessionOnDemand(username, { start: { ticket, csrfToken, since: made > 0 ? made : context.now() } }, context);
}

/** A session whose code is loaded with the first request; until then the means to log in wait here, and only here. */
function sessionOnDemand(username: string, given: SessionMeans, context: AuthContext): Authenticator {
  let means: SessionMeans | undefined = given;
  let session: TicketSession | undefined;
  let loading: Promise<TicketSession> | undefined;
  const load = () => {
    loading ??= import("./auth-session.js").then((loaded) => {
      session = new loaded.TicketSession(username, means ?? {}, context);
      means = undefined;
      return session;
    });
    return loading;
  };
  return {
    isToken: false,
    identity: () => username,
    headers: (method) => session?.headers(method) ?? load().then((loaded) => loaded.headers(method)),
    renew: async (used) => (await load()).renew(used),
  };
}
