import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { encodeForm, encodeLoose, encodeValue } from "./encode.js";
import type { ParamSpec } from "./operation.js";
import { propertyCodec } from "./property-codec.js";

const wire = (value: unknown, spec: ParamSpec) => encodeValue(value, spec, propertyCodec);

describe("encodeValue", () => {
  test.each<[unknown, ParamSpec, unknown]>([
    [true, { type: "boolean" }, "1"],
    [100, { type: "integer" }, "100"],
    [["a", "b"], { type: "string", list: true }, "a,b"],
    [[], { type: "string", list: true }, ""],
    ["a,b", { type: "string", list: true }, "a,b"],
    [["a b", "c"], { type: "string", list: true }, "a b\0c"],
    [["a,b"], { type: "string", list: true }, "a,b\0"],
    [[100, 101], { type: "string", list: true }, "100,101"],
    [1e-7, { type: "number" }, "0.0000001"],
    [["ls", "-l"], { type: "array", items: { type: "string" } }, ["ls", "-l"]],
    ["ls", { type: "array" }, ["ls"]],
    [{ model: "virtio", bridge: "vmbr0" }, { type: "string", grammar: "qemu-net" }, "virtio,bridge=vmbr0"],
    ["whatever=you,like", { type: "string", grammar: "qemu-net" }, "whatever=you,like"],
    ["ssh-ed25519 AAAA+/= me@here\n", { type: "string", encode: "uri" }, "ssh-ed25519%20AAAA%2B%2F%3D%20me%40here%0A"],
    ["ssh-ed25519%20AAAA", { type: "string", encode: "uri" }, "ssh-ed25519%20AAAA"],
  ])("writes %j by %j as %j", (value, spec, want) => {
    expect(wire(value, spec)).toEqual({ wire: want });
  });

  test.each<[unknown, ParamSpec, RegExp]>([
    [null, { type: "string" }, /null is not a value/],
    [Number.NaN, { type: "number" }, /NaN is no number/],
    [[1, Number.POSITIVE_INFINITY], { type: "string", list: true }, /list of plain values/],
    [["a"], { type: "string" }, /takes one string, not a list/],
    [{ a: 1 }, { type: "integer" }, /takes an integer, not an object/],
    [{ bridge: "x" }, { type: "string", grammar: "qemu-net" }, /model is missing/],
    [["a", null], { type: "array" }, /item 1: null/],
    ["\ud800", { type: "string" }, /not valid Unicode/],
    [() => 1, { type: "string" }, /takes a string, not function/],
  ])("turns down %j by %j", (value, spec, want) => {
    expect(wire(value, spec)).toEqual({ problem: expect.stringMatching(want) });
  });
});

describe("encodeForm", () => {
  test.each([
    [{ net0: "virtio=AA:BB,bridge=vmbr0;x&y+z" }, "net0=virtio%3DAA%3ABB%2Cbridge%3Dvmbr0%3Bx%26y%2Bz"],
    [{ delete: ["a", "b"] }, "delete=a&delete=b"],
    [{}, ""],
    [{ description: "" }, "description="],
    [{ comment: "Zürich ☃" }, "comment=Z%C3%BCrich%20%E2%98%83"],
  ])("writes %j as %s", (given, want) => {
    expect(encodeForm(given)).toBe(want);
  });

  it("survives PVE's own way of reading a form: split at & and ;, cut at =, percent-decode", () => {
    const texts = fc.dictionary(fc.string({ minLength: 1, unit: "grapheme" }), fc.string({ unit: "grapheme" }));
    fc.assert(
      fc.property(texts, (record) => {
        const pairs = encodeForm(record)
          .split(/[&;]/)
          .filter((pair) => pair !== "");
        const read = pairs.map((pair) =>
          pair.split("=", 2).map((part) => decodeURIComponent(part.replaceAll("+", " "))),
        );
        expect(Object.fromEntries(read)).toEqual({ ...record });
      }),
    );
  });
});

describe("encodeLoose", () => {
  it("writes booleans, arrays and numbers without a table", () => {
    expect(encodeLoose({ full: true, vmid: 100, command: ["a", "b"], left: undefined })).toBe(
      "full=1&vmid=100&command=a&command=b",
    );
  });

  it("turns down what has no form of its own", () => {
    expect(() => encodeLoose({ net0: { model: "virtio" } })).toThrow(/net0: takes a string, not an object/);
  });
});
