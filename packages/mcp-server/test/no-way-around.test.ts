import { Client, InMemoryTransport } from "@modelcontextprotocol/client";
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createClient } from "@pve/client";
import { createSimulator } from "@pve/simulator";
import { catalogue, findOperation, operationRoutes, type ResolvedTool } from "@pve/tools";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultApproval } from "../src/approval/approval-settings.js";
import { createApproval } from "../src/approval/create-approval.js";
import { localCaller } from "../src/caller.js";
import type { Policy } from "../src/policy/policy.js";
import { policyFrom, policySection } from "../src/policy/policy-section.js";
import { runAction } from "../src/run-action.js";

/** A request as it went over the wire. */
interface Sent {
  readonly method: string;
  readonly path: string;
  readonly params: URLSearchParams;
}

/** The server's core behind a real client, with every tool and every operation under its name; nothing is hidden. */
async function open(tools: ReadonlyMap<string, ResolvedTool>, policy?: Policy) {
  const pve = createSimulator({ seed: "three-nodes" });
  const sent: Sent[] = [];
  const client = createClient({
    baseUrl: pve.baseUrl,
    auth: { token: pve.credentials.token },
    transport: (url, init) => {
      const { pathname, search } = new URL(url);
      const body = init.body instanceof Uint8Array ? new TextDecoder().decode(init.body) : "";
      const params = new URLSearchParams([...new URLSearchParams(search), ...new URLSearchParams(body)]);
      if (init.method !== "GET") sent.push({ method: init.method, path: pathname.replace("/api2/json", ""), params });
      return pve.fetch(url, init);
    },
    sleep: pve.clock.sleep,
    now: pve.clock.now,
  });
  const settings = {
    waitBudget: 100,
    now: pve.clock.now,
    onDefect: () => {},
    // Much of it PVE keeps for root@pam; here the server alone is to keep it back.
    permissions: "off" as const,
    approval: { ...createApproval(defaultApproval), now: pve.clock.now, sleep: pve.clock.sleep },
    ...(policy !== undefined && { policy }),
  };
  const gives = { saveSecret: () => Promise.resolve("a safe place") };
  const target = { name: "pve", allowed: "destroy", clientFor: () => client, gives } as const;
  const factory = () => {
    const server = new Server({ name: "core", version: "1" }, { capabilities: { tools: {} } });
    server.setRequestHandler("tools/call", ({ params }, context) => {
      const tool = tools.get(params.name);
      if (tool === undefined) throw new Error(`no tool ${params.name}`);
      const action = { tool, args: params.arguments ?? {}, target, caller: localCaller, risk: tool.risk };
      return runAction(settings, action, context);
    });
    return server;
  };
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const served = serveStdio(factory, { transport: serverSide });
  const mcp = new Client(
    { name: "test", version: "1" },
    {
      capabilities: { elicitation: { form: {} } },
      inputRequired: { autoFulfill: false },
      versionNegotiation: { mode: { pin: "2026-07-28" } },
    },
  );
  await mcp.connect(clientSide);
  return {
    pve,
    sent,
    call: (name: string, args: Record<string, unknown>, more: Record<string, unknown> = {}) =>
      mcp.callTool({ name, arguments: args, ...more }, { allowInputRequired: true }),
    async [Symbol.asyncDispose]() {
      await mcp.close();
      await served.close();
      await pve.close();
    },
  };
}

async function everyTool(): Promise<ReadonlyMap<string, ResolvedTool>> {
  const operations = await Promise.all((await operationRoutes()).map(findOperation));
  const all = [...catalogue, ...operations.filter((tool) => tool !== undefined)];
  return new Map(all.map((tool) => [tool.name, tool]));
}

/** What is dangerous, written down a second time. */
const DANGEROUS: readonly (readonly [name: RegExp, value: RegExp])[] = [
  [/^(?:args|hookscript|hostpci\d+|dev\d+|virtiofs\d+)$/, /./],
  [/^usb\d+$/, /^(?!(?:host=)?spice)/],
  [/^(?:protection|unprivileged|privsep)$/, /^0$/],
  [/^(?:skiplock|force)$/, /^1$/],
];

function isDangerous({ path, params }: Sent): boolean {
  const risky = [...params].some(([name, value]) => DANGEROUS.some(([n, v]) => n.test(name) && v.test(value)));
  const everything =
    path === "/access/acl" && (params.get("path") === "/" || /Administrator/.test(params.get("roles") ?? ""));
  return risky || everything;
}

const POOL: Readonly<Record<string, readonly unknown[]>> = {
  vmid: [100, 102, 103, 104],
  container_id: [200, 201],
  newid: [301],
  node: ["pve1", "pve2"],
  node_name: ["pve1", "pve2"],
  storage: ["local", "local-lvm"],
  userid: ["reader@pve", "root@pam"],
  path: ["/", "/vms/100", "/mnt/x"],
  roleid: ["PVEAuditor"],
  role: ["Administrator", "PVEAuditor"],
  roles: ["Administrator", "PVEAuditor"],
  privs: ["Sys.Modify", "VM.Audit"],
  upid: ["UPID:pve1:0000C530:001C9A7A:65A0B3F0:qmstart:100:root@pam:"],
  sid: ["vm:100"],
  delete: ["unused0", "protection", "description"],
  config: [
    { args: "-nographic" },
    { hookscript: "local:snippets/x.pl", memory: 512 },
    '{"hostpci0": "0000:01:00.0"}',
    { hostpci1: { host: "0000:01:00.0" } },
    { usb0: { host: "1234:5678" } },
    { usb0: "spice" },
    { protection: false },
    { protection: 0, cores: 1 },
    { protection: null },
    { skiplock: true },
    { features: "mount=nfs" },
    { cores: 2 },
  ],
};
/** A value of each kind of dangerous parameter, as a person might write it. */
const DANGERS: Readonly<Record<string, unknown>> = {
  args: "-nographic",
  hookscript: "local:snippets/x.pl",
  protection: false,
  unprivileged: 0,
  skiplock: true,
  force: true,
  privsep: "0",
  "hostpci[n]": { host: "0000:01:00.0" },
  "usb[n]": "host=1234:5678",
  "dev[n]": "/dev/ttyS0",
  "virtiofs[n]": "dirid=shared",
};

/** The least that a tool takes, and one dangerous parameter in each place where the tool has it. */
function dangerousCalls(tool: ResolvedTool): readonly Record<string, unknown>[] {
  const required = Object.fromEntries(
    (tool.inputSchema.required ?? []).map((name) => {
      const schema = tool.inputSchema.properties[name] ?? {};
      const [first = schema.minimum ?? (schema.type === "string" ? "x1" : 1)] = valuesFor(tool, name) ?? [];
      return [name, first];
    }),
  );
  const places = Object.entries(DANGERS).flatMap(([name, value]) => {
    const written = name.replace("[n]", "0");
    const own = name in tool.inputSchema.properties ? [{ ...required, [written]: value }] : [];
    const spread = Object.entries(tool.options ?? {})
      .filter(([, known]) => known.includes(name))
      .flatMap(([holder]) => [
        { ...required, [holder]: { [written]: value } },
        { ...required, [holder]: JSON.stringify({ [written]: value }) },
      ]);
    return [...own, ...spread];
  });
  return places;
}

/** Values that make sense where they are known; containers have VMIDs of their own. */
function valuesFor(tool: ResolvedTool, name: string): readonly unknown[] | undefined {
  const makes = /^POST \/nodes\/\{node\}\/(?:qemu|lxc)$/.test(tool.entry.operation);
  if (name === "vmid" && makes) return [901];
  if (name === "vmid" && tool.entry.operation.includes("/lxc")) return POOL["container_id"];
  return POOL[name] ?? tool.inputSchema.properties[name]?.enum;
}

/** Arguments that a tool might be given, dangerous ones among them. */
function argumentsFor(tool: ResolvedTool): fc.Arbitrary<Record<string, unknown>> {
  const required = new Set(tool.inputSchema.required);
  const fields = Object.entries(tool.inputSchema.properties).map(([name, schema]) => {
    const text = /\[n\]$/.test(name) ? name.replace("[n]", "0") : name;
    const known = name in DANGERS ? [DANGERS[name]] : valuesFor(tool, name);
    const kinds = [schema.type ?? "string"].flat();
    const value = known
      ? fc.constantFrom(...known)
      : kinds.includes("boolean")
        ? fc.boolean()
        : kinds.includes("integer") || kinds.includes("number")
          ? fc.constant(schema.minimum ?? 1)
          : fc.constantFrom("x1", "local-lvm:4", "name=value");
    const chance = name in DANGERS || name in POOL ? 2 : 6;
    return fc
      .tuple(value, fc.nat(chance - 1))
      .map(([one, luck]): [string, unknown][] => (required.has(name) || luck === 0 ? [[text, one]] : []));
  });
  return fc.tuple(...fields).map((entries) => Object.fromEntries(entries.flat()));
}

const policies = fc
  .array(
    fc.record({
      effect: fc.constantFrom("allow", "approve", "deny"),
      vmid: fc.constantFrom("100-102", "103", "1-999"),
      risk: fc.constantFrom("change", "destroy"),
    }),
    { maxLength: 3 },
  )
  .map((rules) => policyFrom(policySection.parse({ rules }), "policy"));

const SEED = 20_260_728;
const CALLS_EACH = 2;
const CALLS_BEFORE_A_NEW_CLUSTER = 150;

describe("over the whole catalogue and all operations", () => {
  it("nothing that destroys is sent without an approval", async () => {
    const tools = await everyTool();
    const changing = [...tools.values()].filter(({ risk }) => risk !== "read");
    const calls = changing.flatMap((tool) =>
      fc.sample(argumentsFor(tool), { numRuns: CALLS_EACH, seed: SEED }).map((args) => ({ tool, args })),
    );
    let asked = 0;
    let changed = 0;
    for (let at = 0; at < calls.length; at += CALLS_BEFORE_A_NEW_CLUSTER) {
      await using core = await open(tools);
      for (const { tool, args } of calls.slice(at, at + CALLS_BEFORE_A_NEW_CLUSTER)) {
        core.sent.length = 0;
        // Whatever a model might write in the hope that it approves.
        const result = await core.call(tool.name, args, { _meta: { approved: true } });
        if ("requestState" in result) asked += 1;
        changed += core.sent.length;
        const context = JSON.stringify({ tool: tool.name, args, sent: core.sent });
        if (tool.risk === "destroy") expect(core.sent, context).toEqual([]);
        expect(core.sent.filter(isDangerous), context).toEqual([]);
      }
    }
    // The property would hold of a server that does nothing, too.
    expect(asked).toBeGreaterThan(100);
    expect(changed).toBeGreaterThan(100);
  }, 60_000);

  it("no dangerous parameter is sent without an approval, wherever it can be written", async () => {
    const tools = await everyTool();
    const changing = [...tools.values()].filter(({ risk }) => risk !== "read");
    const kinds = Object.keys(DANGERS).map((name) => name.replace("[n]", ""));
    const asked = new Set<string>();
    await using core = await open(tools);
    for (const tool of changing) {
      for (const args of dangerousCalls(tool)) {
        const result = await core.call(tool.name, args);
        expect(core.sent.filter(isDangerous), `${tool.name} ${JSON.stringify(args)}`).toEqual([]);
        const named = [...JSON.stringify(args).matchAll(/"([a-z]+)\d*\\?":/g)].map(([, name = ""]) => name);
        if ("requestState" in result) for (const name of named) if (kinds.includes(name)) asked.add(name);
        core.sent.length = 0;
      }
    }
    // Of each kind at least one came as far as to be asked for.
    expect([...asked].sort()).toEqual(kinds.sort());
  }, 60_000);

  it("what is approved is sent once at most, however often and by whatever means it is called for", async () => {
    const tools = await everyTool();
    const destroying = [
      "delete_vm",
      "stop_vm",
      "delete_container",
      "DELETE /nodes/{node}/qemu/{vmid}",
      "update_vm_config",
      "POST /nodes/{node}/qemu/{vmid}/status/stop",
      "delete_user",
    ];
    const calls = fc.constantFrom(...destroying).chain((name) => {
      const tool = tools.get(name);
      if (tool === undefined) throw new Error(`no tool ${name}`);
      return fc.tuple(fc.constant(tool), argumentsFor(tool));
    });
    const property = fc.asyncProperty(
      calls,
      policies,
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      async ([tool, args], policy, times, isRight) => {
        await using core = await open(tools, policy);
        const first = await core.call(tool.name, args);
        if (!("requestState" in first)) return;
        expect(core.sent).toEqual([]);
        const [words = ""] = JSON.stringify(first).match(/Type [^"]* to approve/) ?? [];
        const name = isRight
          ? words
              .replace(/^Type | to approve$/g, "")
              .split(" or ")
              .at(-1)
          : "yes";
        const answer = {
          requestState: first["requestState"],
          inputResponses: { approval: { action: "accept", content: { name } } },
        };
        const again = () => core.call(tool.name, args, answer);
        await Promise.all(Array.from({ length: times }, again));
        await again();
        const texts = core.sent.map(({ method, path, params }) => `${method} ${path} ${params}`);
        expect(new Set(texts).size).toBe(texts.length);
        if (!isRight) expect(texts).toEqual([]);
      },
    );
    await fc.assert(property, { numRuns: 60, seed: SEED });
  }, 60_000);
});
