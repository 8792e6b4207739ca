import { createHash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { PveParameterError } from "./errors.js";

/** Bytes whose number is known beforehand: PVE takes no body without a length. */
export interface UploadStream {
  readonly stream: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;
  /** How many bytes the stream will give. */
  readonly size: number;
}

/** What can be uploaded: the path of a file, a Blob, or a stream with its size. */
export type UploadFile = string | Blob | UploadStream;

/** A file, ready to be read. */
export interface UploadSource {
  readonly size: number;
  /** Its own name, if it has one. */
  readonly name: string;
  /** Whether it can be read more than once. */
  readonly isRepeatable: boolean;
  /** Reads it from the start. A piece is good only until the next one is asked for. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

const PIECE = 512 * 1024;

/**
 * Finds out how large a file is and how to read it.
 * @throws PveParameterError when there is no such file, or when the size is no number of bytes
 */
export async function openSource(file: UploadFile): Promise<UploadSource> {
  if (typeof file === "string") return fileSource(file);
  if (file instanceof Blob) {
    const name = "name" in file && typeof file.name === "string" ? file.name : "";
    return { size: file.size, name, isRepeatable: true, open: () => file.stream() };
  }
  if (!Number.isSafeInteger(file.size) || file.size < 0) throw problem("file", "needs its size in bytes");
  return { size: file.size, name: "", isRepeatable: false, open: () => file.stream };
}

async function fileSource(path: string): Promise<UploadSource> {
  const facts = await stat(path).catch((error: unknown) => {
    throw problem("file", `cannot be read (${codeOf(error)})`);
  });
  if (!facts.isFile()) throw problem("file", "is no file");
  return { size: facts.size, name: basename(path), isRepeatable: true, open: () => readFile(path) };
}

/** Reads with two buffers by turns, filling one while the other is used: a fresh one each time grows the heap. */
async function* readFile(path: string): AsyncGenerator<Uint8Array, void, void> {
  await using file = await open(path);
  const buffers = [Buffer.allocUnsafeSlow(PIECE), Buffer.allocUnsafeSlow(PIECE)] as const;
  const read = (turn: number) => {
    const work = file.read(turn % 2 === 0 ? buffers[0] : buffers[1], 0, PIECE);
    // Whoever stops early never looks at what was read ahead.
    work.catch(() => undefined);
    return work;
  };
  let ahead = read(0);
  for (let turn = 1; ; turn += 1) {
    const { bytesRead, buffer } = await ahead;
    if (bytesRead === 0) return;
    ahead = read(turn);
    yield buffer.subarray(0, bytesRead);
  }
}

/** Reads a source to its end and computes its checksum, in hex. */
export async function checksumOf(
  source: UploadSource,
  algorithm: string,
  watch: { readonly signal: AbortSignal; readonly onBytes: (count: number) => void },
): Promise<string> {
  const hash = createHash(algorithm);
  for await (const piece of exactly(source)) {
    if (watch.signal.aborted) break;
    hash.update(piece);
    watch.onBytes(piece.length);
  }
  return hash.digest("hex");
}

/**
 * The bytes of a source, which must be as many as it promised.
 * @throws PveParameterError when they are more or fewer, or cannot be read
 */
export async function* exactly(source: UploadSource): AsyncGenerator<Uint8Array, void, void> {
  let count = 0;
  for await (const piece of readable(source)) {
    count += piece.length;
    if (count > source.size) throw problem("file", `has more than the ${source.size} bytes it should have`);
    // A Blob may come as one piece: on a slow line that would be no progress for long, and no chance to stop.
    for (let start = 0; start < piece.length; start += PIECE) yield piece.subarray(start, start + PIECE);
  }
  if (count < source.size) throw problem("file", `ended after ${count} of ${source.size} bytes`);
}

async function* readable(source: UploadSource): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* source.open();
  } catch (error) {
    // Trouble with the disk; a stream of the caller's fails with whatever it likes, and that is passed on.
    if (source.isRepeatable) throw problem("file", `cannot be read (${codeOf(error)})`);
    throw error;
  }
}

/** The error for a file that cannot be uploaded as it is. */
export function problem(field: string, text: string): PveParameterError {
  return new PveParameterError({ operation: "upload", problems: { [field]: text } });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
