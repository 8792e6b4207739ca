import { asFault } from "./connection.js";
import { PveConfigError, PveConnectionError } from "./errors.js";
import type { ClientLink } from "./link.js";
import type { MultipartFrame } from "./multipart.js";
import type { Connector } from "./node-connector.js";
import { connectorBehind } from "./node-link.js";
import { asConnectionFault, requestStream } from "./node-stream.js";
import type { Answer, Transport } from "./transport.js";
import { tryAddresses } from "./try-addresses.js";
import { exactly, type UploadSource } from "./upload-source.js";

/** An upload whose parameters have been checked. */
export interface UploadRequest {
  readonly operation: string;
  /** Below `/api2/json`, filled in. */
  readonly path: string;
  readonly frame: MultipartFrame;
  readonly source: UploadSource;
  readonly signal: AbortSignal;
  /** Milliseconds without progress until it is given up. */
  readonly idleTimeout: number;
  /** Gets how many bytes of the file were taken so far. */
  readonly onBytes: (bytes: number) => void;
}

/** What a transport that cannot stream is given at most. */
const MOST_IN_MEMORY = 64 * 1024 ** 2;

/**
 * Sends a file with credentials. It goes to another address, or once more to the same, only when provably nothing of it
 * was sent; and once more if a ticket had run out: PVE says so before it reads the body.
 * @throws PveConnectionError, or what reading the file failed with
 */
export async function sendUpload(link: ClientLink, request: UploadRequest): Promise<Answer> {
  const { auth } = link;
  const send = createAttempt(link.transport, request);
  const used = await auth.headers("POST");
  const answer = await tryAddresses(link, { ...request, method: "POST" }, (url) => send(url, used));
  const mayRepeat = answer.status === 401 && answer.bytes.length === 0 && request.source.isRepeatable;
  if (!mayRepeat || !(await auth.renew(used))) return answer;
  const fresh = await auth.headers("POST");
  return tryAddresses(link, { ...request, method: "POST" }, (url) => send(url, fresh));
}

type Attempt = (url: string, credentials: Readonly<Record<string, string>>) => Promise<Answer>;

function createAttempt(transport: Transport, request: UploadRequest): Attempt {
  const { frame, source } = request;
  const length = frame.head.length + source.size + frame.tail.length;
  const headers = { accept: "application/json", "content-type": frame.contentType };
  const connector = connectorBehind(transport);
  if (connector !== undefined) {
    const own = { ...headers, "content-length": String(length) };
    return (url, credentials) => sendStream(connector, url, { ...own, ...credentials }, request);
  }
  let whole: Promise<Uint8Array<ArrayBuffer>> | undefined;
  return async (url, credentials) => {
    // Read once: a stream could not be read again for another address.
    whole ??= readWhole(request, length);
    // The length is the transport's own affair: a fetch computes it and forbids naming it.
    return sendWhole(transport, url, { ...headers, ...credentials }, await whole, request.signal);
  };
}

async function sendStream(
  connector: Connector,
  url: string,
  headers: Readonly<Record<string, string>>,
  request: UploadRequest,
): Promise<Answer> {
  const { signal, idleTimeout } = request;
  const answer = await requestStream(connector, url, {
    method: "POST",
    headers,
    body: framed(request),
    signal,
    idleTimeout,
  });
  const bytes = await readAll(answer.body, answer.status >= 400);
  // After an early refusal the request is not complete, and its connection good for nothing.
  answer.body.destroy();
  return { status: answer.status, reason: answer.reason, headers: { get: answer.header }, bytes, from: url };
}

async function* framed({ frame, source, onBytes }: UploadRequest): AsyncGenerator<Uint8Array, void, void> {
  yield frame.head;
  let bytes = 0;
  for await (const piece of exactly(source)) {
    yield piece;
    // Resumed when the socket has taken the piece.
    bytes += piece.length;
    onBytes(bytes);
  }
  yield frame.tail;
}

/** A fetch-shaped transport takes only what is in memory: a stream would go out chunked, which PVE refuses. */
async function readWhole(request: UploadRequest, length: number): Promise<Uint8Array<ArrayBuffer>> {
  if (length > MOST_IN_MEMORY) {
    const limit = MOST_IN_MEMORY / 1024 ** 2;
    throw new PveConfigError(
      `this client's transport cannot stream, so it uploads at most ${limit} MiB; use createClient of @pve/client/node`,
    );
  }
  const body = new Uint8Array(length);
  let position = 0;
  for await (const piece of framed(request)) {
    body.set(piece, position);
    position += piece.length;
  }
  return body;
}

async function sendWhole(
  transport: Transport,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<Answer> {
  if (signal.aborted) throw new PveConnectionError("", { kind: "aborted", sent: "no" });
  try {
    const response = await transport(url, { method: "POST", headers, body, signal, redirect: "manual" });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { status: response.status, reason: response.statusText, headers: response.headers, bytes, from: url };
  } catch (error) {
    throw asFault(error);
  }
}

/** A refusal may be cut off together with the connection; its status line says enough. */
async function readAll(body: AsyncIterable<unknown>, isRefusal: boolean): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of body) pieces.push(Buffer.from(piece as Uint8Array));
  } catch (error) {
    if (!isRefusal) throw asConnectionFault(error, "maybe");
  }
  return new Uint8Array(Buffer.concat(pieces));
}
