import { type Command, EXIT } from "../command.js";
import { loadConfig } from "../load-config.js";
import { serveOverStdio } from "../serve.js";
import { settingsUsage } from "../usage.js";

/** `pve-mcp serve`: lives until its client goes away, or until it is told to end. */
export const serve: Command = {
  usage: `pve-mcp serve: answer an MCP client over stdin and stdout.

Usage: pve-mcp [serve] [settings]

${settingsUsage}`,
  async run(input) {
    const loaded = await loadConfig(input);
    if (loaded === undefined) return EXIT.usage;
    serveOverStdio(loaded.config, input);
    return undefined;
  },
};
