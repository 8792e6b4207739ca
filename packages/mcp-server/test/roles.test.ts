import { createClient, type PveClient } from "@pve/client";
import { upload } from "@pve/client/node";
import { createSimulator, type Simulator } from "@pve/simulator";
import {
  catalogue,
  type Grants,
  judgeTool,
  type ResolvedTool,
  readGrants,
  requiredRole,
  type SendFile,
} from "@pve/tools";
import { describe, expect, it } from "vitest";
import type { Lab } from "./contract/row.js";
import { rows } from "./contract/rows.js";
import { connect, type Session } from "./session.js";

const USER = "helper@pve";
const names = { user: USER, token: "mcp", role: "helper" };
const namesOf = (tools: readonly ResolvedTool[]) => tools.map(({ name }) => name);
/** How a want of privileges shows: a refusal, or that what is not seen cannot be found. */
const REFUSED =
  /refused \(403\)|Permission check failed|the token may (?:not )?see|lets no API token|missing privileges|cannot move|lacks .* on \/|PVE would not let it through/;

const clientOf = ({ baseUrl, fetch: transport, clock }: Simulator, token: string): PveClient =>
  createClient({ baseUrl, transport, sleep: clock.sleep, now: clock.now, auth: { token } });

/** Makes user, roles, grants and token as the returned data says, and returns the token. */
async function grant(root: PveClient, tools: readonly ResolvedTool[]): Promise<string> {
  const { grants } = requiredRole(namesOf(tools), names);
  await root.call("POST /access/users", { userid: USER });
  const token = await root.call("POST /access/users/{userid}/token/{tokenid}", {
    ...{ userid: USER, tokenid: names.token },
    privsep: true,
  });
  for (const { path, propagate, role, privileges } of grants) {
    await root.call("POST /access/roles", { roleid: role, privs: privileges.join(",") });
    for (const who of [{ users: USER }, { tokens: `${USER}!${names.token}` }]) {
      await root.call("PUT /access/acl", { path, roles: role, propagate, ...who });
    }
  }
  return `${USER}!${names.token}=${token.value}`;
}

const sendFile: SendFile = ({ client, path: _path, onProgress: _onProgress, ...to }) =>
  upload(client, { ...to, file: new Blob(["an archive"]), checksum: "sha256" });

/** A cluster with what the example of a tool needs, seen by somebody who has the role of the selection. */
async function open(selection: readonly ResolvedTool[], tool?: ResolvedTool) {
  const { steps = [], before, args, cluster = {} } = rows[tool?.name ?? ""] ?? {};
  const pve = createSimulator({ ...cluster });
  const root = clientOf(pve, pve.credentials.token);
  const token = await grant(root, selection);
  const gives = { saveSecret: async (name: string) => `/secrets/${name}`, sendFile };
  const keeper = await connect({ pve, allowed: "destroy", gives });
  for (const [name, given] of steps) await keeper.callTool(name, { ...given });
  const lab: Lab = { sim: pve, other: root, secrets: new Map() };
  const more = await before?.(lab);
  // PVE itself is to say no, so that what is judged can be held against it.
  const session = await connect({ pve, allowed: "destroy", permissions: "off", token: () => token, gives });
  return {
    session,
    grants: await readGrants(clientOf(pve, token)),
    args: { ...(args ?? tool?.entry.example), ...more },
  };
}

/** Writes that the cluster has carried out. That of a backup is to start a worker, which then refuses by itself. */
const done = ({ pve }: Session) =>
  pve.requests().filter(({ method, path, status }) => method !== "GET" && status < 400 && !path.endsWith("/vzdump"))
    .length;

/** Calls every tool outside the selection that is judged to be refused, and returns their names. */
async function refusedOutside(session: Session, grants: Grants, inside: readonly ResolvedTool[]): Promise<string[]> {
  const before = done(session);
  const [refused, otherwise]: [string[], string[]] = [[], []];
  for (const tool of catalogue.filter((one) => !inside.includes(one))) {
    const { steps, before: prepared, args: given = tool.entry.example } = rows[tool.name] ?? {};
    if (judgeTool(tool, given, grants).verdict !== "denied") continue;
    const { isError, text } = await session.callTool(tool.name, { ...given });
    // Without what an example needs first, and in its own checks, a tool may fail before PVE looks at privileges.
    const wanted = steps === undefined && prepared === undefined ? REFUSED : /./;
    if (isError && wanted.test(text)) refused.push(tool.name);
    else otherwise.push(`${tool.name}: ${text.slice(0, 200)}`);
  }
  expect(otherwise).toEqual([]);
  expect(done(session)).toBe(before);
  return refused;
}

/** A read that needs nothing first; all of them can look at the same cluster. */
const needsNothing = ({ name, risk }: ResolvedTool) =>
  risk === "read" && !rows[name]?.steps && !rows[name]?.before && !rows[name]?.cluster;

async function works(session: Session, grants: Grants, tool: ResolvedTool, args: Readonly<Record<string, unknown>>) {
  expect({ tool: tool.name, ...judgeTool(tool, args, grants) }).not.toMatchObject({ verdict: "denied" });
  const { isError, text } = await session.callTool(tool.name, { ...args });
  expect({ tool: tool.name, isError, text }).toMatchObject({ isError: false });
  // What a tool can do without may be refused, and is then said.
  if (tool.optional.length === 0)
    expect({ tool: tool.name, text }).not.toMatchObject({ text: expect.stringMatching(REFUSED) });
}

const toolsets = [...new Set(catalogue.map(({ toolset }) => toolset))];
const selections: readonly (readonly [string, readonly ResolvedTool[]])[] = [
  ...toolsets.map((id) => [`toolset ${id}`, catalogue.filter(({ toolset }) => toolset === id)] as const),
  ...["start_vm", "create_vm_snapshot", "list_backups", "set_acl"].map(
    (name) => [`tool ${name}`, catalogue.filter((tool) => tool.name === name)] as const,
  ),
];

describe.each(selections)("the role for the %s", (_name, selection) => {
  const { notPossible } = requiredRole(namesOf(selection));
  const impossible = new Set(notPossible.map(({ tool }) => tool));
  const possible = selection.filter(({ name }) => !impossible.has(name));

  it("lets each of its tools do its work", async () => {
    const reads = possible.filter(needsNothing);
    if (reads.length > 0) {
      const { session, grants } = await open(selection);
      await using _closed = session;
      for (const tool of reads) await works(session, grants, tool, rows[tool.name]?.args ?? tool.entry.example);
    }
    for (const tool of possible.filter((one) => !needsNothing(one))) {
      const { session, grants, args } = await open(selection, tool);
      await using _closed = session;
      await works(session, grants, tool, args);
    }
  });

  it("is refused by every other tool that it is not enough for", async () => {
    const { session, grants } = await open(selection);
    await using _closed = session;
    const refused = await refusedOutside(session, grants, selection);
    expect(refused.length).toBeGreaterThan(20);
  });
});
