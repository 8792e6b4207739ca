import { type Answer, type Invocation, textOf } from "../invocation.js";
import { isRecord, type Json, listOf, openObject } from "../schema.js";
import { isoOf } from "../time.js";
import { EMPTY, notesSchema } from "../window.js";

/** What a list of tokens looks like. */
export const tokensOutput = openObject(
  {
    items: listOf(
      openObject(
        {
          token: { type: "string", description: "user@realm!tokenid" },
          privsep: {
            type: "boolean",
            description: "It may do only what its own ACL entries grant; else what its user may.",
          },
          expires: { type: "string", description: "UTC; absent when never." },
          expired: { type: "boolean" },
          comment: { type: "string" },
        },
        ["token"],
      ),
    ),
    count: { type: "integer" },
    notes: notesSchema,
  },
  ["items", "count"],
);

/** The tokens of one user, or of every user the caller may see. */
export async function listTokens(call: Invocation): Promise<Answer> {
  const userid = textOf(call.params, "userid");
  const items =
    userid === undefined
      ? await tokensOfAll(call)
      : (await call.pve.call("GET /access/users/{userid}/token", { userid }, call.watch)).map((row) =>
          showToken(userid, { ...row }, call.now()),
        );
  return { items, count: items.length, ...(items.length === 0 && { notes: [EMPTY] }) };
}

async function tokensOfAll(call: Invocation): Promise<readonly Json[]> {
  const users = await call.pve.call("GET /access/users", { full: true }, call.watch);
  return users.flatMap(({ userid, tokens }) => {
    const rows: unknown = tokens;
    return Array.isArray(rows) ? rows.filter(isRecord).map((row) => showToken(userid, row, call.now())) : [];
  });
}

function showToken(userid: string, row: Readonly<Record<string, unknown>>, now: number): Json {
  const expire = Number(row["expire"] ?? 0);
  return {
    token: `${userid}!${String(row["tokenid"])}`,
    privsep: Number(row["privsep"] ?? 1) !== 0,
    ...(expire > 0 && { expires: isoOf(expire), expired: expire * 1000 < now }),
    ...(row["comment"] !== undefined && { comment: String(row["comment"]) }),
  };
}
