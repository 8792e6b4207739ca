import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AuditLog, openAudit } from "../src/audit/audit-log.js";
import { verifyAudit } from "../src/audit/verify-audit.js";
import { runCommand } from "../src/run-command.js";
import { connect, type SessionOptions } from "./session.js";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), "pve-mcp-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

const KEY = "a key that only the auditor has";
const START = Date.UTC(2026, 5, 1, 8);

function open(key?: string): AuditLog {
  return openAudit({ directory, now: () => START, ...(key !== undefined && { key }) });
}

function files(): readonly string[] {
  return readdirSync(directory)
    .sort()
    .map((name) => path.join(directory, name));
}

function written(): readonly Readonly<Record<string, unknown>>[] {
  const lines = files().flatMap((file) => readFileSync(file, "utf8").trimEnd().split("\n"));
  return lines.map((line) => JSON.parse(line));
}

/** Calls tools one after the other; what was written down of it. */
async function audited(calls: readonly (readonly [string, Record<string, unknown>])[], options: SessionOptions = {}) {
  const audit = open();
  await using session = await connect({ allowed: "destroy", audit, ...options });
  for (const [name, args] of calls) await session.callTool(name, args);
  audit.close();
  return written().filter(({ event }) => event !== "opened");
}

describe("the audit", () => {
  it("holds a change before it is sent and how it ended, with its task", async () => {
    const lines = await audited([["start_vm", { vmid: 103 }]]);
    expect(lines).toMatchObject([
      {
        event: "sending",
        caller: "local",
        target: "pve",
        tool: "start_vm",
        route: "POST /nodes/{node}/qemu/{vmid}/status/start",
        params: { node: "pve2", vmid: "103" },
      },
      {
        event: "done",
        args: { vmid: 103 },
        upid: expect.stringMatching(/^UPID:pve2:.*qmstart:103/),
        exitstatus: "OK",
        ms: expect.any(Number),
      },
    ]);
    expect(lines[0]?.["call"]).toBe(lines[1]?.["call"]);
  });

  it("holds who approved, what was refused and why, and what was planned", async () => {
    const approved = await audited([["delete_vm", { vmid: 103 }]]);
    expect(approved.map(({ event, approval }) => [event, approval])).toEqual([
      ["asked", undefined],
      ["approved", "client"],
      ["sending", "client"],
      ["done", "client"],
    ]);
  });

  it("holds refusals, of reading too, and plans", async () => {
    const lines = await audited(
      [
        ["stop_vm", { vmid: 100 }],
        ["start_vm", { vmid: 103, plan: true }],
        ["get_nodes", {}],
      ],
      { person: "nobody" },
    );
    expect(lines.map(({ event, tool }) => [event, tool])).toEqual([
      ["asked", "stop_vm"],
      ["refused", "stop_vm"],
      ["planned", "start_vm"],
    ]);
    expect(lines[1]?.["why"]).toContain("no form elicitation");
    expect(lines[2]?.["plan"]).toMatch(/^plan-/);
  });

  it("says that approval is off where it is", async () => {
    const lines = await audited([["delete_vm", { vmid: 103 }]], { approval: { mode: "off" } });
    expect(lines.map(({ event, approval }) => [event, approval])).toEqual([
      ["sending", "off"],
      ["done", "off"],
    ]);
  });

  it("holds why a task failed", async () => {
    const lines = await audited([["start_vm", { vmid: 104 }]]);
    expect(lines.at(-1)).toMatchObject({
      event: "failed",
      upid: expect.stringMatching(/^UPID:/),
      why: expect.stringContaining("iso"),
    });
  });

  it("holds no secret, whatever way it is given", async () => {
    const secret = "hunter2secret";
    await audited([
      ["update_vm_config", { vmid: 103, config: { cipassword: secret } }],
      ["update_vm_config", { vmid: 103, config: JSON.stringify({ cipassword: secret }) }],
      ["set_vm_user_password", { vmid: 100, username: "root", password: secret }],
      [
        "create_storage",
        {
          storage: "nas",
          storage_type: "cifs",
          config: { server: "nas", share: "x", username: "u", password: secret },
        },
      ],
      ["start_vm", { vmid: 103, password: secret }],
      ["create_user", { userid: "new@pve", password: secret }],
    ]);
    expect(
      files()
        .map((file) => readFileSync(file, "utf8"))
        .join(""),
    ).not.toContain(secret);
  });

  it("keeps a change back when it cannot be written down", async () => {
    const audit: AuditLog = {
      record() {
        throw new Error("disk full");
      },
      close: () => {},
    };
    await using session = await connect({ allowed: "change", audit });
    expect(await session.callTool("start_vm", { vmid: 103 })).toMatchObject({ isError: true });
    expect(session.pve.requests().filter(({ method }) => method !== "GET")).toEqual([]);
    expect(session.defects.join("\n")).toContain("disk full");
  });

  it("lies in a file of its own for each process, that only its owner can read", () => {
    open().close();
    open().close();
    expect(files()).toHaveLength(2);
    for (const file of files()) expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe("verifying the audit", () => {
  function threeLines(key?: string): string {
    const audit = open(key);
    audit.record({ event: "sending", route: "POST /a" });
    audit.record({ event: "done" });
    audit.close();
    return files().at(-1) ?? "";
  }

  it("finds nothing wrong with what is as it was written", () => {
    threeLines();
    threeLines();
    expect(verifyAudit(directory)).toEqual({ files: 2, lines: 6, broken: [] });
  });

  const damages: [title: string, damage: (lines: string[]) => string[], want: RegExp][] = [
    ["a changed word", (lines) => lines.map((line) => line.replace("/a", "/b")), /line 2 was altered/],
    ["a line that is gone", ([one = "", , three = ""]) => [one, three], /line 2 does not follow/],
    ["a line that comes twice", ([one = "", two = "", three = ""]) => [one, two, two, three], /line 3 does not follow/],
    ["lines in another order", ([one = "", two = "", three = ""]) => [one, three, two], /line 2 does not follow/],
    ["a line that is none", ([one = "", , three = ""]) => [one, "nonsense", three], /line 2 was altered/],
  ];

  it.each(damages)("finds %s", (_title, damage, want) => {
    const file = threeLines();
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    writeFileSync(file, `${damage(lines).join("\n")}\n`);
    expect(verifyAudit(directory).broken).toEqual([expect.stringMatching(want)]);
  });

  it("finds that an earlier file was cut short or taken away", () => {
    const first = threeLines();
    threeLines();
    const lines = readFileSync(first, "utf8").trimEnd().split("\n");
    writeFileSync(first, `${lines.slice(0, 2).join("\n")}\n`);
    expect(verifyAudit(directory).broken).toEqual([expect.stringMatching(/has lost lines/)]);
    rmSync(first);
    expect(verifyAudit(directory).broken).toEqual([expect.stringMatching(/is missing/)]);
  });

  it("holds of earlier files only what no other holds, and finds each of them gone all the same", () => {
    for (let files = 0; files < 4; files += 1) threeLines(KEY);
    const kept = files();
    const earlierIn = (file = "") => Object.keys(JSON.parse(readFileSync(file, "utf8").split("\n")[0] ?? "").earlier);
    const held = kept.flatMap(earlierIn);
    expect(held.toSorted()).toEqual([...new Set(held)].toSorted());
    expect(held).toHaveLength(3);
    for (const file of kept) {
      const text = readFileSync(file, "utf8");
      rmSync(file);
      const { broken } = verifyAudit(directory, KEY);
      // Nobody has come since the last one.
      expect(broken).toEqual(held.includes(path.basename(file)) ? [expect.stringMatching(/is missing/)] : []);
      writeFileSync(file, text);
    }
  });

  it("finds a chain that was made anew by somebody without the key", () => {
    threeLines(KEY);
    expect(verifyAudit(directory, KEY).broken).toEqual([]);
    rmSync(files()[0] ?? "");
    threeLines();
    expect(verifyAudit(directory, KEY).broken).toEqual([expect.stringMatching(/line 1 was altered/)]);
  });

  it("is a command with a status", async () => {
    const said: string[] = [];
    const say = (text: string) => void said.push(text);
    const input = {
      env: {},
      version: "1",
      out: say,
      err: say,
      readFile: () => "",
      ask: async () => "",
      exit: () => {},
    };
    const file = threeLines();
    const argv = ["audit", "verify", "--directory", directory];
    expect(await runCommand({ ...input, argv })).toBe(0);
    writeFileSync(file, readFileSync(file, "utf8").replace("/a", "/b"));
    expect(await runCommand({ ...input, argv })).toBe(1);
    expect(said.join("")).toMatch(/3 lines in 1 files are as they were written[\s\S]*line 2 was altered/);
  });
});
