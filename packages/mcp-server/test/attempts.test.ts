import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openAudit } from "../src/audit/audit-log.js";
import type { Policy } from "../src/policy/policy.js";
import { policyFrom, policySection } from "../src/policy/policy-section.js";
import { type Asked, connect, type Session, type SessionOptions } from "./session.js";

/** What a model might try that was told to get something done, or that reads what somebody wrote for it. */
type Attempt = readonly [title: string, name: string, args: Record<string, unknown>];

function policy(section: object): Policy {
  return policyFrom(policySection.parse(section), "policy");
}

function sentBy(session: Session): readonly string[] {
  return session.pve
    .requests()
    .filter(({ method }) => method !== "GET")
    .map(({ method, path: where }) => `${method} ${where}`);
}

/** Calls through `call`, with nobody but this server to keep anything back, and a person who declines. */
async function tried([, name, args]: Attempt, more: SessionOptions = {}) {
  const asked: Asked[] = [];
  const person = (one: Asked) => {
    asked.push(one);
    return { action: "decline" } as const;
  };
  await using session = await connect({ allowed: "destroy", permissions: "off", person, ...more });
  const outcome = await session.callTool("call", { name, arguments: args });
  return { ...outcome, asked, sent: sentBy(session) };
}

const VM = { node: "pve1", vmid: 100 };
const CONFIG = "PUT /nodes/{node}/qemu/{vmid}/config";
const CONTENT = "DELETE /nodes/{node}/storage/{storage}/content/{volume}";

describe("a rule about a guest, node or storage holds", () => {
  const attempts: readonly (readonly [...Attempt, rule: object])[] = [
    [
      "for an HA resource named by the bare VMID",
      "PUT /cluster/ha/resources/{sid}",
      { sid: "100", comment: "x" },
      { vmid: 100 },
    ],
    [
      "for a guest in a list with semicolons",
      "POST /cluster/ha/rules",
      { rule: "r1", type: "resource-affinity", affinity: "positive", resources: "vm:101;vm:100" },
      { vmid: 100 },
    ],
    [
      "for a guest in a list with spaces",
      "POST /cluster/ha/rules",
      { rule: "r1", type: "resource-affinity", affinity: "positive", resources: "vm:101 vm:100" },
      { vmid: 100 },
    ],
    [
      "for a node with a priority behind it",
      "POST /cluster/ha/rules",
      { rule: "r2", type: "node-affinity", resources: "vm:101", nodes: "pve1:1,pve3:2" },
      { node: "pve3" },
    ],
    [
      "for the guest of a new replication job",
      "POST /cluster/replication",
      { id: "100-0", target: "pve2", type: "local" },
      { vmid: 100 },
    ],
    [
      "for a storage that takes another's place",
      "POST /nodes/{node}/qemu/{vmid}/migrate",
      { ...VM, target: "pve2", targetstorage: "local-lvm:local", "with-local-disks": true },
      { storage: "local" },
    ],
    [
      "for a guest's backup on a backup server",
      CONTENT,
      { node: "pve1", storage: "local", volume: "local:backup/vm/100/2026-01-01T00:00:00Z" },
      { vmid: 100 },
    ],
    [
      "for a disk that only its directory gives to a guest",
      CONTENT,
      { node: "pve1", storage: "local", volume: "local:100/data.qcow2" },
      { vmid: 100 },
    ],
    [
      "for every guest whose backups are pruned unnamed",
      "DELETE /nodes/{node}/storage/{storage}/prunebackups",
      { node: "pve1", storage: "local", "prune-backups": "keep-last=1" },
      { vmid: 100 },
    ],
    ["for a VMID as text", "POST /nodes/{node}/qemu/{vmid}/status/start", { node: "pve1", vmid: "100" }, { vmid: 100 }],
    ["for a VMID in the path", "POST /nodes/pve1/qemu/100/status/start", {}, { vmid: 100 }],
    ["for an encoded VMID in the path", "POST /nodes/pve1/qemu/%31%30%30/status/start", {}, { vmid: 100 }],
    ["for another VMID than the path has", "POST /nodes/pve1/qemu/101/status/start", { vmid: 100 }, { vmid: 100 }],
    ["for one of many guests", "shutdown_guests", { vmids: [101, 100] }, { vmid: 100 }],
    [
      "for the bare operation of a tool",
      "POST /nodes/{node}/qemu/{vmid}/status/start",
      { node: "pve2", vmid: 103 },
      { tool: "start_vm" },
    ],
  ];

  it.each(attempts)("%s", async (...[title, name, args, rule]) => {
    const rules = [{ name: "no", effect: "deny", ...rule }];
    const outcome = await tried([title, name, args], { policy: policy({ rules }) });
    expect(outcome).toMatchObject({ isError: true, asked: [], sent: [] });
    expect(outcome.text).toMatch(/rule "no"/);
    // Without the rule the same call comes further, so that it is the rule that stopped it.
    const free = await tried([title, name, args]);
    expect(free.text).not.toMatch(/rule "no"/);
    expect(free.sent.length + free.asked.length, free.text).toBeGreaterThan(0);
  });

  it.each([
    ["an IPv6 address", { ipconfig0: "ip6=fd00::100/64" }],
    ["the size of a new disk", { scsi7: "local-lvm:100" }],
  ])("and %s is taken for no guest", async (_title, config) => {
    const rules = [{ effect: "deny", vmid: "1-100" }];
    const outcome = await tried(["", "update_vm_config", { vmid: 103, config }], { policy: policy({ rules }) });
    expect(outcome.isError, outcome.text).toBe(false);
  });
});

describe("a protection is not taken away unasked", () => {
  const spellings: readonly Attempt[] = [
    ...["description;protection", "description protection", "description\0protection"].flatMap((list): Attempt[] => [
      [`by ${JSON.stringify(list)} for the operation`, CONFIG, { ...VM, delete: list }],
      [`by ${JSON.stringify(list)} for the tool`, "update_vm_config", { vmid: 100, delete: list }],
    ]),
    ["by the word no", CONFIG, { ...VM, protection: "no" }],
    ["in the JSON text of a config", "update_vm_config", { vmid: 100, config: '{"protection":"off"}' }],
    ["by way of the node's own settings", "PUT /nodes/{node}/config", { node: "pve1/qemu/100", delete: "protection" }],
    [
      "by way of an encoded path",
      "PUT /nodes/pve1%2Fqemu%2F100/config",
      { node: "pve1/qemu/100", delete: "protection" },
    ],
    ["with a line break behind the value", CONFIG, { ...VM, protection: "0\n" }],
  ];

  it.each(spellings)("%s", async (...attempt) => {
    expect(await tried(attempt)).toMatchObject({ isError: true, sent: [] });
  });
});

describe("requests inside a request", () => {
  const commands = JSON.stringify([{ method: "DELETE", path: "/nodes/pve1/qemu/100" }]);
  const bundle: Attempt = ["", "POST /nodes/{node}/execute", { node: "pve1", commands }];

  it.each([
    ["with approval switched off", { approval: { mode: "off" } }],
    [
      "under a rule that allows everything unattended",
      { policy: policy({ rules: [{ effect: "allow", unattended: true }] }) },
    ],
    ["with a person who would approve", {}],
  ] satisfies [string, SessionOptions][])("are not sent, %s", async (_title, options) => {
    const outcome = await tried(bundle, options);
    expect(outcome).toMatchObject({ isError: true, asked: [], sent: [] });
    expect(outcome.text).toMatch(/carries other requests.*call each of them by itself/);
  });
});

describe("reach", () => {
  const everything = { rules: [{ effect: "allow", unattended: true }] };
  const calls: readonly (readonly [...Attempt, answer: RegExp])[] = [
    ["a tool", "start_vm", { vmid: 103 }, /not allowed in this session/],
    ["an operation", "POST /nodes/pve2/qemu/103/status/start", {}, /not allowed in this session/],
    ["an argument that claims more", "start_vm", { vmid: 103, reach: "destroy" }, /not allowed in this session/],
    [
      "a plan's id",
      "start_vm",
      { vmid: 103, plan: "plan-0.aaaaaaaa.aaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaa" },
      /not allowed/,
    ],
  ];

  it.each(calls)(
    "to read is not widened by a rule that allows everything: %s",
    async (...[title, name, args, answer]) => {
      for (const bound of [
        { allowed: "read" },
        { allowed: "destroy", caller: { id: "reader", reach: "read" } },
      ] satisfies SessionOptions[]) {
        const outcome = await tried([title, name, args], { ...bound, policy: policy(everything) });
        expect(outcome).toMatchObject({ isError: true, asked: [], sent: [] });
        expect(outcome.text).toMatch(answer);
      }
    },
  );

  it("lets nothing go unattended that a rule only allows", async () => {
    const outcome = await tried(["", "stop_vm", { vmid: 100 }], { policy: policy({ rules: [{ effect: "allow" }] }) });
    expect(outcome).toMatchObject({ isError: true, sent: [] });
    expect(outcome.asked).toHaveLength(1);
  });
});

describe("completion", () => {
  const arguments_ = [
    ["vmid", "pve://pve/guest/{vmid}"],
    ["node", "pve://pve/node/{node}"],
    ["upid", "pve://pve/task/{upid}"],
  ] as const;

  it.each(arguments_)("of %s tells nothing that rules keep from being read", async (name, uri) => {
    const asked = { ref: { type: "ref/resource", uri }, argument: { name, value: "" } } as const;
    for (const effect of ["deny", "approve"]) {
      await using session = await connect({ policy: policy({ rules: [{ effect, operation: "GET /*" }] }) });
      expect((await session.mcp.complete(asked)).completion.values).toEqual([]);
      expect(session.pve.requests()).toEqual([]);
    }
  });

  it("still tells what they let be read", async () => {
    await using session = await connect({ policy: policy({ rules: [{ effect: "deny", tool: "get_nodes" }] }) });
    const [guest, node] = arguments_.map(([name, uri]) => ({
      ref: { type: "ref/resource", uri } as const,
      argument: { name, value: "" },
    }));
    if (guest === undefined || node === undefined) throw new Error("there are both");
    expect((await session.mcp.complete(guest)).completion.values).toContain("100");
    expect((await session.mcp.complete(node)).completion.values).toEqual([]);
  });
});

const SECRET = "hunter2-very-secret";

describe("the audit", () => {
  const calls: readonly Attempt[] = [
    ["a list where an object belongs", "update_vm_config", { vmid: 100, config: `[{"cipassword":"${SECRET}"}]` }],
    ["JSON in JSON", "update_vm_config", { vmid: 100, config: JSON.stringify(JSON.stringify({ cipassword: SECRET })) }],
    ["no JSON at all", "update_vm_config", { vmid: 100, config: `cipassword=${SECRET}` }],
    ["an object for a text", "update_vm_config", { vmid: 100, config: { cipassword: { value: SECRET } } }],
    [
      "the headers of a metric server",
      "POST /cluster/metrics/server/{id}",
      { id: "m1", type: "opentelemetry", server: "x", port: 1, "otel-headers": SECRET },
    ],
    [
      "the ticket of a tunnel",
      "GET /nodes/{node}/qemu/{vmid}/mtunnelwebsocket",
      { ...VM, socket: "/run/x", ticket: SECRET },
    ],
    [
      "requests inside a request",
      "POST /nodes/{node}/execute",
      { node: "pve1", commands: `[{"args":{"password":"${SECRET}"}}]` },
    ],
    ["a misspelt argument", "PUT /access/password", { userid: "reader@pve", Password: SECRET }],
  ];

  it.each(calls)("holds no secret that came as %s, whether the call is refused or not", async (...attempt) => {
    for (const otherwise of ["allow", "deny"]) {
      const directory = mkdtempSync(path.join(tmpdir(), "pve-mcp-"));
      const audit = openAudit({ directory, now: () => Date.UTC(2026, 5, 1, 8) });
      const outcome = await tried(attempt, { audit, policy: policy({ default: otherwise }) });
      audit.close();
      const written = readdirSync(directory).map((name) => readFileSync(path.join(directory, name), "utf8"));
      rmSync(directory, { recursive: true });
      expect(outcome.text).not.toContain(SECRET);
      if (otherwise === "deny") expect(written.join("")).toContain('"event":"refused"');
      expect(written.join("")).not.toContain(SECRET);
    }
  });
});
