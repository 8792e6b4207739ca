import { type CommandInput, EXIT } from "../command.js";
import type { ServerConfig } from "../config.js";
import { connectTargets } from "../connect.js";
import { createLog } from "../log.js";
import { safetyOf } from "../safety.js";
import { createServerFactory } from "../server.js";
import { serverSettingsOf } from "../server-settings.js";
import { httpConfigOf } from "./http-config.js";
import { type Listening, listenHttp } from "./http-server.js";
import { createMetrics } from "./metrics.js";
import { createReadiness } from "./readiness.js";

/**
 * Serves callers over HTTP until the process is told to end; `listen` is the value of `--http`. Resolves to an exit status
 * when the server cannot begin.
 */
export async function serveOverHttp(
  config: ServerConfig,
  listen: string | undefined,
  input: Pick<CommandInput, "version" | "err" | "exit">,
): Promise<number | undefined> {
  const { server, status } = await startHttp(config, listen, input);
  if (server === undefined) return status;
  const end = (): void => void server.close().then(() => input.exit(EXIT.done));
  process.once("SIGTERM", end).once("SIGINT", end);
  return undefined;
}

/** A server that answers, or the exit status with which there is none; the reason is then on stderr. */
type Started =
  | { readonly server: Listening; readonly status?: never }
  | { readonly status: number; readonly server?: never };

/** Makes the HTTP server of a configuration, and begins to answer. */
export async function startHttp(
  config: ServerConfig,
  listen: string | undefined,
  { version, err }: Pick<CommandInput, "version" | "err">,
): Promise<Started> {
  const { targets, warnings } = config;
  const read = httpConfigOf(config, listen);
  if (read.config === undefined) {
    err(`pve-mcp cannot start:\n${read.problems.map((problem) => `  - ${problem}\n`).join("")}`);
    return { status: EXIT.usage };
  }
  const http = read.config;
  const metrics = createMetrics();
  const connected = await connectTargets(config, { callers: http.callers, onPveRequest: metrics.pveRequest });
  const log = createLog(err, connected.secrets);
  for (const warning of [...warnings, ...read.warnings]) log.warn(warning);
  const safety = safetyOf(config, log.warn);
  const settings = serverSettingsOf(config, { targets: connected.targets, version, onDefect: log.error });
  const serverFor = createServerFactory({ ...settings, ...safety, onToolCall: metrics.toolCall });
  const ready = createReadiness(connected.targets);
  try {
    const server = await listenHttp(http, { serverFor, ready, metrics, log });
    log.info(`version ${version} answers at ${server.url}`);
    for (const { name, baseUrl, allowed } of targets) log.info(`target ${name}: ${baseUrl}, allowed to ${allowed}`);
    return { server: { ...server, close: () => server.close().finally(() => safety.tracer?.flush()) } };
  } catch (error) {
    err(
      `pve-mcp cannot listen at ${http.host}:${http.port}: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return { status: EXIT.failed };
  }
}
