import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Exchange } from "./distil-transcript.js";
import { knownDifferences } from "./known-differences.js";
import { type Outcome, replay } from "./replay.js";
import { circumstances } from "./wire-circumstances.js";

const file = new URL("fixtures/wire.jsonl", import.meta.url);
const exchanges = readFileSync(file, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Exchange);
const known = new Set(knownDifferences.flatMap(({ ids }) => ids));

describe("the transcript of a real node, replayed", () => {
  let outcomes: readonly Outcome[] = [];
  beforeAll(async () => {
    outcomes = await replay(exchanges, circumstances);
  }, 60_000);
  const of = (kind: Outcome["kind"]): Outcome[] => outcomes.filter((outcome) => outcome.kind === kind);

  it("is answered alike: status, reason and body", () => {
    const surprises = of("different").filter(({ id }) => !known.has(id));
    expect(surprises.map(({ id, text }) => `${id} ${text.slice(0, 600)}`)).toStrictEqual([]);
  });

  it("differs where it is said to differ", () => {
    const different = new Set(of("different").map(({ id }) => id));
    expect([...known].filter((id) => !different.has(id))).toStrictEqual([]);
  });

  it("is answered alike in at least nine of ten exchanges that the simulator covers", () => {
    const [same, different] = [of("same").length, of("different").length];
    const covered = same + different;
    process.stderr.write(
      `transcript: ${same} of ${covered} covered exchanges alike; ${of("uncovered").length} not simulated, ` +
        `${of("left").length} tested elsewhere, ${outcomes.length} in all\n`,
    );
    expect(same / covered).toBeGreaterThanOrEqual(0.9);
    expect(covered / outcomes.length).toBeGreaterThanOrEqual(0.8);
  });
});
