import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { conditionsOf } from "../../src/permissions/conditions.js";
import type { Expression } from "../../src/permissions/expression.js";
import { judgeMatrix, type MatrixCase, type MatrixReport, type RecordedGrants } from "./judge-matrix.js";

const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const grants = JSON.parse(read("./grants.json")) as RecordedGrants;
const cases = read("./matrix.jsonl")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as MatrixCase);
const conditionOf = (route: string) => conditionsOf(route)?.requires;
const share = ({ refusals, missed }: MatrixReport) => (refusals - missed.length) / refusals;

describe("the conditions against a real server's refusals", () => {
  const report = judgeMatrix(conditionOf, cases, grants);

  it("never deny what the server let through", () => {
    expect(report.falseDenials).toEqual([]);
    expect(report.rows).toBeGreaterThan(4000);
  });

  it("predict every one of its refusals", () => {
    expect(report.refusals).toBeGreaterThan(2000);
    expect(report.missed).toEqual([]);
  });

  it("leave few questions open, and know why a denial cannot be seen", () => {
    expect(report.undecided / report.rows).toBeLessThan(0.05);
    expect([...new Set(report.overtaken.map(({ operation }) => operation))]).toEqual(["POST /nodes/{node}/lxc"]);
  });

  it("would be found wrong if they demanded too much", () => {
    const harsh = judgeMatrix(
      withEach(() => ({ kind: "root" })),
      cases,
      grants,
    );
    expect(harsh.falseDenials.length).toBeGreaterThan(1000);
    const wrong = withEach((route, known) =>
      route === "GET /nodes/{node}/qemu/{vmid}/status/current"
        ? { kind: "perm", path: "/vms/{vmid}", privileges: ["VM.Allocate"] }
        : known,
    );
    expect(judgeMatrix(wrong, cases, grants).falseDenials.map(({ as }) => as)).toContain("auditor");
  });

  it("would be found wrong if they demanded too little", () => {
    expect(
      share(
        judgeMatrix(
          withEach(() => ({ kind: "any-user" })),
          cases,
          grants,
        ),
      ),
    ).toBe(0);
    expect(
      share(
        judgeMatrix(
          withEach(() => ({ kind: "unknown", why: "a test" })),
          cases,
          grants,
        ),
      ),
    ).toBe(0);
  });
});

function withEach(change: (route: string, known: Expression) => Expression) {
  return (route: string) => {
    const known = conditionOf(route);
    return known === undefined ? undefined : change(route, known);
  };
}
