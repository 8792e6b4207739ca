import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { distilFlows, distilMatrix, distilShapes, type MatrixRow, type Recorded } from "./distil-recordings.js";

/** `tsx distil.ts <recordings.jsonl> <permission-matrix.jsonl> <folder>`: makes the committed fixtures again. */
const [recordings = "", matrix = "", target = ""] = process.argv.slice(2);

function read<Row>(file: string): Row[] {
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}

function write(name: string, rows: readonly unknown[]): void {
  writeFileSync(`${target}/${name}.jsonl`, `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`);
}

mkdirSync(target, { recursive: true });
const recorded = read<Recorded>(recordings);
write("flows", distilFlows(recorded));
write("shapes", distilShapes(recorded));
write("matrix", distilMatrix(read<MatrixRow>(matrix)));
