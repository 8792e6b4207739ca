import { isActive } from "../auth.js";
import type { TicketOffice } from "../auth-tickets.js";
import { PveFailure } from "../failure.js";
import type { Call, Handlers } from "../handler.js";
import { holds } from "../permissions.js";
import { reportCapabilities } from "../permissions-report.js";
import { challengeOf, passesSecondFactor, realmFactor, type TfaChallenge } from "../tfa-challenge.js";
import { splitList } from "../verify-list.js";
import { isConsoleTicket } from "../world-consoles.js";

/** Logging in, renewing a ticket, and asking whether a ticket would be good for something. */
export function ticketHandlers(tickets: TicketOffice): Handlers {
  return {
    // Kept by PVE for formatters that need a page to land on; says nothing.
    "GET /access/ticket": () => null,
    "POST /access/ticket": (call) => createTicket(call, tickets),
    "POST /access/vncticket": verifyConsoleTicket,
  };
}

/** Every failure looks the same, so that nobody learns which part was wrong. */
function refuse(): never {
  throw new PveFailure(401, "authentication failure");
}

function createTicket(call: Call, tickets: TicketOffice): unknown {
  const { params, world } = call;
  const realm = params["realm"];
  const userid = `${String(params["username"])}${realm === undefined ? "" : `@${String(realm)}`}`;
  const now = call.now();
  const path = params["path"];
  const isProven = isActive(world.access, userid, now) && isGenuine(call, tickets, userid, String(params["password"]));
  if (!isProven) {
    refuse();
  }
  if (path !== undefined) {
    const privs = splitList(String(params["privs"] ?? ""));
    return holds(world, userid, String(path), privs)
      ? { username: userid, cap: reportCapabilities(world, userid) }
      : refuse();
  }
  const CSRFPreventionToken = tickets.csrfToken(userid, now);
  const challenge = askedOf(call, tickets, userid);
  if (challenge !== undefined) {
    const ticket = tickets.challengeTicket(userid, challenge, now);
    return { username: userid, ticket, CSRFPreventionToken, NeedTFA: 1 };
  }
  const mayKnowCluster = world.cluster && holds(world, userid, "/", ["Sys.Audit"]);
  return {
    username: userid,
    ticket: tickets.ticket(userid, now),
    CSRFPreventionToken,
    cap: reportCapabilities(world, userid),
    ...(mayKnowCluster ? { clustername: world.cluster?.name } : {}),
  };
}

/** Says nothing of a console's ticket that is good for its holder, path and port, and refuses every other. */
function verifyConsoleTicket({ params, world, now }: Call): void {
  const [authid, path, ticket, privs] = ["authid", "path", "vncticket", "privs"].map((name) => String(params[name]));
  const claim = { authid: authid ?? "", path: path ?? "", port: Number(params["port"]), now: now() };
  const isGenuine = isConsoleTicket(world.consoles, ticket ?? "", claim);
  if (!isGenuine || !holds(world, claim.authid, claim.path, splitList(privs ?? ""))) {
    refuse();
  }
}

/** What is still to be proven after the first step, if anything. */
function askedOf(call: Call, tickets: TicketOffice, userid: string): TfaChallenge | undefined {
  const { params, world } = call;
  const isRenewal = tickets.verifyTicket(String(params["password"]), call.now()) !== undefined;
  if (isRenewal || params["tfa-challenge"] !== undefined) {
    return undefined;
  }
  const challenge = challengeOf(world, userid);
  const otp = params["otp"];
  if (challenge === undefined) {
    return realmFactor(world, userid) === undefined ? undefined : refuse();
  }
  // A code that comes along is looked at, and asked for again all the same.
  return otp === undefined || passesSecondFactor(world, userid, String(otp), call.now()) ? challenge : refuse();
}

/**
 * With a challenge the password is the answer to it. Otherwise a ticket in place of the password renews it; root@pam's
 * makes tickets for others too.
 */
function isGenuine({ world, params, now }: Call, tickets: TicketOffice, userid: string, password: string): boolean {
  const challenge = params["tfa-challenge"];
  if (challenge !== undefined) {
    const isOwn = tickets.verifyChallengeTicket(String(challenge), userid, now());
    return isOwn && passesSecondFactor(world, userid, password, now());
  }
  const holder = tickets.verifyTicket(password, now());
  if (holder !== undefined) {
    return holder === userid || holder === "root@pam";
  }
  return world.access.users.get(userid)?.password === password;
}
