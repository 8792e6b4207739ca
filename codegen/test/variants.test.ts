import { describe, expect, it, test } from "vitest";
import { isOptional } from "../src/build/openapi-schema.js";
import { splitVariants } from "../src/generate/variants.js";
import type { FactSchema } from "../src/model.js";

const type = { name: "type", schema: { type: "string", enum: ["a", "b"] } };
const depends = (name: string, ...types: string[]) => ({
  name,
  schema: { type: "string", "x-pve-type-property": "type", "x-pve-instance-types": types },
});

describe("an object whose fields depend on its type", () => {
  it("is taken apart into what all have and what one has", () => {
    const comment = { name: "comment", schema: { type: "string" } };
    const variants = splitVariants([comment, type, depends("nodes", "a"), depends("both", "a", "b")]);
    expect(variants?.discriminator).toBe("type");
    expect(variants?.common).toEqual([comment]);
    expect([...(variants?.byType ?? [])].map(([name, own]) => [name, own.map((entry) => entry.name)])).toEqual([
      ["a", ["nodes", "both"]],
      ["b", ["both"]],
    ]);
  });

  it("has for each type the shape that is meant for it", () => {
    const shape = (of: string) => ({ type: "array", items: { enum: [of] }, "x-pve-instance-types": [of] });
    const removed = { name: "delete", schema: { "x-pve-type-property": "type", oneOf: [shape("a"), shape("b")] } };
    const variants = splitVariants([type, removed]);
    expect(variants?.byType.get("b")).toEqual([{ name: "delete", schema: shape("b") }]);
  });

  it("is left alone when nothing depends on anything", () => {
    expect(splitVariants([type])).toBeUndefined();
  });
});

test.each<[boolean, string, FactSchema]>([
  [true, "is marked so", { type: "string", optional: true }],
  [false, "is not marked", { type: "string" }],
  [true, "has only optional variants", { oneOf: [{ optional: true }, { optional: true }] }],
  [false, "has a variant that is not", { oneOf: [{ optional: true }, { type: "string" }] }],
])("optional: %s, where a property %s", (want, _, schema) => {
  expect(isOptional(schema)).toBe(want);
});
