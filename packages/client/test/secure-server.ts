import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { createClient, type NodeClientOptions } from "@pve/client/node";
import { answerJson } from "./fault-server.js";

/** An HTTPS server, and how many connections and requests reached it. */
export interface SecureServer extends AsyncDisposable {
  readonly url: string;
  readonly host: string;
  readonly connections: () => number;
  /** Connections that are open now. */
  readonly open: () => number;
  readonly requests: () => number;
}

type Behave = (response: ServerResponse, request: IncomingMessage, number: number) => void;

/** Starts it on a free port of 127.0.0.1, or on a given one; without `behave` it answers an empty list. */
export async function startSecureServer(
  options: ServerOptions,
  behave: Behave = (response) => answerJson(response, []),
  port = 0,
): Promise<SecureServer> {
  let connections = 0;
  let open = 0;
  let requests = 0;
  const server = createServer(options, (request, response) => {
    requests += 1;
    behave(response, request, requests);
  });
  server.on("connection", (socket) => {
    connections += 1;
    open += 1;
    socket.once("close", () => {
      open -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `https://${host}`,
    host,
    connections: () => connections,
    open: () => open,
    requests: () => requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A client over TLS that does not really wait between tries. */
export function nodeClient(baseUrl: NodeClientOptions["baseUrl"], options: Partial<NodeClientOptions> = {}) {
  const auth = { token: "root@pam!test=5ec2e7f0-1234-4321-abcd-5ec2e7f05ec2" };
  return createClient({ baseUrl, auth, sleep: async () => undefined, ...options });
}
