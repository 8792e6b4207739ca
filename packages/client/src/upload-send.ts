import { asConnectionError, connectionError } from "./connection.js";
import { PveConfigError, PveConnectionError } from "./errors.js";
import type { ClientLink } from "./link.js";
import type { MultipartFrame } from "./multipart.js";
import { connectorBehind } from "./node-link.js";
import { asConnectionFault, requestStream } from "./node-stream.js";
import type { Answer } from "./transport.js";
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
 * Sends a file with credentials, and once more if a ticket had run out: PVE says so before it reads the body.
 * @throws PveConnectionError, or what reading the file failed with
 */
export async function sendUpload(link: ClientLink, request: UploadRequest): Promise<Answer> {
  const { auth } = link;
  const used = await auth.headers("POST");
  const answer = await attempt(link, request, used);
  const mayRepeat = answer.status === 401 && answer.bytes.length === 0 && request.source.isRepeatable;
  if (!mayRepeat || !(await auth.renew(used))) return answer;
  return attempt(link, request, await auth.headers("POST"));
}

async function attempt(
  link: ClientLink,
  request: UploadRequest,
  credentials: Readonly<Record<string, string>>,
): Promise<Answer> {
  const { operation, path, frame, source } = request;
  const url = `${link.baseUrl(`/api2/json${path}`)}/api2/json${path}`;
  const length = frame.head.length + source.size + frame.tail.length;
  const headers = {
    ...credentials,
    accept: "application/json",
    "content-type": frame.contentType,
    "content-length": String(length),
  };
  const connector = connectorBehind(link.transport);
  try {
    if (connector === undefined) return await sendWhole(link, url, headers, request);
    const { signal, idleTimeout } = request;
    const body = framed(request);
    const answer = await requestStream(connector, url, { method: "POST", headers, body, signal, idleTimeout });
    const bytes = await readAll(answer.body, answer.status >= 400);
    // After an early refusal the request is not complete, and its connection good for nothing.
    answer.body.destroy();
    return { status: answer.status, reason: answer.reason, headers: { get: answer.header }, bytes };
  } catch (error) {
    if (!(error instanceof PveConnectionError)) throw error;
    throw asConnectionError(error, { operation, host: new URL(url).host });
  }
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
async function sendWhole(
  { transport }: ClientLink,
  url: string,
  headers: Record<string, string>,
  request: UploadRequest,
): Promise<Answer> {
  const { frame, source, signal, operation } = request;
  const length = frame.head.length + source.size + frame.tail.length;
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
  const target = { operation, host: new URL(url).host };
  if (signal.aborted) throw connectionError(target, { kind: "aborted", sent: "no" });
  try {
    // The length is the transport's own affair: a fetch computes it and forbids naming it.
    const { "content-length": _own, ...rest } = headers;
    const response = await transport(url, { method: "POST", headers: rest, body, signal, redirect: "manual" });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { status: response.status, reason: response.statusText, headers: response.headers, bytes };
  } catch (error) {
    if (signal.aborted) throw connectionError(target, { kind: "aborted", sent: "maybe" });
    throw asConnectionError(error, target);
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
