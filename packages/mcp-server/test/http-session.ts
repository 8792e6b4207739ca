import { type IncomingHttpHeaders, request } from "node:http";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createSimulator, type Simulator } from "@pve/simulator";
import { startHttp } from "../src/http/serve-http.js";
import { readConfig } from "../src/read-config.js";
import { type Outcome, outcomeOf } from "./session.js";

const FILE = "/etc/pve-mcp.yaml";

/** What a test writes into the configuration file, beside the targets. */
export interface HttpSection {
  readonly [key: string]: unknown;
}

/** An HTTP server in this process, before a simulated cluster behind a real socket. */
export interface HttpSession extends AsyncDisposable {
  readonly pve: Simulator;
  readonly url: string;
  /** What the server told its operator. */
  readonly said: () => string;
  /** A request as a client sends it that knows nothing of MCP. */
  readonly get: (path: string, init?: RequestInit) => Promise<Response>;
  /** Stops the server; also done at the end. */
  readonly stop: () => Promise<void>;
}

/** A configuration file as the server reads it: JSON is YAML. */
export function configOf(content: object, files: Readonly<Record<string, string>> = {}) {
  return readConfig({
    env: {},
    argv: ["--config", FILE],
    parseYaml: JSON.parse,
    readFile: (path) => {
      const text = path === FILE ? JSON.stringify(content) : files[path];
      if (text === undefined) throw new Error("ENOENT");
      return text;
    },
  }).config;
}

/** Starts both; `http` may be made from the simulator, whose tokens it may need. */
export async function serveHttp(
  http:
    | HttpSection
    | ((pve: Simulator) => { readonly http: HttpSection; readonly files: Readonly<Record<string, string>> }),
  { allow = "destroy" }: { readonly allow?: string } = {},
): Promise<HttpSession> {
  const pve = createSimulator({ seed: "three-nodes", clock: { speed: 50 } });
  const { url, fingerprint256 } = await pve.listen();
  const made = typeof http === "function" ? http(pve) : { http, files: {} };
  const target = { name: "lab", url, token: pve.credentials.token, fingerprint: fingerprint256, allow };
  let said = "";
  const { server } = await startHttp(configOf({ targets: [target], http: made.http }, made.files), "127.0.0.1:0", {
    version: "0.0.0-test",
    err: (text) => {
      said += text;
    },
  });
  if (server === undefined) throw new Error(said);
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= server.close());
  return {
    pve,
    url: server.url,
    said: () => said,
    stop,
    get: (path, init) => fetch(new URL(path, server.url), init),
    async [Symbol.asyncDispose]() {
      await stop();
      await pve.close();
    },
  };
}

/** A client of the server, in one era of the protocol. */
export interface HttpSpeaker extends AsyncDisposable {
  readonly mcp: Client;
  readonly toolNames: () => Promise<readonly string[]>;
  readonly callTool: (name: string, args?: Record<string, unknown>) => Promise<Outcome>;
}

/** Connects a client that shows `token` with every request. */
export async function speakHttp(
  url: string,
  token?: string,
  era: "2025-11-25" | "2026-07-28" = "2026-07-28",
): Promise<HttpSpeaker> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const mcp = new Client(
    { name: "test", version: "1" },
    era === "2026-07-28" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {},
  );
  await mcp.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return {
    mcp,
    toolNames: async () => (await mcp.listTools()).tools.map(({ name }) => name),
    callTool: async (name, args = {}) => outcomeOf(await mcp.callTool({ name, arguments: args })),
    [Symbol.asyncDispose]: () => mcp.close(),
  };
}

/** A request whose `Host` and method can be anything, which `fetch` does not allow. */
export function rawRequest(
  url: string,
  headers: Record<string, string>,
  method = "POST",
): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers }, (incoming) => {
      incoming.resume();
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers });
    });
    outgoing.once("error", reject).end(method === "POST" ? "{}" : "");
  });
}
