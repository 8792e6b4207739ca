import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";

const run = promisify(execFile);
const client = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(path.join(client, "../simulator/README.md"), "utf8");
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
const config = `export default {
  resolve: { conditions: ["@pve/source", "node", "import", "module", "default"] },
  ssr: { resolve: { conditions: ["@pve/source", "node", "import", "module", "default"], externalConditions: ["@pve/source"] } },
};`;

/** The example that imports this runner, as a file from where both packages are found. */
function write(runner: string): string {
  const work = path.join(client, ".work");
  mkdirSync(work, { recursive: true });
  const folder = mkdtempSync(path.join(work, "simulator-readme-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [example, ...others] = examples.filter((each) => each.includes(`from "${runner}"`));
  expect(others).toEqual([]);
  writeFileSync(path.join(folder, "vitest.config.mjs"), config);
  writeFileSync(path.join(folder, "example.test.ts"), example ?? "");
  return folder;
}

// They live here because the simulator does not know the client.
describe("what the simulator's README shows in tests", () => {
  test("passes in vitest", { timeout: 60_000 }, async () => {
    const folder = write("vitest");
    const argv = [path.join(client, "node_modules/vitest/vitest.mjs"), "run", "--root", folder];
    const { stdout } = await run(process.execPath, argv, { cwd: folder, env: { NO_COLOR: "1" } });
    expect(stdout).toMatch(/Tests\s+1 passed \(1\)/);
  });

  test("passes in node:test", { timeout: 60_000 }, async () => {
    const folder = write("node:test");
    const argv = ["--conditions=@pve/source", "--import", "tsx", "--test", "--test-reporter=tap", "example.test.ts"];
    const { stdout } = await run(process.execPath, argv, { cwd: folder, env: {} });
    expect(stdout).toMatch(/^# pass 1$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });
});
