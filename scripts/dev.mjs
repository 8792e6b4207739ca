#!/usr/bin/env node
// The door of a fresh clone: needs Node and npm only. Fetches pnpm through npx, installs from the lockfile, generates what
// is not committed, and runs the task. A second run does none of that again.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const bin = path.join(root, "node_modules/.bin");
const marker = path.join(root, "node_modules/.installed");
const env = {
  ...process.env,
  PATH: `${bin}${path.delimiter}${process.env.PATH}`,
  TURBO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
  REDOCLY_TELEMETRY: "off",
};

const turbo = (task, ...more) => ["turbo", "run", task, "--output-logs=errors-only", "--no-update-notifier", ...more];
const generate = turbo("generate");
const node = (...args) => ["node", "--conditions=@pve/source", "--import", "tsx", ...args];

/** Stands where the arguments after the task's name go. */
const REST = Symbol("rest");

/** What each task runs, in order. */
const TASKS = {
  generate: [["node", "codegen/bin/pve-codegen.mjs", "build"], generate],
  build: [turbo("build")],
  demo: [turbo("build", "--filter=@pve/demo"), ["node", "demo/dist/demo.js"]],
  test: [generate, ["vitest", "run", REST]],
  nightly: [generate, ["vitest", "run", "packages/client", REST]],
  surface: [generate, ["pnpm", "--filter", "@pve/tools", "run", "surface"]],
  bench: [turbo("build", "--filter=@pve/bench^..."), node("bench/src/bench.ts", REST)],
  mcpb: [turbo("build", "--filter=@pve/mcp-server"), ["node", "scripts/mcpb.mjs"]],
  conformance: [generate, ["node", "scripts/conformance.mjs"]],
  load: [generate, node("packages/mcp-server/test/http-load-run.ts", REST)],
  consumers: [turbo("build", "--filter=@pve/mcp-server"), ["node", "scripts/consumers.mjs"]],
  "spec:add": [["node", "codegen/bin/pve-codegen.mjs", "add", REST], generate],
  check: [
    turbo("typecheck"),
    ["tsc", "-p", "tsconfig.json"],
    ["biome", "ci", "--error-on-warnings", "--max-diagnostics=10", "."],
    ["depcruise", "--config", ".dependency-cruiser.mjs", "packages", "codegen", "demo", "bench"],
    ["knip"],
    ["node", "codegen/bin/pve-codegen.mjs", "check"],
    ["redocly", "lint", "specs/proxmox-api-spec.json", "--config", "redocly.yaml"],
    turbo("build"),
    ["node", "scripts/check-packages.mjs"],
    ["node", "scripts/check-readme.mjs"],
    node("bench/src/budgets.ts"),
    ["node", "scripts/consumers.mjs"],
    ["pnpm", "--filter", "@pve/tools", "run", "surface"],
    node("packages/simulator/test/coverage/report.ts", "docs/simulator-coverage.md"),
    ["git", "diff", "--exit-code", "--stat", "--", "specs", "packages/tools", "docs"],
  ],
};

const [task = "", ...rest] = process.argv.slice(2);
if (!Object.hasOwn(TASKS, task)) {
  fail(`unknown task "${task}"; known: ${Object.keys(TASKS).join(", ")}`);
}
requireNode(20, 19);
// Asks each codec far more questions than a commit waits for.
if (task === "nightly") env.PVE_NIGHTLY = "1";
install();
for (const [command, ...args] of TASKS[task]) {
  run(
    command,
    args.flatMap((argument) => (argument === REST ? rest : [argument])),
  );
}

function requireNode(major, minor) {
  const [haveMajor = 0, haveMinor = 0] = process.versions.node.split(".").map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  fail(`Node ${major}.${minor} or newer is needed; this is ${process.versions.node}`);
}

function install() {
  const files = ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"].map((file) =>
    readFileSync(path.join(root, file)),
  );
  const state = createHash("sha256").update(Buffer.concat(files)).update(process.versions.node).digest("hex");
  if (existsSync(marker) && readFileSync(marker, "utf8") === state) return;
  const { packageManager } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  run("npx", ["--yes", packageManager, "install", "--frozen-lockfile", "--prefer-offline"]);
  writeFileSync(marker, state);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error !== undefined) fail(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
