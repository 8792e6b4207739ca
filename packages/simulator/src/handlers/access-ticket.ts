import { isActive } from "../auth.js";
import type { TicketOffice } from "../auth-tickets.js";
import { PveFailure } from "../failure.js";
import type { Call, Handlers } from "../handler.js";
import { holds } from "../permissions.js";
import { reportCapabilities } from "../permissions-report.js";
import { splitList } from "../verify-list.js";

/** Logging in, renewing a ticket, and asking whether a ticket would be good for something. */
export function ticketHandlers(tickets: TicketOffice): Handlers {
  return {
    // Kept by PVE for formatters that need a page to land on; says nothing.
    "GET /access/ticket": () => null,
    "POST /access/ticket": (call) => createTicket(call, tickets),
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
  if (!isActive(world.access, userid, now) || !isGenuine(call, tickets, userid, String(params["password"]))) {
    refuse();
  }
  if (path !== undefined) {
    const privs = splitList(String(params["privs"] ?? ""));
    return holds(world, userid, String(path), privs)
      ? { username: userid, cap: reportCapabilities(world, userid) }
      : refuse();
  }
  const mayKnowCluster = world.cluster && holds(world, userid, "/", ["Sys.Audit"]);
  return {
    username: userid,
    ticket: tickets.ticket(userid, now),
    CSRFPreventionToken: tickets.csrfToken(userid, now),
    cap: reportCapabilities(world, userid),
    ...(mayKnowCluster ? { clustername: world.cluster?.name } : {}),
  };
}

/** A ticket in place of the password renews it; root@pam's makes tickets for others too. */
function isGenuine({ world, now }: Call, tickets: TicketOffice, userid: string, password: string): boolean {
  const holder = tickets.verifyTicket(password, now());
  if (holder !== undefined) {
    return holder === userid || holder === "root@pam";
  }
  return world.access.users.get(userid)?.password === password;
}
