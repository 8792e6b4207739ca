import { describe, expect, it } from "vitest";
import { type ContractFacts, contractChanges } from "../src/generate/contract-changes.js";
import { emitSimulator } from "../src/generate/simulator.js";
import { miniBuild } from "./mini.js";

function operation(
  properties: Record<string, unknown>,
  facts: Record<string, unknown> = {},
  open = false,
): ContractFacts {
  return { name: "x", ...facts, parameters: { properties, additionalProperties: open } };
}

const text = { type: "string" };

describe("an older release of the contract", () => {
  it("is written as what it has otherwise", () => {
    const current = {
      "GET /same": operation({ a: text }),
      "GET /new": operation({}),
      "PUT /changed": operation({ a: text, b: text }, { protected: true, permissions: { user: "all" } }),
    };
    const older = {
      "GET /same": operation({ a: { type: "string" } }),
      "GET /lost": operation({ a: text }),
      "PUT /changed": operation({ a: { type: "integer" }, c: text }, { permissions: { user: "world" } }),
    };
    expect(contractChanges(current, older)).toEqual({
      gone: ["GET /new"],
      own: { "GET /lost": older["GET /lost"] },
      changed: {
        "PUT /changed": {
          facts: { permissions: { user: "world" }, protected: null },
          set: { a: { type: "integer" }, c: text },
          gone: ["b"],
        },
      },
    });
  });

  it("has an operation as a whole whose openness differs", () => {
    const older = { "GET /a": operation({}, {}, true) };
    expect(contractChanges({ "GET /a": operation({}) }, older)).toMatchObject({ own: older, changed: {} });
  });

  it("costs next to nothing where nothing differs", () => {
    const { document } = miniBuild();
    const [file] = emitSimulator(document, "0", [document]);
    expect(file?.text).toContain(`'{"gone":[],"own":{},"changed":{}}'`);
  });
});
