import { type CallToolResult, InMemoryTransport, type JSONRPCMessage, type Server } from "@modelcontextprotocol/server";

/** What the one who calls is asked on the way, and told. */
export interface InProcessClient {
  readonly name: string;
  readonly version: string;
  /** Answers a question of the server (`elicitation/create`): the result of that request. Absent where there is nobody to ask. */
  readonly onQuestion?:
    | ((params: Readonly<Record<string, unknown>>) => Promise<Readonly<Record<string, unknown>>>)
    | undefined;
  readonly onProgress: (message: string) => void;
  /** Cancels the call. */
  readonly signal: AbortSignal;
}

/** The server refused the request itself, as a protocol error. */
export class ProtocolRefusal extends Error {
  override readonly name = "ProtocolRefusal";
}

/** The call was cancelled by the one who made it. */
export class CallCancelled extends Error {
  override readonly name = "CallCancelled";
}

const PROTOCOL = "2025-11-25";
const CALL = 2;

/**
 * Calls a tool of a server in this process, over the same protocol as every client: there is no second way to a tool.
 *
 * @throws ProtocolRefusal when the server answers the request with an error
 * @throws CallCancelled when the signal says so; the server hears of it
 */
export async function callInProcess(
  server: Server,
  call: { readonly name: string; readonly arguments: Readonly<Record<string, unknown>> },
  client: InProcessClient,
): Promise<CallToolResult> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const waiting = new Map<unknown, (message: Readonly<Record<string, unknown>>) => void>();
  ours.onmessage = (message) => {
    const received: Readonly<Record<string, unknown>> = { ...message };
    if ("method" in received) void answer(received, client, (reply) => ours.send(reply));
    else waiting.get(received["id"])?.(received);
  };
  const request = async (id: number, method: string, params: object): Promise<unknown> => {
    const reply = new Promise<Readonly<Record<string, unknown>>>((resolve) => waiting.set(id, resolve));
    await ours.send({ jsonrpc: "2.0", id, method, params: { ...params } });
    const { error, result } = await reply;
    if (isRecord(error)) throw new ProtocolRefusal(String(error["message"]));
    return result;
  };
  await server.connect(theirs);
  await ours.start();
  try {
    const { name, version } = client;
    const capabilities = client.onQuestion === undefined ? {} : { elicitation: { form: {} } };
    await request(1, "initialize", { protocolVersion: PROTOCOL, capabilities, clientInfo: { name, version } });
    await ours.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    const answer = request(CALL, "tools/call", { ...call, _meta: { progressToken: 1 } });
    return (await Promise.race([answer, cancelled(client.signal)])) as CallToolResult;
  } catch (error) {
    if (error instanceof CallCancelled)
      await ours.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: CALL } });
    throw error;
  } finally {
    await ours.close();
  }
}

function cancelled(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(new CallCancelled());
    signal.addEventListener("abort", () => reject(new CallCancelled()), { once: true });
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What the server says by itself: progress, and questions. */
async function answer(
  { method, id, params }: Readonly<Record<string, unknown>>,
  { onProgress, onQuestion }: InProcessClient,
  send: (message: JSONRPCMessage) => Promise<void>,
): Promise<void> {
  const given = isRecord(params) ? params : {};
  if (method === "notifications/progress" && typeof given["message"] === "string") onProgress(given["message"]);
  if (typeof id !== "number" && typeof id !== "string") return;
  const reply =
    method === "elicitation/create" && onQuestion !== undefined
      ? { result: { ...(await onQuestion(given)) } }
      : { error: { code: -32601, message: `no ${String(method)} here` } };
  await send({ jsonrpc: "2.0", id, ...reply });
}
