import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { nodeCertificate } from "./certificates.js";
import { answerJson } from "./fault-server.js";

/** Everything that can go wrong with one connection, and `ok`. */
export const FAULTS = [
  "reset in the handshake",
  "reset before the request",
  "reset within the request",
  "reset after the request",
  "reset within the answer",
  "502",
  "595",
  "596",
  "500",
  "401",
  "html",
  "cut json",
  "ok",
] as const;

/** One of `FAULTS`. */
export type ScriptedFault = (typeof FAULTS)[number];

/** A server that treats its first connections as the script says and every later one well. */
export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  /** Methods of the requests whose first line arrived. */
  readonly arrived: readonly string[];
  readonly connections: () => number;
}

/** Starts it; every connection carries one request, so that connections and script stay in step. */
export async function startScriptedServer(script: readonly ScriptedFault[]): Promise<ScriptedServer> {
  const arrived: string[] = [];
  let connections = 0;
  const faults = new WeakMap<object, ScriptedFault>();
  const server = createServer({ ...nodeCertificate, keepAlive: false });
  server.on("connection", (socket: Socket) => {
    const fault = script[connections] ?? "ok";
    connections += 1;
    faults.set(socket, fault);
    socket.on("error", () => undefined);
    if (fault === "reset in the handshake") socket.resetAndDestroy();
  });
  server.on("secureConnection", (socket) => {
    socket.on("error", () => undefined);
    // The TLS socket stands for the connection of the same number: they come one after the other.
    const fault = script[connections - 1] ?? "ok";
    faults.set(socket, fault);
    if (fault === "reset before the request") socket.destroy();
  });
  server.on("tlsClientError", () => undefined);
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    arrived.push(request.method ?? "");
    void behave(faults.get(request.socket) ?? "ok", request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function behave(fault: ScriptedFault, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.shouldKeepAlive = false;
  // Bytes that were in before the socket closed are parsed all the same.
  if (fault === "reset before the request") return;
  if (fault === "reset within the request") return void request.socket.destroy();
  for await (const _ of request);
  if (fault === "reset after the request") request.socket.destroy();
  else if (fault === "reset within the answer") {
    response.writeHead(200, { "content-type": "application/json", "content-length": 100 });
    response.write('{"data":', () => request.socket.destroy());
  } else if (fault === "401") response.writeHead(401, "Authentication failed!").end();
  else if (fault === "html") response.writeHead(200, { "content-type": "text/html" }).end("<html>login</html>");
  else if (fault === "cut json") response.writeHead(200, { "content-type": "application/json" }).end('{"data":[{"no');
  else if (fault === "ok") answerJson(response, null);
  else answerJson(response, null, Number(fault), "trouble");
}
