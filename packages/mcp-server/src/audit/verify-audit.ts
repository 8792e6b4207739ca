import path from "node:path";
import { type AuditLine, auditFiles, hashOf } from "./audit-log.js";
import { readLines } from "./read-lines.js";

/** What checking an audit found. */
export interface AuditCheck {
  readonly files: number;
  readonly lines: number;
  /** Empty when nothing is wrong. Of each file the first line that is. */
  readonly broken: readonly string[];
}

/**
 * Checks every file of an audit: each line's hash and its place behind the one before, and that each file still holds what
 * later ones saw of it. What was cut off the end of the newest file cannot be missed.
 * @throws Error when the directory cannot be read
 */
export function verifyAudit(directory: string, key?: string): AuditCheck {
  const files = new Map(auditFiles(directory).map((name) => [name, readLines(path.join(directory, name))]));
  const broken: string[] = [];
  for (const [name, lines] of files) {
    const problem = firstBroken(lines, key);
    if (problem !== undefined) broken.push(`${name}: ${problem}`);
    for (const [other, hash] of Object.entries(lines[0]?.["earlier"] ?? {})) {
      const seen = files.get(other);
      if (seen === undefined) broken.push(`${other}: is missing; ${name} saw it`);
      else if (hash !== "" && !seen.some((line) => line["hash"] === hash))
        broken.push(`${other}: has lost lines that ${name} saw`);
    }
  }
  const lines = [...files.values()].reduce((sum, all) => sum + all.length, 0);
  return { files: files.size, lines, broken };
}

function firstBroken(lines: readonly Readonly<Record<string, unknown>>[], key: string | undefined): string | undefined {
  let previous = "";
  for (const [at, line] of lines.entries()) {
    const { hash } = line;
    if (hash !== hashOf(line as AuditLine, key))
      return `line ${at + 1} was altered, or ${key === undefined ? "was written with a key" : "the key is another"}`;
    if (line["seq"] !== at || line["previous"] !== previous) return `line ${at + 1} does not follow the one before`;
    previous = String(hash);
  }
  return undefined;
}
