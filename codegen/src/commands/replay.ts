import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { SpecFault } from "../fault.js";
import type { Grammars } from "../replay/check-value.js";
import { distil } from "../replay/distil.js";
import { readRecordings } from "../replay/recording.js";
import { replay } from "../replay/replay.js";
import { replayLines } from "../replay/report-text.js";
import type { Workspace } from "../workspace.js";
import { buildFrom } from "./build.js";

/**
 * Holds recorded answers against the corrected spec; exits 1 when one contradicts it. With a target, writes the distilled
 * answers there.
 */
export function replayCommand(
  workspace: Workspace,
  source: string | undefined,
  target: string | undefined,
  print: (line: string) => void,
): number {
  if (source === undefined) throw new SpecFault("command line", "replay what? Give a file of recorded answers (JSONL)");
  if (!existsSync(source)) throw new SpecFault(source, "there is no such file");
  const { facts, grammars } = buildFrom(workspace);
  const answers = readRecordings(source, readFileSync(source, "utf8"));
  const report = replay(facts, grammars as Grammars, answers);
  for (const line of replayLines(report)) print(line);
  if (target !== undefined) {
    const lines = distil(answers.filter(({ route }) => facts.operations[route] !== undefined));
    writeFileSync(target, `${lines.join("\n")}\n`);
    print(`${target}: ${lines.length} answers`);
  }
  return report.contradictions.length > 0 ? 1 : 0;
}
