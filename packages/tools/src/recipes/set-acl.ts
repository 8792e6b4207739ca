import { ToolArgumentError } from "../errors.js";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { callOperation } from "../operation.js";
import { listOf, openObject } from "../schema.js";
import { notesSchema } from "../window.js";

/** What setting an ACL entry answers: everything the path says now, and how many entries that is more or fewer. */
export const setAclOutput = openObject(
  {
    done: { type: "boolean" },
    path: { type: "string" },
    entries: listOf(
      openObject({
        type: { type: "string", description: "user, group or token." },
        ugid: { type: "string", description: "Who." },
        roleid: { type: "string" },
        propagate: { type: "boolean", description: "Also below the path." },
      }),
      "All entries of the path now; entries further up may reach it too.",
    ),
    notes: notesSchema,
  },
  ["done", "path", "entries"],
);

/** Grants or takes back a role on a path, and shows what the path says afterwards. */
export async function setAcl(call: Invocation): Promise<Answer> {
  const path = plainPath(String(call.params["path"]));
  const holders = holdersOf(call);
  const { users: _users, groups: _groups, tokens: _tokens, ...params } = call.params;
  const before = await entriesOf(call, path);
  await callOperation(call, "PUT /access/acl", { ...params, path, ...holders });
  const entries = await entriesOf(call, path);
  const same = JSON.stringify(before) === JSON.stringify(entries);
  return {
    done: true,
    path,
    entries,
    ...(same && { notes: ["Nothing changed: the path said so already."] }),
  };
}

/** The path as PVE keeps it, which takes `pool/prod` and `//pool/prod/` for the same. */
function plainPath(path: string): string {
  return `/${path.split("/").filter(Boolean).join("/")}`;
}

function holdersOf(call: Invocation): Readonly<Record<string, string>> {
  const user = textOf(call.args, "userid");
  const group = textOf(call.args, "groupid");
  const token = textOf(call.args, "tokenid");
  if (token !== undefined) {
    const full = token.includes("!") ? token : user === undefined ? undefined : `${user}!${token}`;
    if (full === undefined) {
      throw new ToolArgumentError({ tokenid: "expected user@realm!tokenid, or userid beside it" });
    }
    return { tokens: full, ...(group !== undefined && { groups: group }) };
  }
  if (user === undefined && group === undefined) {
    throw new ToolArgumentError({ userid: "missing; one of userid, groupid and tokenid says who" });
  }
  return { ...(user !== undefined && { users: user }), ...(group !== undefined && { groups: group }) };
}

async function entriesOf(call: Invocation, path: string) {
  const rows = await call.pve.call("GET /access/acl", {}, call.watch);
  return rows
    .filter((row) => row.path === path)
    .map(({ type, ugid, roleid, propagate }) => ({ type, ugid, roleid, propagate: propagate !== false }))
    .sort((a, b) => (`${a.ugid} ${a.roleid}` < `${b.ugid} ${b.roleid}` ? -1 : 1));
}
