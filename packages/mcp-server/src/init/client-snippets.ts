/** How to tell a client about the server: where it goes, and what. */
export interface ClientSnippet {
  readonly client: string;
  /** The file, or the command's shell. */
  readonly place: string;
  readonly text: string;
}

/** The configuration of the common MCP clients for a server that reads `configFile`. */
export function clientSnippets(configFile: string): readonly ClientSnippet[] {
  const args = ["-y", "@pve/mcp-server", "--config", configFile];
  const server = { command: "npx", args };
  const json = (value: unknown) => JSON.stringify(value, null, 2);
  return [
    { client: "Claude Desktop", place: "claude_desktop_config.json", text: json({ mcpServers: { pve: server } }) },
    { client: "Claude Code", place: "shell", text: `claude mcp add pve -- npx ${args.map(quoted).join(" ")}` },
    { client: "Cursor", place: "~/.cursor/mcp.json", text: json({ mcpServers: { pve: server } }) },
    { client: "VS Code", place: ".vscode/mcp.json", text: json({ servers: { pve: { type: "stdio", ...server } } }) },
    {
      client: "Codex",
      place: "~/.codex/config.toml",
      text: `[mcp_servers.pve]\ncommand = "npx"\nargs = ${JSON.stringify(args)}`,
    },
  ];
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
