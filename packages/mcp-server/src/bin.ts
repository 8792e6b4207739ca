import { readFileSync } from "node:fs";
import { CONFIG_VARIABLE, type Invocation, PveMcpConfigError, readConfig } from "./config.js";
import { serveOverStdio } from "./serve.js";
import { usage } from "./usage.js";

const BAD_CONFIGURATION = 2;

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const found =
    typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : undefined;
  return typeof found === "string" ? found : "unknown";
}

async function readInvocation(): Promise<Invocation | undefined> {
  const argv = process.argv.slice(2);
  const named = process.env[CONFIG_VARIABLE] !== undefined || argv.some((word) => word.startsWith("--config"));
  // Most starts have no file, and need not wait for a parser to load.
  const yaml = named ? { parseYaml: (await import("yaml")).parse } : {};
  try {
    return readConfig({ env: process.env, argv, readFile: (path) => readFileSync(path, "utf8"), ...yaml });
  } catch (error) {
    if (!(error instanceof PveMcpConfigError)) throw error;
    const problems = error.problems.map((problem) => `  - ${problem}\n`).join("");
    process.stderr.write(`pve-mcp cannot start:\n${problems}Run pve-mcp --help for all settings.\n`);
    process.exitCode = BAD_CONFIGURATION;
    return undefined;
  }
}

const invocation = await readInvocation();
if (invocation?.kind === "help") process.stdout.write(usage);
if (invocation?.kind === "version") process.stdout.write(`${readVersion()}\n`);
if (invocation?.kind === "serve") {
  serveOverStdio(invocation.config, { version: readVersion(), exit: (code) => process.exit(code) });
}
