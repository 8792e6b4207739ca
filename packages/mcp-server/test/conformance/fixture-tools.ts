import {
  type CallToolResult,
  type InputRequiredResult,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
  type Tool,
} from "@modelcontextprotocol/server";

/** What a tool of the fixture does; what it throws becomes a failed result, unless it is the protocol's own. */
type Run = (
  context: ServerContext,
  args: Readonly<Record<string, unknown>>,
) => CallToolResult | InputRequiredResult | Promise<CallToolResult | InputRequiredResult>;

/** The tools of a fixture, on the same low-level server that ours are on. */
export interface FixtureTools {
  readonly add: (name: string, description: string, run: Run, inputSchema?: Tool["inputSchema"]) => void;
}

/** Begins with no tools. */
export function fixtureTools(server: Server): FixtureTools {
  const tools = new Map<string, { readonly listed: Tool; readonly run: Run }>();
  server.setRequestHandler("tools/list", () => ({ tools: [...tools.values()].map(({ listed }) => listed) }));
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const tool = tools.get(params.name);
    if (tool === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, "no such tool");
    try {
      return await tool.run(context, params.arguments ?? {});
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      return {
        isError: true,
        content: [{ type: "text", text: error instanceof Error ? error.message : String(error) }],
      };
    }
  });
  return {
    add(name, description, run, inputSchema = { type: "object" }) {
      tools.set(name, { listed: { name, description, inputSchema }, run });
    },
  };
}
