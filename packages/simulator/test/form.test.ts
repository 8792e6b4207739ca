import { assert, property, record, string, uniqueArray } from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeForm } from "../src/http-form.js";

describe("the form decoder", () => {
  it("gives back what a form encoder was given", () => {
    // Keys are not UTF-8-decoded by PVE, so only ASCII ones survive.
    const key = string({ unit: "grapheme-ascii", minLength: 1 });
    const pairs = uniqueArray(record({ key, value: string({ unit: "grapheme" }) }), { selector: (pair) => pair.key });
    assert(
      property(pairs, (given) => {
        const form = given.map(({ key, value }) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join("&");
        const want = given.map(({ key, value }) => [key, value]);
        expect(new Map(Object.entries(decodeForm(form)))).toStrictEqual(new Map(want as [string, string][]));
      }),
    );
  });

  it.each([
    ["a=1&a=2;a=3", { a: ["1", "2", "3"] }],
    ["a=b=c", { a: "b" }],
    ["a&b=", { a: undefined, b: "" }],
    ["a=%zz+%41", { a: "%zz A" }],
    ["&&;", {}],
    ["__proto__=x", JSON.parse('{"__proto__":"x"}')],
  ])("reads %s as PVE does", (form, want) => {
    expect(Object.entries(decodeForm(form))).toStrictEqual(Object.entries(want));
  });
});
