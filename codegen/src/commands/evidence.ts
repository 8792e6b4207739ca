import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { SpecFault } from "../fault.js";
import { readGrants, readMatrix } from "../permissions/evidence.js";
import type { Workspace } from "../workspace.js";
import { buildFrom } from "./build.js";

export interface EvidenceOptions {
  readonly matrix: string | undefined;
  /** Recorded exchanges; `recordings.jsonl` beside the matrix unless stated. */
  readonly recordings: string | undefined;
  /** Where `matrix.jsonl` and `grants.json` go. */
  readonly distil?: string | undefined;
}

/** Boils a recorded matrix of refusals down to what verdicts can be held against, and the grants of its callers. */
export function evidenceCommand(workspace: Workspace, options: EvidenceOptions, print: (line: string) => void): number {
  const { matrix, distil } = options;
  if (matrix === undefined || distil === undefined)
    throw new SpecFault("command line", "a file of recorded refusals and --distil <folder> are needed");
  const { facts } = buildFrom(workspace);
  const cases = readMatrix(matrix, read(matrix)).filter(({ operation }) => facts.operations[operation] !== undefined);
  const source = options.recordings ?? path.join(path.dirname(matrix), "recordings.jsonl");
  const grants = readGrants(source, read(source));
  mkdirSync(distil, { recursive: true });
  const files = {
    "matrix.jsonl": cases.map((one) => `${JSON.stringify(one)}\n`).join(""),
    "grants.json": `${JSON.stringify(grants)}\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(distil, name);
    writeFileSync(file, text);
    print(`${file}: written`);
  }
  return 0;
}

function read(file: string): string {
  if (!existsSync(file)) throw new SpecFault(file, "there is no such file");
  return readFileSync(file, "utf8");
}
