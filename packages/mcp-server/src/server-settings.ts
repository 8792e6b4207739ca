import type { ServerConfig } from "./config.js";
import type { ServerSettings } from "./server.js";

/** What a configuration says of how requests are answered; the same over stdio, over HTTP and for a call from a shell. */
export function serverSettingsOf(
  { waitBudget, cancelTasks, exposure }: Pick<ServerConfig, "waitBudget" | "cancelTasks" | "exposure">,
  given: Pick<ServerSettings, "targets" | "version" | "onDefect">,
): ServerSettings {
  return { ...given, waitBudget, exposure, ...(cancelTasks === true && { cancelTasks: true }) };
}
