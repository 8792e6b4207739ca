import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { nodeCertificate } from "./certificates.js";
import { answerJson } from "./fault-server.js";

/** What a session is told, taken apart. */
export type TerminalEvent =
  | { readonly input: string }
  | { readonly size: readonly [number, number] }
  | { readonly ping: true };

/** A node that has nothing but consoles, and what reached it. */
export interface TerminalServer extends AsyncDisposable {
  readonly url: string;
  /** `POST /nodes/…`, in order. */
  readonly calls: readonly string[];
  /** Headers and address of each upgrade. */
  readonly upgrades: readonly Pick<IncomingMessage, "url" | "headers">[];
  readonly logins: readonly string[];
  readonly events: readonly TerminalEvent[];
}

export const TICKET = "PVEVNC:6B00FB2A::c2ln/+bmF0dXJl==";
const UPID = "UPID:pve1:0000054B:000B71CC:6B00FB2A:termproxy:100:root@pam:";

/** How the server behaves. */
export interface TerminalBehaviour {
  readonly release?: string;
  /** What it says to an upgrade, if not yes. */
  readonly refuse?: readonly [status: number, reason: string] | "silently";
  /** Runs when the login has come; by default it says OK. */
  readonly greet?: (socket: WebSocket) => void;
}

/** Starts the server; it echoes what is typed. */
export async function startTerminalServer(behaviour: TerminalBehaviour = {}): Promise<TerminalServer> {
  const { release = "9.2", refuse, greet = (socket) => socket.send("OK") } = behaviour;
  const calls: string[] = [];
  const upgrades: Pick<IncomingMessage, "url" | "headers">[] = [];
  const logins: string[] = [];
  const events: TerminalEvent[] = [];
  const server = createServer(nodeCertificate, (request, response) => {
    const path = (request.url ?? "").replace("/api2/json", "");
    calls.push(`${request.method} ${path}`);
    if (path === "/version") return answerJson(response, { release, version: `${release}.1`, repoid: "0" });
    if (path.startsWith("/cluster/resources")) {
      return answerJson(response, [{ id: "qemu/100", type: "qemu", vmid: 100, node: "pve1", status: "running" }]);
    }
    if (path.endsWith("/spiceproxy")) return answerJson(response, { type: "spice", host: "x", "tls-port": 61000 });
    return answerJson(response, { user: "root@pam", ticket: TICKET, port: "5900", upid: UPID });
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, connection, head) => {
    upgrades.push({ url: request.url, headers: request.headers });
    if (refuse === "silently") return connection.on("error", () => undefined);
    if (refuse !== undefined) return connection.end(`HTTP/1.1 ${refuse.join(" ")}\r\nConnection: close\r\n\r\n`);
    return sockets.handleUpgrade(request, connection, head, (socket) => {
      socket.once("message", (login) => {
        logins.push(String(login));
        socket.on("message", (data) => hear(socket, String(data), events));
        greet(socket);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}`, calls, upgrades, logins, events, [Symbol.asyncDispose]: close };
}

/** Reads frames as the terminal does, and echoes input. */
function hear(socket: WebSocket, frame: string, events: TerminalEvent[]): void {
  const input = /^0:(\d+):([\s\S]*)$/.exec(frame);
  const size = /^1:(\d+):(\d+):$/.exec(frame);
  if (input !== null && Buffer.byteLength(input[2] ?? "") === Number(input[1])) {
    events.push({ input: input[2] ?? "" });
    socket.send(Buffer.from(input[2] ?? ""));
  } else if (size !== null) events.push({ size: [Number(size[1]), Number(size[2])] });
  else if (frame === "2") events.push({ ping: true });
  else socket.close(1002, "no frame of the terminal");
}
