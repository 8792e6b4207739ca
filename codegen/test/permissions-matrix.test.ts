import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCli } from "../src/cli.js";
import { buildFrom } from "../src/commands/build.js";
import { predictedShare, WANTED_SHARE } from "../src/commands/permissions.js";
import { type RecordedGrants, readGrants, readMatrix } from "../src/permissions/evidence.js";
import { reportedCaller, reportFromAcl } from "../src/permissions/grants.js";
import { judgeMatrix } from "../src/permissions/matrix.js";
import type { OperationPermissions } from "../src/permissions/overlay.js";
import { openWorkspace } from "../src/workspace.js";

const file = (name: string) => fileURLToPath(new URL(`fixtures/permissions/${name}`, import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
const cases = readMatrix("matrix.jsonl", readFileSync(file("matrix.jsonl"), "utf8"));
const grants = JSON.parse(readFileSync(file("grants.json"), "utf8")) as RecordedGrants;
const { byRoute } = buildFrom(openWorkspace(root)).permissions;

describe("the merged permissions against a real server's refusals", () => {
  const report = judgeMatrix(byRoute, cases, grants);

  it("never deny what the server let through", () => {
    expect(report.falseDenials).toEqual([]);
    expect(report.rows).toBeGreaterThan(4000);
  });

  it("predict at least 95 % of its refusals", () => {
    expect(report.refusals).toBeGreaterThan(2000);
    expect(predictedShare(report)).toBeGreaterThanOrEqual(WANTED_SHARE);
  });

  it("leave few questions open, and know why a denial cannot be seen", () => {
    expect(report.undecided / report.rows).toBeLessThan(0.05);
    expect([...new Set(report.overtaken.map(({ operation }) => operation))]).toEqual(["POST /nodes/{node}/lxc"]);
  });

  it("would be found wrong if they demanded too much", () => {
    const harsh = withEach((_, known) => ({ ...known, requires: { kind: "root" } }));
    expect(judgeMatrix(harsh, cases, grants).falseDenials.length).toBeGreaterThan(1000);
    const wrong = withEach((route, known) =>
      route === "GET /nodes/{node}/qemu/{vmid}/status/current"
        ? { ...known, requires: { kind: "perm", path: "/vms/{vmid}", privileges: ["VM.Allocate"] } }
        : known,
    );
    expect(judgeMatrix(wrong, cases, grants).falseDenials.map(({ as }) => as)).toContain("auditor");
  });

  it("would be found wrong if they demanded too little", () => {
    const lax = withEach((_, known) => ({ ...known, requires: { kind: "any-user" } }));
    expect(predictedShare(judgeMatrix(lax, cases, grants))).toBe(0);
    const undecided = withEach((_, known) => ({ ...known, requires: { kind: "unknown", why: "a test" } }));
    expect(predictedShare(judgeMatrix(undecided, cases, grants))).toBe(0);
  });

  it("are judged by a command that says what it found", async () => {
    const lines: string[] = [];
    const run = (...argv: string[]) => runCli(["permissions", ...argv], root, (line) => lines.push(line));
    expect(await run(file("matrix.jsonl"), file("grants.json"))).toBe(0);
    expect(lines.join("\n")).toMatch(/refusals predicted: \d+\/\d+ \(\d+\.\d %\)/);
    expect(lines).toContain("denied, but let through by the server: 0");
    await expect(run()).rejects.toThrow("judge what?");
    await expect(run("/nowhere.jsonl")).rejects.toThrow("/nowhere.jsonl: there is no such file");
  });
});

function withEach(change: (route: string, known: OperationPermissions) => OperationPermissions) {
  return new Map([...byRoute].map(([route, known]): [string, OperationPermissions] => [route, change(route, known)]));
}

describe("recorded grants", () => {
  it("give a path that is not listed what propagates from the nearest one above", () => {
    const { grants: on, everywhereBelow } = reportedCaller(
      { id: "ann@pve", permissions: { "/": { A: 1, B: 0 }, "/vms/100": { C: 0 }, "/pool/p": { A: 1, D: 1 } } },
      {},
    );
    expect([...on("/")]).toEqual(["A", "B"]);
    expect([...on("/vms/7")]).toEqual(["A"]);
    expect([...on("/vms/100")]).toEqual(["C"]);
    expect([...on("/pool/p/q")]).toEqual(["A", "D"]);
    expect([...(everywhereBelow?.("/storage") ?? [])]).toEqual(["A"]);
    expect([...(everywhereBelow?.("/vms") ?? [])]).toEqual([]);
  });

  it("come from the ACL where nobody read them, own entries before those of groups", () => {
    const acl = [
      { path: "/", type: "group", ugid: "g", roleid: "Admin", propagate: 1 },
      { path: "/vms", type: "user", ugid: "ann@pve", roleid: "Viewer", propagate: 0 },
      { path: "/vms", type: "group", ugid: "g", roleid: "Admin", propagate: 1 },
    ];
    const roles = { Admin: ["A", "B"], Viewer: ["B"] };
    expect(reportFromAcl(acl, roles, "ann@pve", ["g"])).toEqual({ "/": { A: 1, B: 1 }, "/vms": { B: 0 } });
  });

  it("are missing in recordings where nobody read the ACL", () => {
    expect(() => readGrants("recordings.jsonl", "")).toThrow("recordings.jsonl: nobody read the ACL");
  });
});

it("a recorded matrix is read row by row, and tells which refusals are everybody's", () => {
  const row = (as: string, status: number, more = {}) =>
    JSON.stringify({ operation: "GET /x", as, params: { a: "1" }, status, reason: "r", ...more });
  const text = [
    row("root", 500),
    row("admin", 500),
    row("nobody", 403),
    row("auditor", 400, { errors: { "zz-unknown-param": "no" } }),
  ];
  expect(readMatrix("m.jsonl", text.join("\n"))).toEqual([
    {
      operation: "GET /x",
      params: { a: "1" },
      answers: { root: [500], admin: [500, "root-too"], nobody: [403], auditor: [400, "params"] },
    },
  ]);
  expect(() => readMatrix("m.jsonl", "{}\n{,}")).toThrow("m.jsonl:2:1: not valid JSON");
});
