#!/usr/bin/env node
// Runs the shell blocks of README.md that say they work here, so that the first thing a newcomer tries is never broken.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const readme = readFileSync(path.join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1]);
const runnable = blocks.filter((block) => block.includes("--input-type=module"));
if (runnable.length === 0) throw new Error("README.md has no runnable block any more");
for (const block of runnable) {
  const output = execFileSync("bash", ["-euo", "pipefail", "-c", block], { cwd: root, encoding: "utf8" });
  if (!output.includes("exitstatus: 'OK'")) throw new Error(`the README's example did not end well:\n${output}`);
  console.log(output.trimEnd());
}
