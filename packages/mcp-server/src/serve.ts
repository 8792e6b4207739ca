import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createClient } from "@pve/client/node";
import type { ServerConfig } from "./config.js";
import { givesOf } from "./gives/gives.js";
import { createLog } from "./log.js";
import { createServerFactory } from "./server.js";
import type { Target } from "./target.js";
import type { TargetConfig } from "./target-config.js";

const PATIENCE_AT_END = 2_000;

/** Serves one client over stdin and stdout until it goes away; `exit` ends the process. */
export function serveOverStdio(
  { targets, waitBudget, gives, warnings }: ServerConfig,
  { version, exit }: { readonly version: string; readonly exit: (code: number) => void },
): void {
  const log = createLog((line) => process.stderr.write(line), secretsOf(targets));
  for (const warning of warnings) log.warn(warning);
  const given = givesOf(gives);
  const factory = createServerFactory({
    targets: targets.map((target) => ({ ...connectTarget(target), gives: given })),
    waitBudget,
    version,
    onDefect: log.error,
  });
  const handle = serveStdio(() => factory(), { onerror: (error) => log.warn(error.message) });
  for (const { baseUrl, allowed } of targets) log.info(`version ${version} serves ${baseUrl}, allowed to ${allowed}`);
  const end = (): void => {
    void handle.close();
    // Whatever still holds the process, such as a connection in use, gets this long.
    setTimeout(() => exit(0), PATIENCE_AT_END).unref();
  };
  process.stdin.once("end", end).once("close", end);
  process.once("SIGTERM", end).once("SIGINT", end);
}

/** Makes the target's client. Nothing is sent before a tool is called. */
export function connectTarget({ name, baseUrl, token, tls, allowed }: TargetConfig): Target {
  const client = createClient({ baseUrl, auth: { token }, ...(tls === undefined ? {} : { tls }) });
  return { name, allowed, clientFor: () => client };
}

/** What a log may never show: each token, and the secret at its end. */
function secretsOf(targets: readonly TargetConfig[]): readonly string[] {
  return targets.flatMap(({ token }) => [token, token.slice(token.indexOf("=") + 1)]);
}
