import { createRequestStateCodec, McpServer, type RequestStateCodec } from "@modelcontextprotocol/server";
import { addContent } from "./fixture-content.js";
import { addQuestions } from "./fixture-questions.js";
import { fixtureTools } from "./fixture-tools.js";

/** Seals what a client carries between two rounds of a question. */
export function fixtureCodec(): RequestStateCodec {
  return createRequestStateCodec({ key: "a key of the conformance fixture alone" });
}

/** The server for one request of the conformance suite: what the suite expects to find there, and nothing of ours. */
export function fixtureServer(codec: RequestStateCodec): McpServer {
  const server = new McpServer(
    { name: "conformance-fixture", version: "1.0.0" },
    {
      capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, logging: {}, completions: {} },
      requestState: { verify: codec.verify },
    },
  );
  const tools = fixtureTools(server.server);
  addContent(server, tools);
  addQuestions(server, tools, codec);
  // Nothing is watched here, so there is nothing to remember of a subscription.
  server.server.setRequestHandler("resources/subscribe", () => ({}));
  server.server.setRequestHandler("resources/unsubscribe", () => ({}));
  return server;
}
