import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readShape } from "../src/build/shape.js";
import { buildFrom } from "../src/commands/build.js";
import type { FactSchema, ReleaseFacts } from "../src/model.js";
import { checkValue, type Grammars } from "../src/replay/check-value.js";
import { distil } from "../src/replay/distil.js";
import { readRecordings } from "../src/replay/recording.js";
import { replay } from "../src/replay/replay.js";
import { replayLines } from "../src/replay/report-text.js";
import { openWorkspace } from "../src/workspace.js";

const GRAMMARS: Grammars = new Map([
  [
    "net",
    {
      model: { type: "string", default_key: true },
      bridge: { type: "string" },
      e1000: { type: "string", alias: "macaddr", keyAlias: "model" },
    },
  ],
]);

function shape(notation: unknown): FactSchema {
  return readShape(notation, (at, problem) => {
    throw new Error(`${at.join(".")}: ${problem}`);
  });
}

/** What departs, as short texts. */
function departures(value: unknown, notation: unknown): string[] {
  return checkValue(value, shape(notation), GRAMMARS).map(({ kind, at }) => `${kind} ${at}`);
}

describe("a recorded value", () => {
  const fitting: [title: string, value: unknown, notation: unknown][] = [
    ["a number as a text, which the client decodes", "2445.434", "number"],
    ["an integer as a text", "110", "integer"],
    ["PVE's spellings of a boolean", [1, 0, "1", "0", "", true, false, null], ["boolean"]],
    ["null in place of a list", null, ["string"]],
    ["null where the union allows it", { a: null }, { a: "string | null" }],
    [
      "a record that may be null, whose fields are decoded",
      { a: { b: "1" } },
      { a: { "|": [{ b: "boolean" }, "null"] } },
    ],
    ["what may be absent", {}, { "a?": "string" }],
    ["a member of a family", { net0: "e1000=BC:24:11:00:00:01,bridge=vmbr0" }, { "net[n]": "property-string(net)" }],
    ["a property string that arrives parsed", { model: "e1000" }, "property-string(net)"],
    ["any key where all are described", { x: "1" }, { "*": "integer" }],
  ];

  it.each(fitting)("may be %s", (_title, value, notation) => {
    expect(departures(value, notation)).toEqual([]);
  });

  const departing: [title: string, value: unknown, notation: unknown, want: string[]][] = [
    ["of a wrong type", { a: { b: "x" } }, { a: { b: "integer" } }, ["type data.a.b"]],
    ["that is a number where a text is promised", [{ a: 1 }], [{ a: "string" }], ["type data[].a"]],
    ["that is no spelling of a boolean", [[], 2, "yes"], ["boolean"], ["type data[]"]],
    ["without a required field", { b: 1 }, { a: "string", b: "integer" }, ["missing data.a"]],
    ["outside of an enumeration", "virt", '"q35" | "i440fx"', ["value data"]],
    ["that is null where nothing says so", { a: null }, { a: "string" }, ["type data.a"]],
    ["in a union that cannot be decoded", { a: "1" }, { a: "integer | boolean" }, ["type data.a"]],
    ["with a key that nobody declared", { a: 1 }, {}, ["undeclared data.a"]],
    ["that is no property string of its grammar", "a,b", "property-string(net)", ["type data"]],
    ["with an unknown key in a property string", "virtio,rate=1", "property-string(net)", ["undeclared data.rate"]],
    ["that departs many times in one way", [{ a: 1 }, { a: 2 }], [{ a: "string" }], ["type data[].a"]],
  ];

  it.each(departing)("%s is reported", (_title, value, notation, want) => {
    expect(departures(value, notation)).toEqual(want);
  });
});

describe("recordings", () => {
  const row = (more: object) => JSON.stringify({ id: 7, operation: "GET /nodes", ...more });
  const answer = (body: string, more: object = {}) =>
    row({ response: { status: 200, contentType: "application/json;charset=UTF-8", body, ...more } });
  const cases: [title: string, line: string, want: unknown[]][] = [
    ["are read from whole responses", answer('{"data":[1]}'), [[1]]],
    ["are read from distilled lines", row({ data: [1] }), [[1]]],
    ["of a stand-in are left out", row({ data: [1], note: "binding-stub: not real" }), []],
    ["of a refusal are left out", answer('{"data":null}', { status: 500 }), []],
    ["of a refusal inside a success are left out", answer('{"data":null,"success":0}'), []],
    ["of a download are left out", answer("text", { contentType: "text/plain" }), []],
    ["of a body that breaks off are left out", answer('{"data":['), []],
  ];

  it.each(cases)("%s", (_title, line, want) => {
    expect(readRecordings("a.jsonl", `${line}\n`).map(({ data }) => data)).toEqual(want);
  });

  it("that are no JSON are refused with file and line", () => {
    expect(() => readRecordings("a.jsonl", `${row({ data: 1 })}\n{`)).toThrow("a.jsonl:2:1: not valid JSON");
  });

  it("are distilled to one short line a form, elements and keys in a fixed order", () => {
    const of = (id: string, data: unknown, route = "GET /nodes") => ({ id, route, data });
    const long = { b: "x".repeat(200), a: "one two three four five six", c: [1, 2, "3"] };
    const lines = distil([of("1", long), of("2", { ...long, c: [4, "5"] }), of("3", {}), of("4", {}, "POST /nodes")]);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { id: "1", operation: "GET /nodes", data: { a: "a longer text", b: `${"x".repeat(100)}…`, c: ["3", 2] } },
      { id: "3", operation: "GET /nodes", data: {} },
    ]);
  });
});

describe("a replay", () => {
  const facts: ReleaseFacts = {
    release: "9.2",
    operations: {
      "GET /a": {
        name: "a",
        parameters: { additionalProperties: false, properties: {} },
        returns: shape({ n: "integer" }),
      },
      "POST /a": { name: "b", parameters: { additionalProperties: false, properties: {} }, task: "or-null" },
    },
  };
  const replayed = (...answers: [route: string, data: unknown][]) =>
    replayLines(
      replay(
        facts,
        GRAMMARS,
        answers.map(([route, data], index) => ({ id: `${index}`, route, data })),
      ),
    );

  it("counts what it checked", () => {
    expect(replayed(["GET /a", { n: 1 }], ["GET /a", { n: "2" }], ["POST /a", null], ["POST /a", "UPID:x"])).toEqual([
      "2 operations, 4 answers: 0 contradictions, 0 undeclared keys",
    ]);
  });

  it("names operation, place, count and an example of what it found", () => {
    expect(replayed(["GET /a", { n: [] }], ["GET /a", { n: [], m: 1 }], ["GET /b", 1])).toEqual([
      "contradiction: GET /a data.n should be integer: array (2 times, see 0)",
      "undeclared: GET /a data.m: number 1 (1 times, see 1)",
      "not in the spec: GET /b",
      "1 operations, 2 answers: 1 contradictions, 1 undeclared keys",
    ]);
  });
});

describe("the spec", () => {
  const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
  const built = buildFrom(openWorkspace(root));
  const { facts } = built;
  const grammars = built.grammars as Grammars;
  const file = "codegen/test/fixtures/recorded/answers.jsonl";
  const answers = readRecordings(file, readFileSync(path.join(root, file), "utf8"));

  it("contradicts no recorded answer and declares every key that was seen", () => {
    const report = replay(facts, grammars, answers);
    expect(replayLines(report).slice(0, -1)).toEqual([]);
    expect(report.operations).toBeGreaterThan(200);
  });

  it("would be caught when a field changes its type, or when a promised field is never sent", () => {
    const wrong = (returns: FactSchema): ReleaseFacts => {
      const operation = facts.operations["GET /version"];
      if (operation === undefined) throw new Error("GET /version is gone");
      return { ...facts, operations: { ...facts.operations, "GET /version": { ...operation, returns } } };
    };
    const texts = { release: "string", repoid: "string", "console?": "string" };
    const found = (returns: unknown) => replayLines(replay(wrong(shape(returns)), grammars, answers)).slice(0, -1);
    expect(found({ ...texts, version: "string" })).toEqual([]);
    expect(found({ ...texts, version: "integer" })).toEqual([
      expect.stringMatching(/^contradiction: GET \/version data\.version should be integer: string "9\.2/),
    ]);
    expect(found({ ...texts, version: "string", edition: "string" })).toEqual([
      expect.stringMatching(/^contradiction: GET \/version data\.edition should be string: nothing/),
    ]);
  });

  it("names only property-string grammars that exist", () => {
    const named = [...JSON.stringify(facts).matchAll(/"grammar":"([^"]*)"/g)].map((match) => match[1] ?? "");
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !grammars.has(name))).toEqual([]);
  });
});
