import { readFileSync } from "node:fs";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createClient } from "@pve/client/node";
import { type Invocation, PveMcpConfigError, readConfig, type ServerConfig } from "./config.js";
import { createLog } from "./log.js";
import { createServerFactory } from "./server.js";
import { usage } from "./usage.js";

const BAD_CONFIGURATION = 2;
const PATIENCE_AT_END = 2_000;

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const found =
    typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : undefined;
  return typeof found === "string" ? found : "unknown";
}

function readInvocation(): Invocation | undefined {
  try {
    const readFile = (path: string): string => readFileSync(path, "utf8");
    return readConfig({ env: process.env, argv: process.argv.slice(2), readFile });
  } catch (error) {
    if (!(error instanceof PveMcpConfigError)) throw error;
    const problems = error.problems.map((problem) => `  - ${problem}\n`).join("");
    process.stderr.write(`pve-mcp cannot start:\n${problems}Run pve-mcp --help for all settings.\n`);
    process.exitCode = BAD_CONFIGURATION;
    return undefined;
  }
}

function serve(config: ServerConfig): void {
  const { baseUrl, token, tls, allowed, waitBudget, warnings } = config;
  const version = readVersion();
  const log = createLog((line) => process.stderr.write(line), [token, token.slice(token.indexOf("=") + 1)]);
  for (const warning of warnings) log.warn(warning);
  const client = createClient({ baseUrl, auth: { token }, ...(tls === undefined ? {} : { tls }) });
  const handle = serveStdio(createServerFactory({ client, allowed, waitBudget, version, onDefect: log.error }), {
    onerror: (error) => log.warn(error.message),
  });
  log.info(`version ${version} serves ${baseUrl}, allowed to ${allowed}`);
  const end = (): void => {
    void handle.close();
    // Whatever still holds the process, such as a connection in use, gets this long.
    setTimeout(() => process.exit(0), PATIENCE_AT_END).unref();
  };
  process.stdin.once("end", end).once("close", end);
  process.once("SIGTERM", end).once("SIGINT", end);
}

const invocation = readInvocation();
if (invocation?.kind === "help") process.stdout.write(usage);
if (invocation?.kind === "version") process.stdout.write(`${readVersion()}\n`);
if (invocation?.kind === "serve") serve(invocation.config);
