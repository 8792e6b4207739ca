// The least that the SDK can answer with: a server of one tool over stdin and stdout, without anything of ours.
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";

serveStdio(() => {
  const server = new Server({ name: "sdk", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({
    tools: [{ name: "get_nodes", description: "Answers with nothing.", inputSchema: { type: "object" } }],
  }));
  server.setRequestHandler("tools/call", () => ({ content: [{ type: "text", text: "nothing" }] }));
  return server;
});
