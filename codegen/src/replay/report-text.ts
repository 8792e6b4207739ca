import type { ReplayFinding, ReplayReport } from "./replay.js";

/** The report as lines for a person: what contradicts, what is undeclared, and the totals. */
export function replayLines(report: ReplayReport): string[] {
  return [
    ...report.contradictions.map(contradictionLine),
    ...report.undeclared.map((finding) => `undeclared: ${finding.route} ${finding.at}: ${evidence(finding)}`),
    ...report.unknown.map((route) => `not in the spec: ${route}`),
    `${report.operations} operations, ${report.answers} answers: ` +
      `${report.contradictions.length} contradictions, ${report.undeclared.length} undeclared keys`,
  ];
}

function contradictionLine(finding: ReplayFinding): string {
  return `contradiction: ${finding.route} ${finding.at} should be ${finding.expected}: ${evidence(finding)}`;
}

function evidence({ found, count, example }: ReplayFinding): string {
  return `${found} (${count} times, see ${example})`;
}
