// The least that can answer: Node and a loop over lines. What any MCP server takes beyond this is its own.
const TOOL = { name: "get_nodes", description: "Answers with nothing.", inputSchema: { type: "object" } };
const RESULTS = {
  initialize: {
    protocolVersion: "2025-11-25",
    capabilities: { tools: {} },
    serverInfo: { name: "bare", version: "1.0.0" },
  },
  "tools/list": { tools: [TOOL] },
  "tools/call": { content: [{ type: "text", text: "nothing" }] },
};

let pending = "";
process.stdin.setEncoding("utf8").on("data", (chunk) => {
  pending += chunk;
  const lines = pending.split("\n");
  pending = lines.pop();
  for (const line of lines) {
    const { id, method } = JSON.parse(line);
    if (id !== undefined) process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, result: RESULTS[method] })}\n`);
  }
});
