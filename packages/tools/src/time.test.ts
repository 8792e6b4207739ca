import { describe, expect, it } from "vitest";
import { epochOf, isoOf } from "./time.js";

const now = Date.UTC(2026, 5, 1, 8);

describe("epochOf", () => {
  const cases: [title: string, given: string | number, want: number][] = [
    ["leaves seconds since the epoch alone", 1_780_000_000, 1_780_000_000],
    ["counts a span back from now", "24h", now / 1000 - 86_400],
    ["knows days", "7d", now / 1000 - 7 * 86_400],
    ["reads a date", "2026-05-31", Date.UTC(2026, 4, 31) / 1000],
    ["reads a date with a time", "2026-05-31T06:30:00Z", Date.UTC(2026, 4, 31, 6, 30) / 1000],
  ];

  it.each(cases)("%s", (_title, given, want) => {
    expect(epochOf("since", given, now)).toBe(want);
  });

  it("says what it takes when it gets something else", () => {
    expect(() => epochOf("since", "last week", now)).toThrow('since: expected a span such as "24h"');
  });
});

it("writes a moment in UTC, without a fraction", () => {
  expect(isoOf(now / 1000)).toBe("2026-06-01T08:00:00Z");
});
