import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { createClient, type NodeClientOptions } from "@pve/client/node";
import { answerJson, SECRET } from "./fault-server.js";

/** An HTTPS server of a test, and what reached it. */
export interface TlsServer extends AsyncDisposable {
  readonly url: string;
  /** `127.0.0.1:34567` */
  readonly host: string;
  /** How many TCP connections were opened. */
  readonly connections: () => number;
  /** How many requests arrived, complete or not. */
  readonly requests: () => number;
}

/** Starts a server with this certificate; without `behave` it answers everything with an empty list. */
export async function startTlsServer(
  options: ServerOptions,
  behave: (response: ServerResponse, request: IncomingMessage) => void = (response) => answerJson(response, []),
  port = 0,
): Promise<TlsServer> {
  let connections = 0;
  let requests = 0;
  const server = createServer(options, (request, response) => {
    requests += 1;
    behave(response, request);
  });
  server.on("connection", () => {
    connections += 1;
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `https://${host}`,
    host,
    connections: () => connections,
    requests: () => requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A client of such a server that does not really wait between retries. */
export function nodeClient(baseUrl: string, options: Partial<NodeClientOptions> = {}) {
  return createClient({
    baseUrl,
    auth: { token: `root@pam!test=${SECRET}` },
    sleep: async () => undefined,
    ...options,
  });
}
