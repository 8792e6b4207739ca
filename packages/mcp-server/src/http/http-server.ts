import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { McpServerFactory } from "@modelcontextprotocol/server";
import type { Caller } from "../caller.js";
import type { Log } from "../log.js";
import { createAdmission } from "./admission.js";
import { createGuard } from "./guard.js";
import type { HttpConfig } from "./http-config.js";
import { createMcpEndpoint, type McpEndpoint } from "./mcp-endpoint.js";
import type { Metrics } from "./metrics.js";
import { answerProblem, answerText } from "./plain-answer.js";
import { resourceMetadata } from "./resource-metadata.js";

/** What the HTTP server needs beside its configuration. */
export interface HttpServing {
  /** Makes the server that answers one request of a caller. */
  readonly serverFor: (caller: Caller) => ReturnType<McpServerFactory>;
  /** Whether a cluster answers. */
  readonly ready: () => Promise<boolean>;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** A server that listens. */
export interface Listening {
  /** Where MCP is spoken. */
  readonly url: string;
  /** Takes no new request, lets those under way end within the configured time, and resolves when all are gone. */
  readonly close: () => Promise<void>;
}

const PATHS = ["/mcp", "/healthz", "/readyz", "/metrics"];
/** A request whose head takes longer, or all of it does, is cut off: milliseconds. */
const HEAD_PATIENCE = 10_000;
const REQUEST_PATIENCE = 30_000;
/** Longer than the minute after which balancers give a connection up, so that none sends into one that is closing. */
const KEEP_ALIVE = 65_000;

/** Begins to answer HTTP. Rejects when it cannot listen there. */
export async function listenHttp(config: HttpConfig, serving: HttpServing): Promise<Listening> {
  const life: Life = { ending: false };
  const endpoint = createMcpEndpoint(config, serving);
  const route = createRoutes(config, serving, endpoint, life);
  const server = createNodeServer(config, (incoming, outgoing) => {
    watch(incoming, outgoing, serving.metrics);
    if (life.ending) outgoing.setHeader("connection", "close");
    // A connection whose request was under way when the end began is idle only now.
    outgoing.once("close", () => setImmediate(() => life.ending && server.closeIdleConnections()));
    route(incoming, outgoing).catch((error: unknown) => {
      serving.log.error(`HTTP: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      answerProblem(outgoing, { status: 500, text: "the server failed; its operator finds the reason in stderr" });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(config.port, config.host, resolve);
  });
  return { url: urlOf(server, config), close: () => end(server, config, endpoint, life) };
}

/** What the server knows of itself. */
interface Life {
  ending: boolean;
}

type Route = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

function createRoutes(
  config: HttpConfig,
  { ready, metrics, log }: HttpServing,
  endpoint: McpEndpoint,
  life: Life,
): Route {
  const guard = createGuard(config);
  const metadata = config.oauth === undefined ? undefined : resourceMetadata(config.oauth, config.url ?? "");
  const admit = createAdmission(config, metadata, log);
  return async (incoming, outgoing) => {
    const { pathname, searchParams } = addressOf(incoming);
    if (pathname === "/healthz") return answerText(outgoing, 200, "alive\n");
    if (pathname === "/readyz") {
      const able = !life.ending && (await ready());
      return answerText(outgoing, able ? 200 : 503, able ? "ready\n" : "no cluster answers, or the server is ending\n");
    }
    if (guard(incoming, outgoing) === "answered") return;
    if (metadata?.serves(pathname) === true) return answerText(outgoing, 200, metadata.document, "application/json");
    if (!PATHS.includes(pathname)) return answerProblem(outgoing, { status: 404, text: "MCP is spoken at /mcp" });
    if (searchParams.has("access_token")) {
      const text = "an address ends up in logs; send the token in the header Authorization";
      return answerProblem(outgoing, { status: 400, text });
    }
    const { visitor, problem } = await admit(incoming);
    if (visitor === undefined) return answerProblem(outgoing, problem);
    if (pathname === "/mcp") return endpoint.answer(visitor, incoming, outgoing);
    answerText(outgoing, 200, metrics.render(), "text/plain; version=0.0.4; charset=utf-8");
  };
}

function addressOf({ url = "/" }: IncomingMessage): Pick<URL, "pathname" | "searchParams"> {
  // What is no address is nobody's, and must not end in an error of the parser.
  return URL.canParse(url, "http://mcp")
    ? new URL(url, "http://mcp")
    : { pathname: "", searchParams: new URLSearchParams() };
}

function watch(incoming: IncomingMessage, outgoing: ServerResponse, metrics: Metrics): void {
  const begun = performance.now();
  metrics.inFlight(1);
  outgoing.once("close", () => {
    metrics.inFlight(-1);
    const { pathname } = addressOf(incoming);
    const status = outgoing.writableFinished ? outgoing.statusCode : GONE;
    metrics.request(PATHS.includes(pathname) ? pathname : "other", status, (performance.now() - begun) / 1000);
  });
}

/** What others log for a client that did not wait for its answer. */
const GONE = 499;

async function end(server: Server, config: HttpConfig, endpoint: McpEndpoint, life: Life): Promise<void> {
  life.ending = true;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await Promise.race([closed, patience(config.drain)]);
  await endpoint.close();
  server.closeAllConnections();
  await closed;
}

function patience(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

function createNodeServer({ tls }: HttpConfig, listener: RequestListener): Server {
  const limits = { headersTimeout: HEAD_PATIENCE, requestTimeout: REQUEST_PATIENCE, keepAliveTimeout: KEEP_ALIVE };
  return tls === undefined ? createServer(limits, listener) : createTlsServer({ ...limits, ...tls }, listener);
}

function urlOf(server: Server, { host, tls }: HttpConfig): string {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : "";
  return `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}/mcp`;
}
