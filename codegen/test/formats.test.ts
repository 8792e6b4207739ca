import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { buildFrom } from "../src/commands/build.js";
import { checkCommand } from "../src/commands/check.js";
import { emitClient } from "../src/generate/client.js";
import { grammarTypeName } from "../src/generate/names.js";
import { emitSimulator } from "../src/generate/simulator.js";
import { specGrammars, specOperations } from "../src/generate/spec-operations.js";
import { openWorkspace } from "../src/workspace.js";
import { miniBuild } from "./mini.js";

const workspace = openWorkspace(path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../.."));
const built = buildFrom(workspace);
const { formats } = built;

describe("the rules of the named formats", () => {
  it("cover every format that a supported release uses", () => {
    expect(formats.gaps).toEqual([]);
    expect(formats.used.length).toBeGreaterThan(100);
  });

  const examples = [...formats.rules].flatMap(([name, { examples: given }]) =>
    given === undefined ? [] : [{ name, ...given }],
  );

  it.each(examples)("$name takes what PVE takes and refuses what PVE refuses", ({ name, valid, invalid }) => {
    const pattern = formats.patternOf(name) ?? "";
    for (const flags of ["", "u"]) {
      const matches = (text: string) => new RegExp(pattern, flags).test(text);
      expect(valid.filter((text) => !matches(text))).toEqual([]);
      expect(invalid.filter(matches)).toEqual([]);
    }
  });

  it("answer at once on long texts that do not match", () => {
    const started = performance.now();
    for (const name of formats.rules.keys()) {
      const pattern = new RegExp(formats.patternOf(name) ?? "", "u");
      for (const piece of ["a", "a.", "1", "1:", "::1", "0,", "/.", "usb,"]) pattern.test(`${piece.repeat(4000)}!\n`);
    }
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it("describe every key of every property string", () => {
    const keys = [...formats.grammars].flatMap(([grammar, entries]) =>
      Object.keys(entries).map((key) => [grammar, key]),
    );
    expect(keys.filter(([grammar = "", key = ""]) => built.docs.formatKey(grammar, key) === undefined)).toEqual([]);
  });

  it("give each property string a TypeScript name of its own", () => {
    const names = [...built.grammars.keys()].map(grammarTypeName);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("are counted by check", () => {
    const lines: string[] = [];
    checkCommand(workspace, (line) => lines.push(line));
    const count = formats.used.length;
    expect(lines).toContain(`named formats with a rule: ${count}/${count}`);
    expect(lines).toContain(`property-string grammars: ${built.grammars.size}`);
  });
});

const CORRECTIONS = `
- routes: ["POST /nodes/{node}/qemu"]
  why: a
  source: b
  parameters:
    name: { type: string, format: pve-node }
    startup: { type: string, optional: true, format: pve-startup-order }
    email: { type: string, optional: true, format: email-opt }
    device: { type: string, optional: true, format: pve-node, pattern: "[a-c]+" }
- routes: ["GET /nodes/{node}/qemu/{vmid}/config"]
  why: a
  source: b
  fields: { "startup?": string(pve-startup-order), "owner?": string(pve-node) }
`;
const RULES = `
-opt: { empty: ["", "0"], note: a, source: b }
pve-node: { pattern: "[a-z]+|\\\\d+", source: a, examples: { valid: [a], invalid: [""] } }
email: { anyOf: [pve-node, name], source: a }
name: { pattern: '(?&pve-node)@x', source: a }
pve-startup-order:
  grammar: { order: { type: integer, optional: true, minimum: 0, default_key: true }, only: { type: string, pattern: a|b } }
  source: a
`;

describe("a named format", async () => {
  const { document } = miniBuild({
    corrections: CORRECTIONS,
    rules: RULES,
    formats: "pve-startup-order: { order: Rank. }",
  });
  const operation = (route: string) => specOperations(document).find((known) => known.route === route);
  const parameter = (name: string) =>
    operation("POST /nodes/{node}/qemu")?.parameters.find((known) => known.name === name)?.schema;
  const result = operation("GET /nodes/{node}/qemu/{vmid}/config")?.returns?.properties;

  it("gives a parameter its pattern, anchored as a whole", () => {
    expect(parameter("node")).toMatchObject({ "x-pve-format": "pve-node", pattern: "^(?:[a-z]+|\\d+)$" });
  });

  it("leaves a parameter its own pattern", () => {
    expect(parameter("device")?.pattern).toBe("^[a-c]+$");
  });

  it("lets the empty value pass where its name ends in -opt", () => {
    const pattern = new RegExp(parameter("email")?.pattern ?? "");
    expect(["", "0", "a", "12@x", "@x", "a@"].filter((text) => pattern.test(text))).toEqual(["", "0", "a", "12@x"]);
  });

  it("puts no pattern on lists, numbers and results", () => {
    expect(parameter("tags")).toEqual({ type: "string", "x-pve-format": "pve-tag-list" });
    expect(parameter("vmid")).not.toHaveProperty("pattern");
    expect(result?.["owner"]).toEqual({ type: "string", "x-pve-format": "pve-node" });
  });

  it("that is a property string refers to its grammar, in parameters and results", () => {
    const reference = { "x-pve-property-string": { $ref: "#/components/schemas/pve-startup-order" } };
    expect(parameter("startup")).toMatchObject(reference);
    expect(result?.["startup"]).toMatchObject(reference);
    expect(specGrammars(document)["pve-startup-order"]).toEqual({
      type: "object",
      properties: {
        order: { type: "integer", minimum: 0, description: "Rank.", "x-pve-default-key": true },
        only: { type: "string", pattern: "^(?:a|b)$" },
      },
      required: ["only"],
      additionalProperties: false,
    });
  });

  it("is published with its complete rule", () => {
    const { "x-pve-formats": table } = document["components"] as { readonly "x-pve-formats": Record<string, object> };
    expect(table["name"]).toEqual({ pattern: "^(?:(?:[a-z]+|\\d+)@x)$" });
    expect(table["pve-startup-order"]).toEqual({ grammar: { $ref: "#/components/schemas/pve-startup-order" } });
    expect(table["-opt"]).toEqual({ empty: ["", "0"], note: "a" });
  });

  it("that is a property string is coded by the client", async () => {
    const files = new Map((await emitClient(document, "0")).map(({ file, text }) => [file, text]));
    expect(files.get("types/nodes-qemu.gen.ts")).toContain("startup?: string | PveStartupOrder | undefined;");
    expect(files.get("types/nodes-qemu.gen.ts")).toContain("startup?: PveStartupOrder;");
    expect(files.get("areas/nodes-qemu.gen.ts")).toContain('"startup":{"grammar":"pve-startup-order"}');
  });

  it("reaches the simulator as a name, so that it checks by its own reading", () => {
    const [contract] = emitSimulator(document, "0");
    expect(contract?.text).toContain('"startup":{"type":"string","format":"pve-startup-order",');
    expect(contract?.text).toContain('"node":{"type":"string","format":"pve-node"}');
    expect(contract?.text).toContain('"pattern":"[a-c]+"');
    expect(contract?.text).not.toContain("@x");
  });
});

describe("a malformed rule", () => {
  const cases: [title: string, rules: string, message: string][] = [
    [
      "that no release uses",
      "pve-nodes: { free: true, source: a }",
      'rules.yaml:1:1: no release uses a format "pve-nodes"',
    ],
    ["without its source", "pve-node: { free: true }", "rules.yaml:1:1: Invalid input"],
    ["with a misspelt key", "pve-node: { fre: true, source: a }", "rules.yaml:1:1: Unrecognized key"],
    ["of two kinds", "pve-node: { free: true, pattern: a, source: b }", "rules.yaml:1:1: a format has exactly one of"],
    ["of no kind", "pve-node: { source: b }", "rules.yaml:1:1: a format has exactly one of"],
    ["with a pattern that does not parse", "pve-node: { pattern: '(', source: a }", "rules.yaml:1:1: Invalid regular"],
    ["with a pattern for one flag only", "pve-node: { pattern: '\\@', source: a }", "rules.yaml:1:1: Invalid regular"],
    ["that refers to nothing", "pve-node: { pattern: '(?&x)', source: a }", 'it refers to "x", which is no format'],
    [
      "that refers to itself",
      "pve-node: { anyOf: [pve-tag, pve-node], source: a }\npve-tag: { pattern: '(?&pve-node)', source: a }",
      "rules.yaml:1:1: the rule refers to itself: pve-node → pve-tag → pve-node",
    ],
    [
      "of a key with an unknown type",
      "pve-node:\n  grammar:\n    a: { type: text }\n  source: a",
      "rules.yaml:3:10: Invalid option",
    ],
    ["of an unknown grammar", "pve-node: { grammar: qemu-nett, source: a }", 'no property-string grammar "qemu-nett"'],
  ];

  it.each(cases)("%s is refused with file, key and line", (_title, rules, message) => {
    expect(() => miniBuild({ rules })).toThrow(message);
  });

  it("that is there twice is refused", () => {
    expect(() =>
      miniBuild({ rules: "pve-node: { free: true, source: a }\npve-node: { free: true, source: a }" }),
    ).toThrow("rules.yaml:2:1: not valid YAML: Map keys must be unique");
  });
});
