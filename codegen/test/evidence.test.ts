import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCli } from "../src/cli.js";
import { reportFromAcl } from "../src/permissions/acl-report.js";
import { readGrants, readMatrix } from "../src/permissions/evidence.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("recorded grants", () => {
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

const row = (as: string, status: number, more = {}) =>
  JSON.stringify({ operation: "GET /version", as, params: { a: "1" }, status, reason: "r", ...more });

describe("a recorded matrix", () => {
  const text = [
    row("root", 500),
    row("admin", 500),
    row("nobody", 403),
    row("auditor", 400, { errors: { "zz-unknown-param": "no" } }),
  ].join("\n");
  const distilled = {
    operation: "GET /version",
    params: { a: "1" },
    answers: { root: [500], admin: [500, "root-too"], nobody: [403], auditor: [400, "params"] },
  };

  it("is read row by row, and tells which refusals are everybody's", () => {
    expect(readMatrix("m.jsonl", text)).toEqual([distilled]);
    expect(() => readMatrix("m.jsonl", "{}\n{,}")).toThrow("m.jsonl:2:1: not valid JSON");
  });

  it("is boiled down by a command, to what verdicts can be held against", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "evidence-"));
    const at = (name: string) => path.join(folder, name);
    try {
      const acl = { data: [{ path: "/", type: "user", ugid: "auditor@pve", roleid: "R", propagate: 1 }] };
      const read = (operation: string, body: object) =>
        JSON.stringify({
          operation,
          as: "root-token",
          flow: "crawl/access",
          params: {},
          response: { status: 200, body: JSON.stringify(body) },
        });
      writeFileSync(at("m.jsonl"), [text, row("root", 200).replace("/version", "/gone")].join("\n"));
      writeFileSync(at("recordings.jsonl"), read("GET /access/acl", acl));
      expect(await runCli(["evidence", at("m.jsonl"), "--distil", at("out")], root, () => undefined)).toBe(0);
      expect(JSON.parse(readFileSync(at("out/matrix.jsonl"), "utf8"))).toEqual(distilled);
      expect(JSON.parse(readFileSync(at("out/grants.json"), "utf8"))).toMatchObject({
        callers: { auditor: { id: "auditor@pve", permissions: {} } },
      });
      await expect(runCli(["evidence", at("m.jsonl")], root, () => undefined)).rejects.toThrow("--distil");
      await expect(runCli(["evidence", "/no.jsonl", "--distil", folder], root, () => undefined)).rejects.toThrow(
        "/no.jsonl: there is no such file",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
