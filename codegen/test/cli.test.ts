import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../src/cli.js";
import { miniSource } from "./mini.js";

let root: string;
let lines: string[];
const run = (...argv: string[]) => runCli(argv, root, (line) => lines.push(line));
const file = (name: string) => readFileSync(path.join(root, name), "utf8");

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "pve-codegen-"));
  lines = [];
  writeFileSync(path.join(root, "apidoc.js"), miniSource);
});
afterEach(() => rmSync(root, { recursive: true }));

describe("pve-codegen", () => {
  it("takes a schema in, builds the spec and reports what it covers", async () => {
    await run("import", path.join(root, "apidoc.js"), "--release", "9.2", "--product", "9.2.3");
    expect(await run("build")).toBe(0);
    expect(await run("check")).toBe(1);
    expect(lines).toContain("operations documented: 0/8");
    expect(lines).toContain("  missing: GET /version");
    expect(lines.join("\n")).toMatch(/Proxmox VE 9\.2 \(9\.2\.3\): 8 operations on 7 paths\n.*sha256 [0-9a-f]{64}/);
    expect(JSON.parse(file("specs/origin.json"))).toMatchObject({
      "9.2": { version: "9.2.3", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it("writes byte-identical files when the same schema is taken in again", async () => {
    await run("import", path.join(root, "apidoc.js"), "--release", "9.2");
    await run("build");
    const before = ["specs/releases/9.2.json", "specs/origin.json", "specs/proxmox-api-spec.json"].map(file);
    await run("import", path.join(root, "apidoc.js"), "--release", "9.2");
    await run("build");
    expect(["specs/releases/9.2.json", "specs/origin.json", "specs/proxmox-api-spec.json"].map(file)).toEqual(before);
  });

  it("takes a release in with one command: report and changeset included, the same to the byte when done again", async () => {
    await run("add", path.join(root, "apidoc.js"), "--release", "9.1", "--date", "2026-01-01");
    writeFileSync(path.join(root, "next.js"), miniSource.replace('"maxLength": 64', '"maxLength": 32'));
    const add = () => run("add", path.join(root, "next.js"), "--release", "9.2", "--date", "2026-02-01");
    const files = [
      "specs/releases/9.2.json",
      "specs/origin.json",
      "specs/proxmox-api-spec.json",
      "docs/releases/9.1-9.2.md",
      ".changeset/pve-9.2.md",
    ];
    await add();
    const before = files.map(file);
    for (const name of files) rmSync(path.join(root, name));
    await add();
    expect(files.map(file)).not.toEqual(before);
    await run("add", path.join(root, "apidoc.js"), "--release", "9.1", "--date", "2026-01-01");
    await add();
    expect(files.map(file)).toEqual(before);
    expect(file("docs/releases/9.1-9.2.md")).toContain("parameter `username`: maxLength 64 → 32");
    expect(file(".changeset/pve-9.2.md")).toMatch(/^---\n"@pve\/client": major/);
  });

  it("says that the spec is stale, and how to mend it", async () => {
    await run("import", path.join(root, "apidoc.js"), "--release", "9.2");
    await run("build");
    writeFileSync(path.join(root, "specs/proxmox-api-spec.json"), "{}\n");
    expect(await run("check")).toBe(1);
    expect(lines.at(-1)).toContain("run `pve-codegen build`");
  });

  it("reads the tree of a running node by its address alone", async () => {
    const server = createServer((request, response) =>
      response.end(request.url === "/pve-docs/api-viewer/apidoc.js" ? miniSource : "no"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await run("import", `http://127.0.0.1:${(server.address() as AddressInfo).port}`, "--release", "9.2");
    server.close();
    expect(lines.at(-1)).toContain("imported 8 operations");
  });

  it("holds recorded answers against the spec, and says with its exit code whether they agree", async () => {
    await run("import", path.join(root, "apidoc.js"), "--release", "9.2");
    const recorded = (...answers: object[]) =>
      writeFileSync(path.join(root, "answers.jsonl"), answers.map((answer) => JSON.stringify(answer)).join("\n"));
    recorded({ id: 1, operation: "GET /nodes", data: [] });
    const replay = () => run("replay", path.join(root, "answers.jsonl"), "--distil", path.join(root, "short.jsonl"));
    expect(await replay()).toBe(0);
    expect(lines.at(-2)).toBe("1 operations, 1 answers: 0 contradictions, 0 undeclared keys");
    expect(file("short.jsonl")).toBe('{"id":"1","operation":"GET /nodes","data":[]}\n');
    recorded({ id: 2, operation: "GET /nodes", data: {} });
    expect(await replay()).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(/^contradiction: GET \/nodes data should be array: object/));
  });

  const refusals: [title: string, argv: string[], message: string][] = [
    ["an import without a source", ["import"], "import what?"],
    ["an import without a release", ["import", "apidoc.js"], "--release is needed"],
    [
      "a file that is not there",
      ["import", "/nowhere/apidoc.js", "--release", "9.2"],
      "/nowhere/apidoc.js: there is no such file",
    ],
    ["an address where nothing listens", ["import", "http://127.0.0.1:9", "--release", "9.2"], "127.0.0.1:9"],
    ["a build before any import", ["build"], "run `pve-codegen import` first"],
    ["an unknown flag", ["build", "--colour"], "Unknown option '--colour'"],
    ["a replay of nothing", ["replay"], "replay what?"],
    ["a replay of a file that is not there", ["replay", "/nowhere.jsonl"], "/nowhere.jsonl: there is no such file"],
    ["an unknown package", ["generate", "cookies"], "Known: client, simulator"],
  ];

  it.each(refusals)("refuses %s and says what to do", async (_title, argv, message) => {
    await expect(run(...argv)).rejects.toThrow(message);
  });

  it("names file and line of a release file that was edited by hand", async () => {
    await run("import", path.join(root, "apidoc.js"), "--release", "9.2");
    writeFileSync(path.join(root, "specs/releases/9.2.json"), '{\n  "release": "9.2",\n  "operations": {,}\n}');
    await expect(run("build")).rejects.toThrow("specs/releases/9.2.json:3:18: not valid JSON");
  });

  const slips: [title: string, given: string, slip: string, message: RegExp][] = [
    [
      "a key of a schema",
      '"maxLength": 64',
      '"maxLenght": 64',
      /9\.2\.json:\d+:\d+: unknown key "maxLenght" of a schema \(at operations › POST \/access\/ticket/,
    ],
    [
      "a key of an operation",
      '"name": "version"',
      '"name": "version", "proxy": 1',
      /9\.2\.json:\d+:\d+: unknown key "proxy" of an operation/,
    ],
    ["a route", '"GET /version"', '"GET version"', /9\.2\.json:\d+:\d+: "GET version" is no route/],
  ];

  it.each(slips)(
    "names file, key and line of %s that was misspelt in a release file",
    async (_title, given, slip, message) => {
      await run("import", path.join(root, "apidoc.js"), "--release", "9.2");
      writeFileSync(path.join(root, "specs/releases/9.2.json"), file("specs/releases/9.2.json").replace(given, slip));
      await expect(run("build")).rejects.toThrow(message);
    },
  );
});
