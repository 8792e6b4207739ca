import "../zod-settings.js";
import { type Command, EXIT } from "../command.js";
import { loadConfig } from "../load-config.js";
import { serveOverStdio } from "../serve.js";
import { settingsUsage } from "../usage.js";

/** `pve-mcp serve`: lives until its client goes away, or until it is told to end. */
export const serve: Command = {
  usage: `pve-mcp serve: answer MCP clients.

Usage: pve-mcp [serve] [--http [host:port]] [settings]

  --http [host:port]   over Streamable HTTP instead of stdin and stdout (default 127.0.0.1:8765); who may call is in
                       the section http of the configuration file

${settingsUsage}`,
  async run(input) {
    const loaded = await loadConfig(input, { optional: ["--http"] });
    if (loaded === undefined) return EXIT.usage;
    const { config, own } = loaded;
    const listen = own["--http"];
    if (listen === undefined) {
      await serveOverStdio(config, input);
      return undefined;
    }
    const { serveOverHttp } = await import("../http/serve-http.js");
    return serveOverHttp(config, listen.at(-1), input);
  },
};
