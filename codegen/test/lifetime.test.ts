import { describe, expect, it } from "vitest";
import { sinceOf, untilOf } from "../src/build/lifetime.js";
import type { ReleaseFacts } from "../src/model.js";

const release = (name: string, routes: Readonly<Record<string, readonly string[]>>): ReleaseFacts => ({
  release: name,
  operations: Object.fromEntries(
    Object.entries(routes).map(([route, names]) => [
      route,
      {
        name: "x",
        parameters: {
          additionalProperties: false,
          properties: Object.fromEntries(names.map((parameter) => [parameter, { type: "string" }])),
        },
      },
    ]),
  ),
});

const releases = [
  release("8.4", { "GET /old": [], "GET /kept": ["a", "gone"] }),
  release("9.0", { "GET /kept": ["a", "b", "gone"] }),
  release("9.1", { "GET /kept": ["a", "b"], "GET /new": ["c"] }),
];

describe("the lifetime of operations and parameters", () => {
  it("says since when something is there, unless it always was", () => {
    expect(sinceOf("GET /kept", releases)).toEqual({ parameters: { b: "9.0" } });
    expect(sinceOf("GET /new", releases)).toEqual({ operation: "9.1", parameters: {} });
  });

  it("says until when something was there that is gone", () => {
    expect(untilOf(releases)).toEqual({
      operations: { "GET /old": "8.4" },
      parameters: { "GET /kept": { gone: "9.0" } },
    });
  });
});
