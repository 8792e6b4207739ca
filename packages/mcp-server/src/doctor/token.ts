import { PveError } from "@pve/client";
import { type Grants, judgeTool, readGrants, requiredRole } from "@pve/tools";
import type { Check, Finding, Patient } from "./finding.js";

const DAY = 86_400;
const SOON = 30 * DAY;
const MOST_NAMED = 12;

/** Who the token is, whether it lasts, and whether it is separated from its user. */
export const identity: Check = async ({ client, now }) => {
  const who = await client.identity();
  const [userid, tokenid] = who.split("!");
  const base: Finding = { check: "token", state: "ok", text: `it is ${who}` };
  if (userid === undefined || tokenid === undefined) return [base];
  try {
    const info = await client.call("GET /access/users/{userid}/token/{tokenid}", { userid, tokenid });
    return [
      base,
      ...lifetimeFindings(Number(info.expire ?? 0), now() / 1000),
      ...separationFindings(info.privsep, who),
    ];
  } catch (error) {
    if (!(error instanceof PveError)) throw error;
    const text = `it is ${who}; when it expires it may not ask (User.Modify, or its user's own right)`;
    return [{ check: "token", state: "ok", text }];
  }
};

function lifetimeFindings(expire: number, now: number): readonly Finding[] {
  if (expire === 0 || expire - now > SOON) return [];
  const days = Math.max(0, Math.floor((expire - now) / DAY));
  return [{ check: "token", state: "warning", text: `it expires in ${days} days`, remedy: "Make another in time." }];
}

function separationFindings(privsep: boolean | undefined, who: string): readonly Finding[] {
  if (privsep !== false) return [];
  return [
    {
      check: "token",
      state: "warning",
      text: "it has every privilege of its user (privsep=0)",
      remedy: `Make it a token with privilege separation and give it a role of its own: pve-mcp role prints one for ${who}.`,
    },
  ];
}

/** What the token may do of what the server would offer. */
export const privileges: Check = async ({ client, tools }) => {
  const grants = await grantsOf({ client });
  if ("check" in grants) return [grants];
  const judged = tools.map((tool) => ({ tool, ...judgeTool(tool, undefined, grants) }));
  const denied = judged.filter(({ verdict }) => verdict === "denied");
  const open = judged.filter(({ verdict }) => verdict === "depends" || verdict === "unknown");
  const counts = `${judged.length - denied.length - open.length} allowed, ${open.length} depending on the object, ${denied.length} denied`;
  if (denied.length === 0) return [{ check: "privileges", state: "ok", text: `of ${tools.length} tools: ${counts}` }];
  const [only, ...more] = denied;
  // What would grant each of many is no plan: it would make one role after the other.
  const remedy = more.length > 0 ? ROLE : only?.remedy.join("\n");
  return [
    {
      check: "privileges",
      state: "warning",
      text: `of ${tools.length} tools: ${counts}: ${named(denied.map(({ tool }) => tool.name))}`,
      ...(remedy !== undefined && remedy !== "" && { remedy }),
    },
  ];
};

/** Whether the token holds privileges that no tool which the server may use has any need of. */
export const grantsTooWide: Check = async ({ client, tools }) => {
  const grants = await grantsOf({ client });
  if ("check" in grants) return [];
  if (grants.kind === "root") {
    const text = "it is root@pam itself, to whom nothing is refused";
    return [{ check: "grants", state: "warning", text, remedy: ROLE }];
  }
  const needed = new Set(requiredRole(tools.map(({ name }) => name)).grants.flatMap(({ privileges: names }) => names));
  const held = new Set(Object.values(grants.report).flatMap((names) => Object.keys(names)));
  const beyond = [...held].filter((name) => !needed.has(name)).sort();
  if (beyond.length === 0)
    return [{ check: "grants", state: "ok", text: "it holds nothing that the tools do not need" }];
  return [
    {
      check: "grants",
      state: "warning",
      text: `${beyond.length} privileges that the allowed tools do not need: ${named(beyond)}`,
      remedy: ROLE,
    },
  ];
};

const ROLE = "pve-mcp role prints the smallest role for what is enabled.";

async function grantsOf({ client }: Pick<Patient, "client">): Promise<Grants | Finding> {
  try {
    return await readGrants(client);
  } catch (error) {
    if (!(error instanceof PveError)) throw error;
    return { check: "privileges", state: "unknown", text: `they could not be read: ${error.message}` };
  }
}

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return more > 0 ? `${names.slice(0, MOST_NAMED).join(", ")} and ${more} more` : names.join(", ");
}
