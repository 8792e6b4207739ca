import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { SpecFault } from "../fault.js";
import { type MatrixCase, type RecordedGrants, readGrants, readMatrix } from "../permissions/evidence.js";
import { judgeMatrix, type MatrixMiss, type MatrixReport } from "../permissions/matrix.js";
import type { Workspace } from "../workspace.js";
import { buildFrom } from "./build.js";

export interface PermissionsOptions {
  readonly matrix: string | undefined;
  /** Recorded exchanges, or the grants distilled from them; `recordings.jsonl` beside the matrix unless stated. */
  readonly recordings: string | undefined;
  /** A folder to write matrix and grants to, with only what judging needs. */
  readonly distil?: string | undefined;
}

/** The share of recorded refusals that must be predicted. */
export const WANTED_SHARE = 0.95;

/** Holds the merged permissions against a recorded matrix; exits 1 on a false denial, or when too few refusals are predicted. */
export function permissionsCommand(
  workspace: Workspace,
  options: PermissionsOptions,
  print: (line: string) => void,
): number {
  const { matrix } = options;
  if (matrix === undefined)
    throw new SpecFault("command line", "judge what? Give the file of recorded refusals (permission-matrix.jsonl)");
  const cases = readMatrix(matrix, read(matrix));
  const source = options.recordings ?? path.join(path.dirname(matrix), "recordings.jsonl");
  const grants = source.endsWith(".json")
    ? (JSON.parse(read(source)) as RecordedGrants)
    : readGrants(source, read(source));
  const { permissions, facts } = buildFrom(workspace);
  const known = cases.filter(({ operation }) => facts.operations[operation] !== undefined);
  if (options.distil !== undefined) for (const file of distil(options.distil, known, grants)) print(`${file}: written`);
  const report = judgeMatrix(permissions.byRoute, cases, grants);
  for (const line of matrixLines(report)) print(line);
  return report.falseDenials.length > 0 || predictedShare(report) < WANTED_SHARE ? 1 : 0;
}

function read(file: string): string {
  if (!existsSync(file)) throw new SpecFault(file, "there is no such file");
  return readFileSync(file, "utf8");
}

function distil(folder: string, cases: readonly MatrixCase[], grants: RecordedGrants): string[] {
  mkdirSync(folder, { recursive: true });
  const files = {
    "matrix.jsonl": cases.map((one) => `${JSON.stringify(one)}\n`).join(""),
    "grants.json": `${JSON.stringify(grants)}\n`,
  };
  return Object.entries(files).map(([name, text]) => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  });
}

/** The share of refusals that were predicted; 1 where nothing was refused. */
export function predictedShare({ refusals, missed }: MatrixReport): number {
  return refusals === 0 ? 1 : (refusals - missed.length) / refusals;
}

function matrixLines(report: MatrixReport): string[] {
  const share = (predictedShare(report) * 100).toFixed(1);
  return [
    `rows: ${report.rows} (${report.leftOut} left out: other releases, unknown to the server, or not answered)`,
    `agreements: ${report.agreements}`,
    `undecided from the parameters alone: ${report.undecided}`,
    `refusals predicted: ${report.refusals - report.missed.length}/${report.refusals} (${share} %)`,
    ...report.missed.map((miss) => `  missed: ${missWords(miss)}`),
    `denied, but refused to root@pam as well for another reason: ${report.overtaken.length}`,
    ...report.overtaken.map((miss) => `  ${missWords(miss)}`),
    `denied, but let through by the server: ${report.falseDenials.length}`,
    ...report.falseDenials.map((miss) => `  false: ${missWords(miss)}`),
  ];
}

function missWords({ operation, as, params, status, verdict }: MatrixMiss): string {
  return `${operation} as ${as} ${JSON.stringify(params)}: answered ${status}, judged ${JSON.stringify(verdict)}`;
}
