import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { breaksPattern, INTEGER, NUMBER, printScalar, readBoolean, readNumber, splitList } from "./scalar.js";

describe("printScalar", () => {
  test.each([
    [true, "1"],
    [false, "0"],
    [1_048_576, "1048576"],
    [1e21, "1000000000000000000000"],
    [0.5, "0.5"],
    [1.5e-7, "0.00000015"],
    [-5e-324, `-0.${"0".repeat(323)}5`],
    [1.7976931348623157e308, `17976931348623157${"0".repeat(292)}`],
    [-3, "-3"],
    ["as it is", "as it is"],
  ])("writes %j as %j", (given, want) => {
    expect(printScalar(given)).toBe(want);
  });

  it("writes every finite number in PVE's own form, and reads it back", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const text = printScalar(number);
        expect(text).toMatch(NUMBER);
        expect(text).not.toMatch(/e/i);
        expect(Number(text)).toBe(number === 0 ? 0 : number);
      }),
    );
    fc.assert(fc.property(fc.maxSafeInteger(), (number) => INTEGER.test(printScalar(number))));
  });
});

describe("reading", () => {
  test.each([
    [1, true],
    ["1", true],
    [true, true],
    [0, false],
    ["0", false],
    ["", false],
    [null, false],
    [false, false],
    ["auto", "auto"],
    [2, 2],
  ])("takes %j for the boolean %j", (given, want) => {
    expect(readBoolean(given)).toBe(want);
  });

  test.each([
    ["8192", 8192],
    ["0.40", 0.4],
    ["1.048576e+06", 1_048_576],
    ["-0", 0],
    ["N/A", "N/A"],
    ["", ""],
    ["12345678901234567890", "12345678901234567890"],
    [null, null],
    [7, 7],
  ])("takes %j for the number %j", (given, want) => {
    expect(readNumber(given)).toBe(want);
  });

  test.each([
    ["a,b;c d", ["a", "b", "c", "d"]],
    ["", []],
    ["one two\0three", ["one two", "three"]],
    [",a,,b,", ["a", "b"]],
  ])("splits %j into %j", (given, want) => {
    expect(splitList(given)).toEqual(want);
  });
});

describe("breaksPattern", () => {
  test.each([
    ["abc", "[a-c]+", false],
    ["abd", "[a-c]+", true],
    ["ABC", "(?i)[a-c]+", false],
    ["abc\n", "[a-c]+", false],
    ["Zürich", "\\w+", false],
    ["anything", "(?^:broken", false],
    ["xb", "a|b", false],
  ])("of %j against %s is %j", (text, pattern, want) => {
    expect(breaksPattern(text, pattern)).toBe(want);
  });
});
