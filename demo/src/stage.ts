import { fileURLToPath } from "node:url";
import { Client, type ElicitRequest } from "@modelcontextprotocol/client";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { createSimulator } from "@pve/simulator";

/** Simulated time runs this many times as fast as ours. */
const SPEED = 20;

/** A record, as tools take and answer it. */
export type Data = Readonly<Record<string, unknown>>;

/** What a tool answered. */
export interface Answer {
  readonly failed: boolean;
  readonly text: string;
  readonly data: Data;
}

/** Simulator, server and client, connected as they would be in earnest. */
export interface Stage extends AsyncDisposable {
  readonly url: string;
  readonly serverName: string;
  readonly protocol: string;
  readonly toolCount: number;
  call(tool: string, args: Data, onProgress: (message: string) => void): Promise<Answer>;
}

/**
 * Starts the simulator behind a real socket and the real server as a child process, and connects a client to it.
 * Disposing ends all three.
 */
export async function openStage(): Promise<Stage> {
  const simulator = createSimulator({ seed: "three-nodes", clock: { speed: SPEED } });
  const listening = await simulator.listen();
  const close = async (): Promise<void> => {
    await listening.close();
    await simulator.close();
  };
  try {
    const env = {
      PVE_URL: listening.url,
      PVE_TOKEN: simulator.credentials.token,
      PVE_FINGERPRINT: listening.fingerprint256,
    };
    return await connect(listening.url, env, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** A plain `StdioClientTransport` tries the protocol out on a second process, whose last words are lost. */
class ServerProcess extends StdioClientTransport {}

async function connect(url: string, env: Readonly<Record<string, string>>, close: () => Promise<void>): Promise<Stage> {
  const client = new Client(
    { name: "pve-demo", version: "1" },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  const transport = new ServerProcess({
    command: process.execPath,
    args: [serverScript(), "--allow", "destroy"],
    env: { ...getDefaultEnvironment(), ...env },
    stderr: "pipe",
  });
  let stderr = "";
  transport.stderr?.on("data", (chunk) => {
    stderr += String(chunk);
  });
  const begin = async () => {
    await client.connect(transport);
    return client.listTools();
  };
  const { tools } = await begin().catch(async (error: unknown) => {
    await client.close();
    throw new Error(`the server did not start: ${stderr === "" ? String(error) : stderr}`);
  });
  // Instead of `onprogress` of each call: that is dropped when the last lines arrive together with the result.
  let onProgress: (message: string) => void = () => {};
  client.setNotificationHandler("notifications/progress", ({ params }) => onProgress(params.message ?? ""));
  // The person at the client, who is asked before anything is destroyed, and types its name.
  client.setRequestHandler("elicitation/create", ({ params }) => {
    const name = nameIn(params);
    onProgress(`asked whether to go on; the person types ${name}`);
    return { action: "accept", content: { name } };
  });
  const server = client.getServerVersion();
  return {
    url,
    serverName: `${server?.name ?? "pve-mcp"} ${server?.version ?? ""}`.trim(),
    protocol: client.getNegotiatedProtocolVersion() ?? "unknown",
    toolCount: tools.length,
    async call(name, args, show) {
      onProgress = show;
      const result = await client.callTool({ name, arguments: { ...args }, _meta: { progressToken: name } });
      const texts = result.content.map((part) => (part.type === "text" ? part.text : ""));
      return { failed: result.isError === true, text: texts.join("\n"), data: recordOf(result.structuredContent) };
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await close();
    },
  };
}

/** The first of the names that approve: "Type web02 or 120 to approve". */
function nameIn(params: ElicitRequest["params"]): string {
  const field = "requestedSchema" in params ? Object.values(params.requestedSchema.properties)[0] : undefined;
  return /^Type (\S+)/.exec(field?.title ?? "")?.[1] ?? "";
}

/** The server's own executable, found the way any program would find it. */
export function serverScript(): string {
  return fileURLToPath(new URL("bin/pve-mcp.cjs", import.meta.resolve("@pve/mcp-server/package.json")));
}

/** The value as a record; empty when it is none. */
export function recordOf(value: unknown): Data {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** The records in a list; empty when it is none. */
export function recordsOf(value: unknown): readonly Data[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}
