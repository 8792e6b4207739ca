#!/usr/bin/env node
// Runs the shell blocks of README.md that say they work here, so that the first thing a newcomer tries is never broken, and
// compiles the TypeScript of the READMEs as a stranger's program would be. Needs the packages built.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** What the examples take as given. */
const GIVEN = `
declare const pve: import("@pve/client").PveClient;
declare const options: import("@pve/client/node").NodeClientOptions;
declare const auth: import("@pve/client").PveAuth;
declare const tls: import("@pve/client/node").TlsOptions;
declare const [token, baseUrl, upid, code, state]: readonly [string, string, string, string, string];
declare const bar: { update(...parts: readonly unknown[]): void };
declare function ask(what: string): Promise<string>;
`;

runShell(readFileSync(path.join(root, "README.md"), "utf8"));
compile(["README.md", "packages/client/README.md"]);

function runShell(readme) {
  const runnable = blocksOf(readme, "sh").filter((block) => block.includes("--input-type=module"));
  if (runnable.length === 0) throw new Error("README.md has no runnable block any more");
  for (const block of runnable) {
    const output = execFileSync("bash", ["-euo", "pipefail", "-c", block], { cwd: root, encoding: "utf8" });
    if (!output.includes("exitstatus: 'OK'")) throw new Error(`the README's example did not end well:\n${output}`);
    console.log(output.trimEnd());
  }
}

/** Within the client's folder, whose name then leads to what was built of it. */
function compile(readmes) {
  const folder = path.join(root, "packages/client/.work/readme");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "given.d.ts"), GIVEN);
  const compilerOptions = { noEmit: true, types: ["node"], customConditions: [], noUnusedLocals: false };
  writeFileSync(
    path.join(folder, "tsconfig.json"),
    JSON.stringify({ extends: "../../../../tsconfig.base.json", compilerOptions, include: ["*.ts"] }),
  );
  let count = 0;
  for (const readme of readmes) {
    for (const block of blocksOf(readFileSync(path.join(root, readme), "utf8"), "ts")) {
      count += 1;
      writeFileSync(path.join(folder, `${readme.replaceAll("/", "-")}-${count}.ts`), `${block}\nexport {};\n`);
    }
  }
  try {
    execFileSync("tsc", ["-p", folder], { cwd: root, encoding: "utf8" });
  } catch (error) {
    throw new Error(`an example does not compile:\n${error.stdout}`);
  }
  rmSync(folder, { recursive: true });
  console.log(`${count} examples compile`);
}

function blocksOf(readme, language) {
  return [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)]
    .filter(([, name]) => name === language)
    .map(([, , block]) => block);
}
