import { createClient, type OperationId, type PveClient, PveRequestError } from "@pve/client";
import { createSimulator, type Simulator } from "@pve/simulator";
import { findOperation, judge, operationRoutes, type ResolvedTool, readGrants } from "@pve/tools";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { permissionFor } from "../src/policy/permission.js";

const ROLES = [
  "Administrator",
  "PVEAdmin",
  "PVEVMAdmin",
  "PVEVMUser",
  "PVEAuditor",
  "PVESysAdmin",
  "PVEDatastoreAdmin",
];
const FURTHER = ["PVEPoolUser", "PVEUserAdmin", "PVESDNAdmin", "NoAccess"];
const PATHS = ["/vms", "/vms/103", "/nodes", "/nodes/pve2", "/storage", "/storage/nas", "/pool/prod", "/access"];
const entry = (path: string, propagate: fc.Arbitrary<boolean>) =>
  fc.record({ path: fc.constant(path), role: fc.constantFrom(...ROLES, ...FURTHER), propagate });
const someEntry = fc.constantFrom("/", ...PATHS).chain((path) => entry(path, fc.boolean()));
/** Anything anywhere; or something from the top, and on the way down what goes no further. */
const entries = fc.oneof(
  fc.array(someEntry, { minLength: 1, maxLength: 4 }),
  fc.tuple(entry("/", fc.constant(true)), ...["/vms", "/nodes"].map((path) => entry(path, fc.constant(false)))),
);
/** A user with rights, and perhaps a token that has no more than it is given as well. */
const people = fc.record({ own: entries, token: fc.option(entries) });
type Person = typeof people extends fc.Arbitrary<infer One> ? One : never;

const VALUES: Readonly<Record<string, unknown>> = {
  node: "pve2",
  vmid: 103,
  storage: "nas",
  volume: "nas:iso/debian-13.iso",
  userid: "auditor@pve",
  tokenid: "reader",
  groupid: "operators",
  roleid: "PVEAuditor",
  roles: "PVEAuditor",
  path: "/vms/103",
  poolid: "prod",
  sid: "vm:103",
  vms: [103],
  target: "pve3",
  realm: "pve",
  snapname: "before",
  disk: "scsi0",
  size: "+1G",
  newid: 901,
  upid: "UPID:pve2:00000419:0AC591B1:6A1D1FE0:qmstart:104:operator@pve!ops:",
};

const textsOf = (params: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value === true ? "1" : String(value)]));

/** The least that an operation takes. */
function least({ inputSchema }: ResolvedTool): Readonly<Record<string, unknown>> {
  const named = (inputSchema.required ?? []).map((name) => {
    const { type, enum: known, minimum } = inputSchema.properties[name] ?? {};
    const [plain] = known ?? [[type].flat().includes("boolean") ? true : (minimum ?? "x1")];
    return [name, VALUES[name] ?? plain];
  });
  return Object.fromEntries(named);
}

const clientOf = ({ baseUrl, fetch: transport, clock }: Simulator, auth: Parameters<typeof createClient>[0]["auth"]) =>
  createClient({ baseUrl, auth, transport, sleep: clock.sleep, now: clock.now });

async function signIn(pve: Simulator, { own, token }: Person): Promise<PveClient> {
  const root = clientOf(pve, { token: pve.credentials.token });
  const [userid, password] = ["ann@pve", "correct-horse"];
  await root.call("POST /access/users", { userid, password });
  for (const { role, ...entry } of own)
    await root.call("PUT /access/acl", { ...entry, roles: [role], users: [userid] });
  if (token === null) return clientOf(pve, { username: userid, password });
  const made = await root.call("POST /access/users/{userid}/token/{tokenid}", { userid, tokenid: "mcp" });
  for (const { role, ...entry } of token)
    await root.call("PUT /access/acl", { ...entry, roles: [role], tokens: [`${userid}!mcp`] });
  return clientOf(pve, { token: `${userid}!mcp=${made.value}` });
}

type LooseCall = (route: string, params: object) => Promise<unknown>;

/** What PVE says of the caller's rights: let through, or the reason phrase of its refusal. */
async function said(client: PveClient, route: string, params: object): Promise<string> {
  const call = client.call as LooseCall;
  try {
    await call.call(client, route, params);
    return "let through";
  } catch (error) {
    return error instanceof PveRequestError && error.status === 403 ? error.reason : "failed otherwise";
  }
}

async function falseDenials(person: Person, tools: readonly ResolvedTool[]) {
  await using pve = createSimulator({ seed: "three-nodes" });
  const client = await signIn(pve, person);
  const wrong: object[] = [];
  let denied = 0;
  // What is judged to be denied is all that is sent, so that rights stay as they are.
  const grants = await readGrants(client);
  for (const tool of tools) {
    const params = least(tool);
    const { verdict } = judge(tool.name as OperationId, params, grants);
    if (verdict !== "denied") continue;
    denied += 1;
    if ((await said(client, tool.name, params)) !== "let through") continue;
    // What the report on everything cannot tell is looked up before anything is refused.
    const last = await permissionFor(client, { route: tool.name, params: textsOf(params) }, pve.clock.now(), true);
    if (last?.verdict === "denied") wrong.push({ operation: tool.name, missing: last.missing });
  }
  return { denied, wrong };
}

describe("a verdict", () => {
  it("is never denied for what is let through, whatever rights are held where", async () => {
    const tools = (await Promise.all((await operationRoutes()).map(findOperation))).filter((one) => one !== undefined);
    let denied = 0;
    const property = fc.asyncProperty(people, async (person) => {
      const found = await falseDenials(person, tools);
      denied += found.denied;
      expect(found.wrong).toEqual([]);
    });
    await fc.assert(property, { numRuns: 25, seed: 20_260_728, endOnFailure: true });
    expect(denied).toBeGreaterThan(5_000);
  }, 60_000);
});
