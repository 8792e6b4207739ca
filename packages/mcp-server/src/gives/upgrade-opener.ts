import type { OpenUpgrade } from "@pve/tools";
import type { TlsTrust } from "../target-config.js";

/**
 * Opens a node's upgrade terminal as root@pam, signed in with the password in a file: PVE lets nobody else, and no token.
 * The password is read when a terminal is really to be opened.
 */
export function createUpgradeOpener(
  { baseUrl, tls }: { readonly baseUrl: string; readonly tls: TlsTrust | undefined },
  passwordFile: string,
): OpenUpgrade {
  return async (_client, node, { signal }) => {
    const { createClient, openTerminal } = await import("@pve/client/node");
    const root = createClient({
      baseUrl,
      auth: { username: "root@pam", passwordFile },
      ...(tls !== undefined && { tls }),
    });
    return openTerminal(root, { node, cmd: "upgrade", ...(signal !== undefined && { signal }) });
  };
}
