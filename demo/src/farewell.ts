import type { Screen } from "./screen.js";
import { serverScript } from "./stage.js";

/** Tells how to point the same server at a real cluster. */
export function sayFarewell(screen: Screen): void {
  const server = { command: "node", args: [serverScript(), "--allow", "change"], env: realCluster };
  screen.chapter("The same server on your own cluster");
  screen.line("On a node, make a token and read the certificate's fingerprint:");
  screen.line("");
  screen.line("  pveum user add assistant@pve");
  screen.line("  pveum acl modify / --users assistant@pve --roles PVEAuditor");
  screen.line("  pveum user token add assistant@pve mcp --privsep 0");
  screen.line("  pvenode cert info");
  screen.line("");
  screen.line("Then run it with these variables, or give your MCP client this:");
  screen.line("");
  screen.line(JSON.stringify({ mcpServers: { pve: server } }, undefined, 2));
  screen.line("");
  screen.line("Without --allow it only reads. --allow change lets it act, --allow destroy also delete.");
}

const realCluster = {
  PVE_URL: "https://pve1.example:8006",
  PVE_TOKEN: "assistant@pve!mcp=<the secret that was shown once>",
  PVE_FINGERPRINT: "<SHA-256 fingerprint>",
};
