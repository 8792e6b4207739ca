import { DEFAULT_WAIT_SECONDS } from "./settings.js";

/** The settings that every command takes, as `--help` prints them. */
export const settingsUsage = `Settings:
  --allow read       only read, whatever the configuration file allows
  --allow change     also allow tools that change things (start, create, snapshot, configure)
  --allow destroy    also allow tools that lose data, cut access or stop what people use; includes change
  --approval <how>   who approves what destroys: auto (the person at the client, else an operator), client,
                     or off (nobody: it goes ahead)
  --wait <seconds>   how long a call may wait for its task before it answers "still running" (default ${DEFAULT_WAIT_SECONDS})
  --config <file>    YAML file with targets and further settings
  --toolsets <names> list these toolsets, or: default (the most useful tools), all, minimal (search_tools, describe, call)
  --tools <names>    list these tools as well; without --toolsets nothing but them
  --exclude <names>  do not list these tools
  --output-schemas off   list tools without the schemas of their answers
  --help, -h         this text; after a command, what the command takes
  --version, -V      the version

Environment:
  PVE_URL            address of any node, such as https://pve1.example:8006 (port 8006 when left out)
  PVE_TOKEN          API token, user@realm!tokenid=secret
  PVE_TOKEN_FILE     file that holds the token, instead of PVE_TOKEN
  PVE_FINGERPRINT    SHA-256 fingerprint of the node's certificate; nothing else is then trusted
  PVE_CA             file with the certificate authority (a copy of /etc/pve/pve-root-ca.pem), instead of a fingerprint
  PVE_INSECURE       1 accepts any certificate; anyone on the way can then read the token
  PVE_SECRETS_DIR    directory for secrets that PVE shows once, such as a new token's; they never reach the model
  PVE_UPLOAD_DIRS    directories whose files may be uploaded, separated as in PATH
  PVE_MCP_CONFIG     the file that --config would name

Without --allow the server only reads. What is allowed and not listed still works when it is called by name.
`;

/** What `pve-mcp --help` prints. */
export function usage(commands: Readonly<Record<string, { readonly summary: string }>>): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}   ${summary}`);
  return `pve-mcp: an MCP server for Proxmox VE clusters.

Usage: pve-mcp [command] [settings]

Commands:
${lines.join("\n")}

${settingsUsage}
Exit status: 0 done, 1 failed, 2 unusable settings, 3 refused before anything was sent, 4 no node could be reached.
`;
}
