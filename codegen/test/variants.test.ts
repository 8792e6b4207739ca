import { describe, expect, it } from "vitest";
import { splitVariants } from "../src/generate/variants.js";

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
