import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { ServerConfig } from "./config.js";
import { beginConnecting } from "./connect.js";
import { createLog } from "./log.js";
import type { Safety } from "./safety.js";
import { createServerFactory, loadAnswers } from "./server.js";
import { serverSettingsOf } from "./server-settings.js";

const PATIENCE_AT_END = 2_000;

/** Serves one client over stdin and stdout until it goes away; `exit` ends the process. */
export async function serveOverStdio(
  config: ServerConfig,
  { version, exit }: { readonly version: string; readonly exit: (code: number) => void },
): Promise<void> {
  const { targets, warnings } = config;
  const connected = beginConnecting(config);
  const log = createLog((line) => process.stderr.write(line), connected.secrets);
  for (const warning of warnings) log.warn(warning);
  let safety: Safety | undefined;
  const prepare = async (): Promise<Safety> => {
    const { safetyOf } = await import("./safety.js");
    safety ??= safetyOf(config, log.warn);
    await connected.prepare();
    return safety;
  };
  // A folder that cannot be used is to be heard of at the start; where nothing is configured there is none.
  if (Object.keys(config.safety).length > 0 || config.telemetry !== undefined) await prepare();
  const settings = serverSettingsOf(config, { targets: connected.targets, version, onDefect: log.error });
  const factory = createServerFactory({ ...settings, prepare });
  const greet = (): ReturnType<typeof factory> => {
    // The client reads the greeting while this loads, and asks for the tools next.
    setImmediate(() => void Promise.all([loadAnswers(), prepare()]));
    return factory();
  };
  const handle = serveStdio(greet, { onerror: (error) => log.warn(error.message) });
  for (const { baseUrl, allowed } of targets) log.info(`version ${version} serves ${baseUrl}, allowed to ${allowed}`);
  const end = (): void => {
    void handle.close();
    void safety?.tracer?.flush();
    // Whatever still holds the process, such as a connection in use, gets this long.
    setTimeout(() => exit(0), PATIENCE_AT_END).unref();
  };
  process.stdin.once("end", end).once("close", end);
  process.once("SIGTERM", end).once("SIGINT", end);
}
