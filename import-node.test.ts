import { readFileSync } from "node:fs";
import { createSimulator } from "@pve/simulator";
import { describe, expect, it } from "vitest";
import { apidocTree } from "./codegen/src/import/apidoc-text.js";
import { downloadApidoc } from "./codegen/src/import/download.js";
import { importFacts } from "./codegen/src/import/facts.js";
import { parseJson } from "./codegen/src/json.js";
import type { ReleaseFacts } from "./codegen/src/model.js";

/** The parameters of each operation; PVE forgets to declare a few that stand in the path. */
function names(facts: ReleaseFacts): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(facts.operations).map(([route, { parameters }]) => {
      const inPath = [...route.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
      return [route, [...new Set([...Object.keys(parameters.properties), ...inPath])].sort()];
    }),
  );
}

describe("importing the API from a running node", () => {
  it("takes every operation, parameter and permission from the simulator's own API viewer", async () => {
    await using sim = createSimulator();
    const { url, fingerprint256 } = await sim.listen();
    const facts = importFacts("9.2", parseJson(url, apidocTree(url, await downloadApidoc(url, fingerprint256))));
    const file = new URL("specs/releases/9.2.json", import.meta.url);
    const known = JSON.parse(readFileSync(file, "utf8")) as ReleaseFacts;
    expect(Object.keys(facts.operations).sort()).toStrictEqual(Object.keys(known.operations).sort());
    expect(names(facts)).toStrictEqual(names(known));
    const clone = "POST /nodes/{node}/qemu/{vmid}/clone";
    expect(facts.operations[clone]?.permissions?.check).toStrictEqual(known.operations[clone]?.permissions?.check);
    expect(facts.operations[clone]?.proxyto).toBe("node");
  });

  it("is refused by another certificate than the pinned one", async () => {
    await using sim = createSimulator();
    const { url } = await sim.listen();
    await expect(downloadApidoc(url, `${"00:".repeat(31)}00`)).rejects.toThrow(/fingerprint/);
  });
});
