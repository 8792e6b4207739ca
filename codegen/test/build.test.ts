import { describe, expect, it } from "vitest";
import { javascriptPattern } from "../src/build/pattern.js";
import { readShape } from "../src/build/shape.js";
import { printJson } from "../src/json.js";
import { miniBuild, miniFacts } from "./mini.js";

describe("building the spec", () => {
  it("makes an OpenAPI document of facts, corrections and documentation", async () => {
    await expect(printJson(miniBuild().document)).toMatchFileSnapshot("golden/openapi.json");
  });

  it("is the same each time", () => {
    expect(printJson(miniBuild().document)).toBe(printJson(miniBuild().document));
  });

  it("leaves the facts as they are", () => {
    const before = printJson(miniFacts());
    miniBuild();
    expect(printJson(miniFacts())).toBe(before);
  });
});

describe("a release that lacks what the documents speak of", () => {
  it("names all of it at once, with the places", () => {
    const corrections = `- routes: [GET /gone, GET /nodes, POST /gone]\n  why: a\n  source: b\n  task: always`;
    const operations = "GET /away: { summary: A. }\nGET /nodes: { summary: A., parameters: { x: B., y: C. } }";
    const parameters = "scopes: { /gone: { node: A. } }";
    let message = "";
    try {
      miniBuild({ corrections, operations, parameters, formats: "qemu-nett: { model: A. }" });
    } catch (error) {
      message = String(error);
    }
    expect(message.split("\n").map((line) => line.replace(/ \(at .*/, ""))).toEqual([
      "SpecFault: specs: 7 faults",
      'corrections.yaml:1:12: release 9.2 has no operation "GET /gone"',
      'corrections.yaml:1:35: release 9.2 has no operation "POST /gone"',
      'operations.yaml:1:1: release 9.2 has no operation "GET /away"',
      'operations.yaml:2:42: "GET /nodes" has no parameter "x"',
      'operations.yaml:2:49: "GET /nodes" has no parameter "y"',
      'parameters.yaml:1:11: no operation lies under "/gone"',
      'formats.yaml:1:1: there is no property-string grammar "qemu-nett"',
    ]);
  });
});

describe("a malformed document of the spec", () => {
  const correction = (more: string, route = "GET /nodes") => `- routes: [${route}]\n  why: a\n  source: b\n${more}`;
  const cases: [title: string, texts: Parameters<typeof miniBuild>[0], message: string][] = [
    ["YAML that does not parse", { corrections: "- a: [" }, /corrections\.yaml:1:\d+: not valid YAML/.source],
    [
      "a correction of an operation that is gone",
      { corrections: correction("  task: always", "GET /gone") },
      'corrections.yaml:1:12: release 9.2 has no operation "GET /gone"',
    ],
    [
      "a correction without its source",
      { corrections: "- routes: [GET /nodes]\n  why: a\n  task: always" },
      "corrections.yaml:1:3",
    ],
    [
      "a correction with a misspelt key",
      { corrections: correction("  tasks: always") },
      "corrections.yaml:1:3: Unrecognized key",
    ],
    [
      "a correction that changes nothing",
      { corrections: correction("") },
      'the correction changes nothing of "GET /nodes"',
    ],
    [
      "a bound for a family that is not there",
      { corrections: correction("  indices: { mp: 3 }") },
      'corrections.yaml:4:14: there is no family "mp[n]"',
    ],
    [
      "a shape in a wrong notation",
      { corrections: correction("  returns: { a: strnig }") },
      'corrections.yaml:4:14: "strnig" is no shape',
    ],
    [
      "documentation of an operation that is gone",
      { operations: "GET /gone: { summary: A. }" },
      'operations.yaml:1:1: release 9.2 has no operation "GET /gone"',
    ],
    [
      "documentation of a parameter that is gone",
      { operations: "GET /nodes:\n  summary: A.\n  parameters:\n    x: B." },
      'operations.yaml:4:5: "GET /nodes" has no parameter "x"',
    ],
    ["documentation without a summary", { operations: "GET /nodes: { description: A. }" }, "operations.yaml:1:1"],
    [
      "a scope that holds no operation",
      { parameters: "scopes: { /gone: { node: A. } }" },
      'no operation lies under "/gone"',
    ],
    [
      "a scope that names no parameter",
      { parameters: "scopes:\n  any:\n    colour: A." },
      'parameters.yaml:3:5: no operation under "any" has a parameter "colour"',
    ],
    [
      "an unknown grammar",
      { formats: "qemu-nett: { model: A. }" },
      'formats.yaml:1:1: there is no property-string grammar "qemu-nett"',
    ],
    [
      "an unknown key of a grammar",
      { formats: "qemu-net:\n  modell: A." },
      'formats.yaml:2:3: the grammar "qemu-net" has no key "modell"',
    ],
  ];

  it.each(cases)("%s is refused with file, key and line", (_title, texts, message) => {
    expect(() => miniBuild(texts)).toThrow(
      new RegExp(message.includes("\\d") ? message : message.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")),
    );
  });
});

describe("a Perl pattern", () => {
  const cases: [title: string, given: string, want: string][] = [
    ["stays as it is when JavaScript means the same", "[a-z]+", "[a-z]+"],
    ["loses its flag group", "(?^:a|b)", "(?:a|b)"],
    ["loses its Unicode flag group", "(?^u:a)", "(?:a)"],
    ["spells out both cases of a class", "(?^i:[a-z0-9]x)", "(?:[a-zA-Z0-9][xX])"],
    ["gets a lower bound", "a{,8}", "a{0,8}"],
    ["keeps an atomic group from trying again", "(?>a+)b", "(?:(?=(?<atom1>a+))\\k<atom1>)b"],
    ["drops escapes the u flag refuses", "\\@[\\-\\_]\\-", "@[\\-_]-"],
  ];

  it.each(cases)("%s", (_title, given, want) => {
    expect(javascriptPattern(given)).toBe(want);
    expect(() => new RegExp(`^${want}$`, "u")).not.toThrow();
  });

  it("with nested repetition answers at once on a long text that does not match", () => {
    const pattern = new RegExp(`^${javascriptPattern("(?^:^((?>[+-]?[\\w\\-\\._=]+,?)+)$)")}$`);
    expect(pattern.test(`${"a".repeat(5000)}!`)).toBe(false);
    expect(pattern.test("+a,-b=c")).toBe(true);
  });
});

describe("a correction of a result", () => {
  const list = "GET /nodes/{node}/qemu";
  const config = "GET /nodes/{node}/qemu/{vmid}/config";
  const record = (corrections: string, route = list) => miniBuild({ corrections }).facts.operations[route]?.returns;

  it("adds fields to the elements of a list and leaves the others as they are", () => {
    const before = record("[]")?.items?.properties;
    const after = record(`- { routes: ["${list}"], why: a, source: b, fields: { pid?: integer, "*": any } }`)?.items;
    expect(after?.properties).toEqual({ ...before, pid: { type: "integer", optional: true } });
    expect(after?.additionalProperties).toEqual({ type: "any" });
  });

  it("takes over the record of another operation, with what was corrected there", () => {
    const corrections = [
      `- { routes: ["${config}"], why: a, source: b, fields: { parent?: string } }`,
      `- { routes: ["${list}"], why: a, source: b, like: "${config}", fields: { vmid: integer } }`,
    ].join("\n");
    const elements = record(corrections)?.items?.properties;
    expect(elements).toMatchObject({ ...record(corrections, config)?.properties, vmid: { type: "integer" } });
    expect(elements?.["parent"]).toEqual({ type: "string", optional: true });
  });

  it("refuses to take over the record of an operation that is gone", () => {
    const corrections = `- { routes: ["${list}"], why: a, source: b, like: GET /gone }`;
    expect(() => record(corrections)).toThrow(/corrections\.yaml:1:\d+: release 9\.2 has no operation "GET \/gone"/);
  });
});

describe("the shape notation", () => {
  const fail = (path: readonly (string | number)[], problem: string): never => {
    throw new Error(`${path.join(".")}: ${problem}`);
  };
  const cases: [title: string, given: unknown, want: unknown][] = [
    ["a word is a type", "integer", { type: "integer" }],
    ["a word with brackets names a format", "string(pve-tag-list)", { type: "string", format: "pve-tag-list" }],
    ["quoted words are an enumeration", '"a" | "b"', { type: "string", enum: ["a", "b"] }],
    [
      "a quoted word in a union is one of its values",
      '"vnc" | null',
      { anyOf: [{ type: "string", enum: ["vnc"] }, { type: "null" }] },
    ],
    [
      "a bar as the key is a union of shapes",
      { "|": [{ a: "string" }, "null"] },
      { anyOf: [{ type: "object", properties: { a: { type: "string" } } }, { type: "null" }] },
    ],
    ["a bar is a union", "integer | string", { anyOf: [{ type: "integer" }, { type: "string" }] }],
    ["a list of one is an array", ["string"], { type: "array", items: { type: "string" } }],
    [
      "a question mark marks what may be absent",
      { "a?": "string" },
      { type: "object", properties: { a: { type: "string", optional: true } } },
    ],
    [
      "a star describes all other keys",
      { "*": "number" },
      { type: "object", properties: {}, additionalProperties: { type: "number" } },
    ],
    ["a property string names its grammar", "property-string(qemu-net)", { type: "string", grammar: "qemu-net" }],
  ];

  it.each(cases)("%s", (_title, given, want) => {
    expect(readShape(given, fail)).toEqual(want);
  });

  it("names the place of an unknown word", () => {
    expect(() => readShape({ a: ["strnig"] }, fail)).toThrow('a.0: "strnig" is no shape');
  });
});
