import { randomUUID } from "node:crypto";
import { newToken, type Token, type User } from "../access.js";
import { die, invalid } from "../failure.js";
import type { Call, Handlers } from "../handler.js";
import { splitList } from "../verify-list.js";

/** API tokens of users. */
export const tokenHandlers: Handlers = {
  "GET /access/users/{userid}/token": (call) =>
    [...owner(call).tokens.values()].map((token) => ({ tokenid: token.tokenid, ...describeToken(token) })),
  "GET /access/users/{userid}/token/{tokenid}": (call) => describeToken(requireToken(call)),
  "POST /access/users/{userid}/token/{tokenid}": createToken,
  "PUT /access/users/{userid}/token/{tokenid}": updateToken,
  "DELETE /access/users/{userid}/token/{tokenid}": (call) => {
    const { tokenid } = requireToken(call);
    const user = owner(call);
    user.tokens.delete(tokenid);
    const { access } = call.world;
    const full = `${user.userid}!${tokenid}`;
    access.acl = access.acl.filter((entry) => entry.kind !== "token" || entry.ugid !== full);
  },
};

/** A token as PVE shows it: never its secret. */
export function describeToken({ privsep, expire, comment }: Token): Record<string, unknown> {
  return { privsep: privsep ? 1 : 0, expire, ...(comment === undefined ? {} : { comment }) };
}

function owner({ params, world }: Call): User {
  const userid = String(params["userid"]);
  return world.access.users.get(userid) ?? die(`no such user ('${userid}')`);
}

function requireToken(call: Call): Token {
  const user = owner(call);
  const tokenid = String(call.params["tokenid"]);
  return user.tokens.get(tokenid) ?? die(`no such token '${tokenid}' for user '${user.userid}'`);
}

/** What was given comes back as text; PVE answers with the parameters as it read them. */
function echo({ params }: Call): Record<string, string> {
  const given = ["privsep", "expire", "comment"].filter((key) => params[key] !== undefined);
  return Object.fromEntries(given.map((key) => [key, String(params[key])]));
}

function createToken(call: Call): unknown {
  const { params } = call;
  const user = owner(call);
  const tokenid = String(params["tokenid"]);
  if (user.tokens.has(tokenid)) {
    invalid({ tokenid: "Token already exists." });
  }
  const token = newToken({ tokenid });
  user.tokens.set(tokenid, token);
  apply(token, params);
  const info = { privsep: 1, ...echo(call) };
  return { "full-tokenid": `${user.userid}!${tokenid}`, info, value: token.secret };
}

function updateToken(call: Call): unknown {
  const token = requireToken(call);
  const { params } = call;
  apply(token, params);
  if (splitList(String(params["delete"] ?? "")).includes("comment")) {
    delete token.comment;
  }
  const info = { ...describeToken(token), ...echo(call) };
  if (params["regenerate"] !== 1) {
    return info;
  }
  token.secret = randomUUID();
  return { ...info, "full-tokenid": `${String(params["userid"])}!${token.tokenid}`, value: token.secret };
}

function apply(token: Token, params: Call["params"]): void {
  if (params["privsep"] !== undefined) {
    token.privsep = params["privsep"] === 1;
  }
  if (params["expire"] !== undefined) {
    token.expire = Number(params["expire"]);
  }
  if (params["comment"] !== undefined) {
    token.comment = String(params["comment"]);
  }
}
