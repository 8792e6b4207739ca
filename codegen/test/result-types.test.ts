import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { OpenApiDocument } from "../src/build/openapi.js";
import { TypeCollector } from "../src/generate/client-types.js";
import { operationDoc } from "../src/generate/doc-text.js";
import { specGrammars, specOperations } from "../src/generate/spec-operations.js";
import { typeText } from "../src/generate/type-text.js";

const spec = readFileSync(new URL("../../specs/proxmox-api-spec.json", import.meta.url), "utf8");
const document = JSON.parse(spec) as OpenApiDocument;

describe("the types of all results", () => {
  const collector = new TypeCollector();
  const results = specOperations(document).map((operation) => collector.add(operation));

  it("leave at most ten open", () => {
    const open = results.filter(({ result }) => /\bunknown\b/.test(result)).map(({ operation }) => operation.route);
    expect(results.length).toBeGreaterThan(600);
    expect(open.length, open.join("\n")).toBeLessThanOrEqual(10);
  });

  it("never say any", () => {
    expect(results.filter(({ result }) => /\bany\b/.test(result))).toEqual([]);
    expect(Object.keys(specGrammars(document)).length).toBeGreaterThan(60);
  });
});

describe("the comment of every operation", () => {
  it.each(specOperations(document).map((operation) => [operation.route, operation] as const))(
    "%s",
    (route, operation) => {
      const doc = operationDoc(operation);
      expect(doc).toMatch(/Privileges: .+\./);
      expect(doc).toContain(`Source: \`${route}\``);
      if (operation.since !== undefined) expect(doc).toContain(`Needs Proxmox VE ${operation.since}.`);
      const hasResult =
        operation.task === undefined && operation.returns !== undefined && operation.returns.type !== "null";
      expect(/Result type: (?:schema|corrected|recorded)\./.test(doc)).toBe(hasResult);
    },
  );
});

describe("the type of a value that depends on the kind of thing", () => {
  it("leaves out the kinds that do not have it", () => {
    const variants = [{ type: "string" }, { type: "integer" }, {}];
    expect(typeText({ oneOf: variants }, "output", new Set())).toBe("string | number");
    expect(typeText({ oneOf: [{}] }, "output", new Set())).toBe("unknown");
  });
});
