import { ToolNotFoundError } from "../errors.js";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { isRecord, type Json, type JsonSchema, listOf, openObject } from "../schema.js";
import { notesSchema } from "../window.js";
import { type AccessFacts, type AccessUser, findingsOf } from "./permission-findings.js";

const text: JsonSchema = { type: "string" };
const finding = openObject(
  {
    severity: { ...text, description: "critical, warning or info." },
    who: { ...text, description: "user@realm, token or group." },
    problem: text,
    evidence: text,
  },
  ["severity", "who", "problem", "evidence"],
);

/** Who may do what, and what is too much of it. */
export const permissionReportOutput = openObject(
  {
    userid: text,
    privileges: {
      type: "object",
      description: "By path; a privilege with * holds below the path too.",
      additionalProperties: listOf(text),
    },
    users: { type: "integer" },
    tokens: { type: "integer" },
    findings: listOf(finding, "Worst first."),
    notes: notesSchema,
  },
  ["findings"],
);

/** The effective privileges of a user or token with what is too wide of them, or what is too wide anywhere. */
export async function permissionReport(call: Invocation): Promise<Answer> {
  const { pve, watch } = call;
  const userid = textOf(call.params, "userid");
  const [users, acl, roles] = await Promise.all([
    pve.call("GET /access/users", { full: true }, watch),
    pve.call("GET /access/acl", {}, watch),
    pve.call("GET /access/roles", {}, watch),
  ]);
  const facts: AccessFacts = {
    users: users.map((row) => accessUser({ ...row })),
    acl: acl.map(({ path, ugid, type, roleid, propagate }) => ({
      path,
      ugid,
      type,
      roleid,
      propagate: propagate !== false,
    })),
    privileges: new Map(roles.map((row) => [row.roleid, namesOf(row.privs)])),
    now: call.now() / 1000,
  };
  if (userid === undefined) {
    const tokens = facts.users.reduce((sum, user) => sum + user.tokens.length, 0);
    return { users: facts.users.length, tokens, findings: shown(findingsOf(facts)), notes: [SEEN] };
  }
  const found = await pve.call("GET /access/permissions", { userid }, watch);
  // Whoever may see the privileges need not see the user in the list.
  if (Object.keys(found).length === 0) assertKnown(facts, userid);
  const privileges = Object.entries(found).map(([path, privs]) => [path, privilegesIn(privs)] as const);
  const mine = findingsOf(facts).filter((one) => concerns(facts, one.who, userid));
  const notes = privileges.length === 0 ? ["It may do nothing anywhere."] : [];
  return {
    userid,
    privileges: Object.fromEntries(privileges),
    findings: shown(mine),
    ...(notes.length > 0 && { notes }),
  };
}

const SEEN =
  "Only users, tokens and entries that the token may see were looked at (Sys.Audit or User.Modify on /access).";

function shown(findings: ReturnType<typeof findingsOf>): readonly Json[] {
  return findings.map((one) => ({ ...one }));
}

/** Whether a finding about somebody matters to a user or token: its own, its groups', and for a user its tokens'. */
function concerns({ users }: AccessFacts, who: string, userid: string): boolean {
  const groups = users.find((user) => user.userid === userid)?.groups ?? [];
  return who === userid || who.startsWith(`${userid}!`) || groups.some((group) => who === `@${group}`);
}

function assertKnown({ users }: AccessFacts, userid: string): void {
  const ids = users.flatMap((user) => [user.userid, ...user.tokens.map((token) => token.id)]);
  if (ids.includes(userid)) return;
  throw new ToolNotFoundError(
    `there is no user or token ${userid}, or the token may not see it`,
    "list_users, list_api_tokens.",
  );
}

function privilegesIn(privs: unknown): readonly string[] {
  return Object.entries(isRecord(privs) ? privs : {})
    .map(([name, propagates]) => (Number(propagates) === 1 || propagates === true ? `${name}*` : name))
    .sort();
}

function accessUser(row: Readonly<Record<string, unknown>>): AccessUser {
  const userid = String(row["userid"]);
  const tokens: unknown = row["tokens"];
  return {
    userid,
    enabled: row["enable"] !== false && Number(row["enable"] ?? 1) !== 0,
    expire: Number(row["expire"] ?? 0),
    groups: namesOf(row["groups"]),
    tokens: (Array.isArray(tokens) ? tokens.filter(isRecord) : []).map((token) => ({
      id: `${userid}!${String(token["tokenid"])}`,
      separated: token["privsep"] !== false && Number(token["privsep"] ?? 1) !== 0,
      expire: Number(token["expire"] ?? 0),
    })),
  };
}

function namesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "string" ? value.split(",").filter((name) => name !== "") : [];
}
