import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type { PveHandle } from "./client.js";
import { asFault, connectionError, type Target } from "./connection.js";
import { encodeForm } from "./encode.js";
import { judge } from "./envelope.js";
import { PveConnectionError, PveParameterError, PveProtocolError } from "./errors.js";
import { type ClientLink, linkOf } from "./link.js";
import type { Connector } from "./node-connector.js";
import { connectorBehind } from "./node-link.js";
import { asConnectionFault, requestStream, type StreamRequest } from "./node-stream.js";
import { mayRetryStatus } from "./retry.js";
import { fillPath, pathProblem } from "./route.js";
import type { Transport } from "./transport.js";
import { tryAddresses } from "./try-addresses.js";
import { nodeOfUpid } from "./upid.js";

/** A file on its way. */
export interface Download {
  /** Its bytes, fetched as they are read; cancelling closes the connection. Fails with `PveConnectionError`. */
  readonly stream: ReadableStream<Uint8Array>;
  /** What PVE calls it. */
  readonly filename?: string;
  readonly contentType: string;
  /** Bytes, where PVE says so beforehand. */
  readonly size?: number;
}

/** How to download. */
export interface DownloadOptions {
  /** Ends the download, also while it is read. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without a byte, while one is waited for, until it is given up. Default: 60 000. */
  readonly idleTimeout?: number | undefined;
}

/** Which file of a backup. */
export interface RestoreFileOptions extends DownloadOptions {
  readonly node: string;
  /** A storage of type `pbs`. */
  readonly storage: string;
  /** The backup's volume id. */
  readonly volume: string;
  /** As `GET /nodes/{node}/storage/{storage}/file-restore/list` gives it (base64). */
  readonly filepath: string;
  /** Pack a folder as `tar.zst` instead of zip. */
  readonly tar?: boolean | undefined;
}

const FILE = "/nodes/{node}/storage/{storage}/file-restore/download";
const LOG = "/nodes/{node}/tasks/{upid}/log";
const IDLE_TIMEOUT = 60_000;
/** A refusal longer than this is not PVE's. */
const LONGEST_REFUSAL = 64 * 1024;

/**
 * Downloads a file, or a folder as an archive, out of a backup on a Proxmox Backup Server, with constant memory. Route:
 * `GET /nodes/{node}/storage/{storage}/file-restore/download`.
 * @throws PveConnectionError · PveRequestError · PveProtocolError before the first byte
 */
export async function downloadFile(pve: PveHandle, options: RestoreFileOptions): Promise<Download> {
  const { node, storage, volume, filepath, tar } = options;
  const query = { filepath, volume, ...(tar === true ? { tar: "1" } : {}) };
  return download(linkOf(pve), { template: FILE, values: { node, storage }, query }, options);
}

/**
 * Downloads the whole log of a task as text, as PVE keeps it; of a running task what there is so far. Route:
 * `GET /nodes/{node}/tasks/{upid}/log` with `download`.
 * @throws PveParameterError when the text is no UPID
 * @throws PveConnectionError · PveRequestError · PveProtocolError before the first byte
 */
export async function downloadTaskLog(pve: PveHandle, upid: string, options: DownloadOptions = {}): Promise<Download> {
  const values = { node: nodeOfUpid(upid), upid };
  return download(linkOf(pve), { template: LOG, values, query: { download: "1" } }, options);
}

/** What is asked for. */
interface Asked {
  readonly template: string;
  readonly values: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** An answer whose body is still to come, or a refusal that was read. */
interface Opened {
  readonly host: string;
  readonly status: number;
  readonly reason: string;
  readonly header: (name: string) => string;
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Gives up what was not read; leaving the pieces alone would leave the connection open. */
  readonly close: () => Promise<void> | void;
  readonly refusal: string;
}

async function download(
  link: ClientLink,
  { template, values, query }: Asked,
  options: DownloadOptions,
): Promise<Download> {
  const operation = `GET ${template}`;
  const problems = pathProblems(values);
  if (Object.keys(problems).length > 0) throw new PveParameterError({ operation, problems });
  const path = `${fillPath(template, values)}?${encodeForm(query)}`;
  await link.before?.({ route: operation, params: { ...values, ...query } });
  const signal = options.signal ?? new AbortController().signal;
  const send = (credentials: Readonly<Record<string, string>>) =>
    tryAddresses(
      link,
      { method: "GET", operation, path, signal },
      (url) => open(link, url, credentials, { ...options, signal }),
      ({ status }) => mayRetryStatus("GET", status),
    );
  const used = await link.auth.headers("GET");
  let answer = await send(used);
  if (answer.status === 401 && (await link.auth.renew(used))) answer = await send(await link.auth.headers("GET"));
  const { host, status, reason, header, refusal } = answer;
  const contentType = header("content-type");
  if (status !== 200) {
    await judge({ operation, status, reason, contentType, body: refusal });
    throw new PveProtocolError(operation, status, `answered ${status} instead of a file`);
  }
  const filename = /filename="?([^";]+)"?/i.exec(header("content-disposition"))?.[1];
  const size = header("content-encoding") === "" ? header("content-length") : "";
  return {
    stream: asStream(answer, { operation, host }, options.signal),
    contentType,
    ...(filename === undefined ? {} : { filename }),
    ...(size === "" ? {} : { size: Number(size) }),
  };
}

function pathProblems(values: Asked["values"]): Record<string, string> {
  const found = Object.entries(values).map(([name, value]) => [name, pathProblem(name, value)] as const);
  return Object.fromEntries(found.flatMap(([name, problem]) => (problem === undefined ? [] : [[name, problem]])));
}

type Heard = Omit<Opened, "host" | "refusal">;

async function open(
  { transport }: ClientLink,
  url: string,
  credentials: Readonly<Record<string, string>>,
  { signal, idleTimeout = IDLE_TIMEOUT }: DownloadOptions & { readonly signal: AbortSignal },
): Promise<Opened> {
  const headers = { ...credentials, accept: "*/*" };
  const connector = connectorBehind(transport);
  const heard =
    connector === undefined
      ? await fetchWhole(transport, url, headers, signal)
      : await fetchStream(connector, url, { method: "GET", headers, signal, idleTimeout });
  const refusal = heard.status === 200 ? "" : await readText(heard.pieces);
  return { ...heard, host: new URL(url).host, refusal };
}

async function fetchWhole(
  transport: Transport,
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Heard> {
  try {
    const response = await transport(url, { method: "GET", headers, signal, redirect: "manual" });
    const { status, statusText: reason } = response;
    return { status, reason, header: (name) => response.headers.get(name) ?? "", ...piecesOf(response) };
  } catch (error) {
    throw asFault(error);
  }
}

async function fetchStream(connector: Connector, url: string, asked: StreamRequest): Promise<Heard> {
  const { status, reason, header, body } = await requestStream(connector, url, asked);
  // PVE compresses some answers although nobody asked. A pipeline, so that the end of either is the end of both.
  const pieces = header("content-encoding") === "gzip" ? pipeline(body, createGunzip(), () => undefined) : body;
  return { status, reason, header, pieces, close: () => void pieces.destroy() };
}

/** A fetch's answer can be read as it comes; another transport's may be there as a whole only. */
function piecesOf(response: { arrayBuffer(): Promise<ArrayBuffer> }): Pick<Heard, "pieces" | "close"> {
  if (!("body" in response && response.body instanceof ReadableStream)) {
    return { pieces: wholeOf(response), close: () => undefined };
  }
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  return { pieces: readPieces(reader), close: () => reader.cancel() };
}

async function* wholeOf(response: { arrayBuffer(): Promise<ArrayBuffer> }): AsyncGenerator<Uint8Array, void, void> {
  yield new Uint8Array(await response.arrayBuffer());
}

async function* readPieces(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
  } finally {
    await reader.cancel();
  }
}

async function readText(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const heard: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of pieces) {
      heard.push(piece);
      length += piece.length;
      if (length > LONGEST_REFUSAL) break;
    }
  } catch {
    // Cut off together with the connection; the status line says enough.
  }
  return new TextDecoder().decode(Buffer.concat(heard));
}

/** Gives a piece only when it is asked for, so that nothing piles up here. */
function asStream({ pieces, close }: Opened, target: Target, signal?: AbortSignal): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const step = await iterator.next();
          if (step.done === true) controller.close();
          else controller.enqueue(new Uint8Array(step.value));
        } catch (error) {
          const known = error instanceof PveConnectionError ? error : asConnectionFault(error, "maybe");
          const kind = signal?.aborted === true ? "aborted" : known.kind;
          controller.error(connectionError(target, { kind, sent: "maybe" }));
        }
      },
      // Not by way of the iterator: one that has not begun, or waits for a piece, would not hear of it.
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}
