import { beforeAll, describe, expect, it } from "vitest";
import { type StepOutcome, takeFlows } from "./flows.js";
import { knownDepartures, knownSteps } from "./known-differences.js";
import { offTheRecord } from "./off-the-record.js";
import { openRecordedWorld, type RecordedWorld, readFixture } from "./recorded-world.js";
import { compareMatrix, compareShapes } from "./shapes-and-matrix.js";

const steps = readFixture("flows");

describe("the recorded flows, taken again", () => {
  const known = new Set(knownSteps.flatMap(({ ids }) => ids));
  let outcomes: readonly StepOutcome[] = [];
  beforeAll(async () => {
    ({ outcomes } = await takeFlows(steps));
  }, 120_000);
  const of = (kind: StepOutcome["kind"]): StepOutcome[] => outcomes.filter((outcome) => outcome.kind === kind);

  it("go as recorded: status, reason, errors and the ends of tasks", () => {
    const surprises = of("different").filter(({ step }) => !known.has(step.id));
    expect(surprises.map(({ step, text }) => `${step.id} ${step.operation}: ${text.slice(0, 300)}`)).toStrictEqual([]);
  });

  it("differ where it is said that they do", () => {
    const different = new Set(of("different").map(({ step }) => step.id));
    expect([...known].filter((id) => !different.has(id))).toStrictEqual([]);
  });

  it("agree in at least nine of ten steps", () => {
    const [same, different] = [of("same").length, of("different").length];
    process.stderr.write(
      `flows: ${same} of ${same + different} steps alike; ${of("uncovered").length} not simulated, ` +
        `${of("stub").length} answered by stand-ins, ${outcomes.length} in all\n`,
    );
    expect(same / (same + different)).toBeGreaterThanOrEqual(0.9);
  });
});

describe("the recorded world, built from its own requests", () => {
  let recorded: RecordedWorld;
  beforeAll(async () => {
    recorded = openRecordedWorld();
    for (const step of steps.filter(({ flow }) => flow.startsWith("seed/") && flow !== "seed/final-state")) {
      offTheRecord(recorded.world, step);
      await recorded.take(step);
    }
  }, 60_000);

  it("shows every field that is never missing in a real answer, with its type", async () => {
    const shapes = readFixture("shapes");
    const { compared, departing } = await compareShapes(recorded, shapes);
    process.stderr.write(`shapes: ${compared - departing.size} of ${compared} recorded GETs alike\n`);
    expect(Object.fromEntries(departing)).toStrictEqual(knownDepartures);
    expect(compared / shapes.length).toBeGreaterThanOrEqual(0.75);
  });

  it("refuses everybody what the node refused them", { timeout: 90_000 }, async () => {
    const { rows, differences } = await compareMatrix(recorded, readFixture("matrix"));
    process.stderr.write(`permissions: ${rows - differences.length} of ${rows} rows alike\n`);
    // Operations that the recorded node had beyond the release are unknown here.
    expect(differences.filter((text) => !/ceph\/(restart-bulk|releases) /.test(text))).toStrictEqual([]);
    expect(1 - differences.length / rows).toBeGreaterThanOrEqual(0.98);
  });
});
