import { requiredRole } from "@pve/tools";
import type { Screen } from "./screen.js";
import { serverScript } from "./stage.js";

/** Tells how to point the same server at a real cluster: the least role for looking round, and who writes the settings. */
export function sayFarewell(screen: Screen): void {
  const { commands } = requiredRole([
    "get_nodes",
    "get_cluster_resources",
    "get_vm_status",
    "get_vm_config",
    "list_tasks",
  ]);
  screen.chapter("The same server on your own cluster");
  screen.line("On a node, as root: a token that can look at nodes and guests, and the certificate's fingerprint.");
  screen.line("(pve-mcp role prints the same for any other selection of tools.)");
  screen.line("");
  for (const command of [...commands, "pvenode cert info"]) screen.line(`  ${command}`);
  screen.line("");
  screen.line("Then here. It asks for the address and the token, and prints what your MCP client wants to know:");
  screen.line("");
  screen.line(`  node ${serverScript()} init`);
  screen.line("");
  screen.line("It only reads until --allow change or --allow destroy; what destroys is approved by a person.");
}
