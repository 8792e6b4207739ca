import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { runCommand } from "../src/run-command.js";

/** What a command left behind. */
export interface Ran {
  readonly status: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** Runs a command of `pve-mcp` in this process; `answers` are what a person types, one for each question. */
export async function ranCommand(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
  answers: readonly string[] = [],
): Promise<Ran> {
  let out = "";
  let err = "";
  const left = [...answers];
  const status = await runCommand({
    argv,
    env,
    version: "1.2.3",
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    ask: async (question) => {
      err += question;
      const answer = left.shift();
      if (answer === undefined) throw new Error(`nobody answers ${question}`);
      return answer;
    },
    readFile: (file) => readFileSync(file, "utf8"),
    exit: () => {},
  });
  return { status, out, err };
}

/** A folder of the test's own, gone when it is over. */
export function ownFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "pve-mcp-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
