import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ClientOptions, createClient, type PveClient } from "@pve/client";

/** A request as it arrived, body included. */
export interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that misbehaves as told, and what reached it. */
export interface FaultServer extends AsyncDisposable {
  readonly url: string;
  readonly arrived: readonly Arrived[];
}

/** Starts a plain HTTP server; `behave` gets each request when it is complete, with its number from 1. */
export async function startFaultServer(
  behave: (response: ServerResponse, request: Arrived, number: number) => void,
): Promise<FaultServer> {
  const arrived: Arrived[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const { method = "", url = "", headers } = incoming;
    const request = { method, url, headers, body: Buffer.concat(chunks).toString() };
    arrived.push(request);
    behave(response, request, arrived.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, arrived, [Symbol.asyncDispose]: close };
}

/** Answers with PVE's envelope. */
export function answerJson(response: ServerResponse, data: unknown, status = 200, reason = "OK"): void {
  const body = JSON.stringify({ data });
  const headers = { "content-type": "application/json;charset=UTF-8", "content-length": Buffer.byteLength(body) };
  response.writeHead(status, reason, headers).end(body);
}

/** A token that can be looked for in whatever comes out. */
export const SECRET = "5ec2e7f0-1234-4321-abcd-5ec2e7f05ec2";

/** A client for a fault server that does not really wait between retries; `pauses` says how long it would have. */
export function faultClient(
  url: string,
  options: Partial<ClientOptions> = {},
): { readonly pve: PveClient; readonly pauses: number[] } {
  const pauses: number[] = [];
  const sleep = async (ms: number) => {
    pauses.push(ms);
  };
  const pve = createClient({ baseUrl: url, auth: { token: `root@pam!test=${SECRET}` }, sleep, ...options });
  return { pve, pauses };
}

/** What a promise is rejected with. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (value) => {
      throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
