import { describe, expect, it } from "vitest";
import { diffReleases } from "../src/diff/release-diff.js";
import { changesetText, markdownReport } from "../src/diff/report.js";
import type { FactOperation, FactSchema, ReleaseFacts } from "../src/model.js";

const release = (name: string, operations: Readonly<Record<string, FactOperation>>): ReleaseFacts => ({
  release: name,
  operations,
});
const operation = (more: Partial<FactOperation> = {}): FactOperation => ({
  name: "x",
  permissions: { user: "all" },
  parameters: { additionalProperties: false, properties: {} },
  returns: { type: "null" },
  ...more,
});
const compare = (before: FactOperation, after: FactOperation) =>
  diffReleases(release("9.1", { "GET /x": before }), release("9.2", { "GET /x": after })).changes.map(
    ({ effect, breaking, text }) => [effect, breaking, text],
  );
const input = (schema: FactSchema) =>
  operation({ parameters: { additionalProperties: false, properties: { p: schema } } });
const output = (schema: FactSchema) => operation({ returns: { type: "object", properties: { p: schema } } });

describe("a difference between two releases", () => {
  const text: FactSchema = { type: "string", optional: true };
  const cases: [
    title: string,
    before: FactOperation,
    after: FactOperation,
    effect: string,
    breaking: boolean,
    words: string,
  ][] = [
    ["an optional parameter that is new is an addition", operation(), input(text), "added", false, "added"],
    [
      "a required parameter that is new breaks",
      operation(),
      input({ type: "string" }),
      "added",
      true,
      "added, and required",
    ],
    ["a parameter that is gone breaks", input(text), operation(), "removed", true, "removed"],
    [
      "a parameter that becomes required breaks",
      input(text),
      input({ type: "string" }),
      "tightened",
      true,
      "now required",
    ],
    [
      "a field that becomes optional breaks",
      output({ type: "string" }),
      output(text),
      "loosened",
      true,
      "now optional",
    ],
    [
      "a field that is always there now does not",
      output(text),
      output({ type: "string" }),
      "tightened",
      false,
      "now required",
    ],
    [
      "a value more is harmless in input",
      input({ ...text, enum: ["a"] }),
      input({ ...text, enum: ["a", "b"] }),
      "loosened",
      false,
      "also `b`",
    ],
    [
      "a value more breaks in output",
      output({ ...text, enum: ["a"] }),
      output({ ...text, enum: ["a", "b"] }),
      "loosened",
      true,
      "also `b`",
    ],
    [
      "a value fewer breaks in input",
      input({ ...text, enum: ["a", "b"] }),
      input({ ...text, enum: ["a"] }),
      "tightened",
      true,
      "no longer `b`",
    ],
    [
      "a value fewer is harmless in output",
      output({ ...text, enum: ["a", "b"] }),
      output({ ...text, enum: ["a"] }),
      "tightened",
      false,
      "no longer `b`",
    ],
    [
      "a lower maximum breaks",
      input({ ...text, maximum: 9 }),
      input({ ...text, maximum: 8 }),
      "tightened",
      true,
      "maximum 9 → 8",
    ],
    [
      "a lower minimum does not",
      input({ ...text, minimum: 9 }),
      input({ ...text, minimum: 8 }),
      "loosened",
      false,
      "minimum 9 → 8",
    ],
    [
      "a format that appears breaks",
      input(text),
      input({ ...text, format: "pve-node" }),
      "tightened",
      true,
      "format `pve-node`",
    ],
    [
      "a number where an integer was is wider",
      input({ ...text, type: "integer" }),
      input({ ...text, type: "number" }),
      "loosened",
      false,
      "type integer → number",
    ],
    [
      "a sibling that becomes needed breaks",
      input(text),
      input({ ...text, requires: "q" }),
      "tightened",
      true,
      "requires `q`",
    ],
    [
      "a key more in a property string is an addition",
      input({ ...text, format: {} }),
      input({ ...text, format: { k: text } }),
      "added",
      false,
      "added",
    ],
    [
      "tokens that are refused break",
      operation(),
      operation({ allowtoken: false }),
      "tightened",
      true,
      "API tokens are refused now",
    ],
    [
      "a narrower audience breaks",
      operation(),
      operation({ permissions: { check: ["perm", "/", ["Sys.Audit"]] } }),
      "tightened",
      true,
      "any user → a privilege check",
    ],
    [
      "an alternative privilege is harmless",
      operation({ permissions: { check: ["perm", "/", ["Sys.Audit"]] } }),
      operation({ permissions: { check: ["perm", "/", ["Sys.Audit", "Sys.Modify"], "any", 1] } }),
      "loosened",
      false,
      'check `["perm","/",["Sys.Audit"]]` → `["perm","/",["Sys.Audit","Sys.Modify"],"any",1]`',
    ],
    [
      "another node that answers is worth a line",
      operation(),
      operation({ proxyto: "node" }),
      "changed",
      false,
      "forwarded to no node → node",
    ],
  ];

  it.each(cases)("%s", (_title, before, after, effect, breaking, words) => {
    expect(compare(before, after)).toEqual([[effect, breaking, words]]);
  });

  it("is none when nothing but the order changed", () => {
    expect(compare(input({ type: "string", optional: true }), input({ optional: true, type: "string" }))).toEqual([]);
  });
});

describe("the report", () => {
  const before = release("9.1", { "GET /gone": operation(), "GET /x": input({ type: "string", optional: true }) });
  const after = release("9.2", { "GET /new": operation(), "GET /x": input({ type: "string" }) });

  it("tells what was added, removed and broken", () => {
    const report = markdownReport(diffReleases(before, after));
    expect(report).toContain("1 operation added, 1 removed; 1 breaking change and 0 other changes");
    expect(report).toContain("## Breaking changes\n\n- `GET /x`\n  - parameter `p`: now required");
  });

  it("becomes a changeset with the right bump", () => {
    expect(changesetText(diffReleases(before, after), ["@pve/client"])).toMatch(
      /^---\n"@pve\/client": major\n---\n\nKnows Proxmox VE 9\.2/,
    );
    expect(diffReleases(after, after).bump).toBe("patch");
    expect(diffReleases(release("9.1", {}), after).bump).toBe("minor");
  });
});
