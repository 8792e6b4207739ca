import type { TicketOffice } from "../auth-tickets.js";
import { denied } from "../failure.js";
import type { Call, Handlers } from "../handler.js";
import { normalizePath, splitAuthid } from "../permissions.js";
import { reportAll, reportPath } from "../permissions-report.js";
import { aclHandlers } from "./access-acl.js";
import { groupHandlers } from "./access-groups.js";
import { roleHandlers } from "./access-roles.js";
import { ticketHandlers } from "./access-ticket.js";
import { tokenHandlers } from "./access-tokens.js";
import { userHandlers } from "./access-users.js";
import { openidHandlers, realmHandlers } from "./realms.js";
import { tfaHandlers } from "./tfa.js";

const subdirectories = ["users", "groups", "roles", "acl", "domains", "openid", "tfa", "ticket", "password"];

/** Everything below `/access`. */
export function accessHandlers(tickets: TicketOffice): Handlers {
  return {
    ...ticketHandlers(tickets),
    ...userHandlers,
    ...tokenHandlers,
    ...groupHandlers,
    ...roleHandlers,
    ...aclHandlers,
    ...realmHandlers,
    ...tfaHandlers,
    ...openidHandlers,
    "GET /access": () => subdirectories.map((subdir) => ({ subdir })),
    "GET /access/permissions": readPermissions,
  };
}

/** Own rights are free to see (a token may also ask for its user's); those of others need Sys.Audit. */
function readPermissions(call: Call): unknown {
  const { caller, params, world } = call;
  const subject = String(params["userid"] ?? caller.authid);
  const isOwn = subject === caller.authid || subject === caller.userid || splitAuthid(subject).userid === caller.authid;
  if (!isOwn && !call.allowed("/access", ["Sys.Audit"])) {
    denied("/access, Sys.Audit");
  }
  const path = params["path"];
  if (path === undefined) {
    return reportAll(world, subject);
  }
  const normal = normalizePath(String(path));
  return normal === undefined ? {} : { [normal]: reportPath(world, subject, normal) };
}
