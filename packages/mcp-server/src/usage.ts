import { DEFAULT_WAIT_SECONDS } from "./settings.js";

/** What `pve-mcp --help` prints. */
export const usage = `pve-mcp: an MCP server for a Proxmox VE cluster, over stdin and stdout.

Usage: pve-mcp [--allow change|destroy] [--wait <seconds>] [--config <file>]

  --allow change     also list tools that change things (start, create, snapshot, configure)
  --allow destroy    also list tools that lose data, cut access or stop what people use; includes change
  --wait <seconds>   how long a call may wait for its task before it answers "still running" (default ${DEFAULT_WAIT_SECONDS})
  --config <file>    YAML file with targets and further settings
  --help, -h         this text
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

Without --allow the server only reads.
`;
