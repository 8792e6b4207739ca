import { randomUUID } from "node:crypto";
import type { PveHandle } from "./client.js";
import { judge } from "./envelope.js";
import { PveParameterError, PveProtocolError } from "./errors.js";
import { linkOf } from "./link.js";
import { multipartFrame } from "./multipart.js";
import { fillPath, pathProblem } from "./route.js";
import type { Task } from "./task.js";
import { isUpid } from "./upid.js";
import { type UploadContent, uploadName, uploadNameProblem } from "./upload-name.js";
import { sendUpload } from "./upload-send.js";
import { checksumOf, openSource, type UploadFile, type UploadSource } from "./upload-source.js";

/** How PVE can check a file. */
export type ChecksumAlgorithm = "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512";

/** How far an upload is. */
export interface UploadProgress {
  /** `checksum`: reading the file for the first time; `upload`: sending it. */
  readonly step: "checksum" | "upload";
  readonly bytes: number;
  readonly total: number;
}

/** What to upload, and where. */
export interface UploadOptions {
  /** Best the node that the client speaks to: another one's file is stored twice on its way. */
  readonly node: string;
  /** Must be a storage of files (directory, NFS, CIFS, CephFS …) that allows this content. */
  readonly storage: string;
  readonly content: UploadContent;
  readonly file: UploadFile;
  /** Default: the file's own. Becomes what `uploadName` makes of it. */
  readonly filename?: string | undefined;
  /**
   * Makes PVE check what arrived. An algorithm alone reads the file twice, because PVE wants the checksum first; a
   * stream can be read only once, so its value must be given.
   */
  readonly checksum?: ChecksumAlgorithm | { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
  /** Breaks the upload off; PVE keeps nothing of it. Once all was sent, the task runs on. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without progress until the upload is given up. Default: 60 000. */
  readonly idleTimeout?: number | undefined;
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined;
}

const OPERATION = "POST /nodes/{node}/storage/{storage}/upload";
const IDLE_TIMEOUT = 60_000;
const DIGITS: Readonly<Record<ChecksumAlgorithm, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
};

/**
 * Uploads an ISO image, a container template or a disk image, streaming it with constant memory. An existing file of
 * that name is overwritten. Resolves when PVE has everything and its task (`imgcopy`) has begun, which checks the file
 * and puts it in place: `await (await upload(pve, …)).done()`. Needs `Datastore.AllocateTemplate`. Route:
 * `POST /nodes/{node}/storage/{storage}/upload`.
 *
 * Never sent twice, but for a renewed ticket. A file that lies on a web server can be fetched by the node itself:
 * `POST /nodes/{node}/storage/{storage}/download-url`.
 * @throws PveParameterError when the name or the file cannot be right; also in mid-upload, when a file ends too early
 * @throws PveConnectionError · PveRequestError · PveProtocolError as every call; `aborted` when the signal fired
 */
export async function upload(pve: PveHandle, options: UploadOptions): Promise<Task> {
  const link = linkOf(pve);
  const { node, storage, content, onProgress, idleTimeout = IDLE_TIMEOUT } = options;
  const source = await openSource(options.file);
  const filename = uploadName(options.filename ?? source.name);
  verify(options, source, filename);
  const signal = options.signal ?? new AbortController().signal;
  const checksum = await readChecksum(options, source, signal);
  const form = { content, filename, ...(checksum === undefined ? {} : { checksum }) };
  await link.before?.({ route: OPERATION, params: { node, storage, content, filename } });
  const { status, reason, headers, bytes } = await sendUpload(link, {
    operation: OPERATION,
    path: fillPath("/nodes/{node}/storage/{storage}/upload", { node, storage }),
    frame: multipartFrame(form, `----PveClient${randomUUID().replaceAll("-", "")}`),
    source,
    signal,
    idleTimeout,
    onBytes: (count) => onProgress?.({ step: "upload", bytes: count, total: source.size }),
  });
  const contentType = headers.get("content-type") ?? "";
  const body = new TextDecoder().decode(bytes);
  const { data } = await judge({ operation: OPERATION, status, reason, contentType, body });
  if (!isUpid(data)) throw new PveProtocolError(OPERATION, status, "answered without a task id");
  return pve.task(data);
}

function verify({ node, storage, content, checksum }: UploadOptions, source: UploadSource, filename: string): void {
  const found: Record<string, string | undefined> = {
    node: pathProblem("node", node),
    storage: pathProblem("storage", storage),
    filename: uploadNameProblem(filename, content),
    checksum: checksum === undefined ? undefined : checksumProblem(checksum, source),
  };
  const problems = Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  if (Object.keys(problems).length > 0) throw new PveParameterError({ operation: "upload", problems });
}

function checksumProblem(checksum: NonNullable<UploadOptions["checksum"]>, source: UploadSource): string | undefined {
  const algorithm = typeof checksum === "string" ? checksum : checksum.algorithm;
  if (!Object.hasOwn(DIGITS, algorithm)) return `is none of ${Object.keys(DIGITS).join(", ")}`;
  if (typeof checksum !== "string") {
    const digits = DIGITS[algorithm];
    const isHex = checksum.value.length === digits && /^[0-9a-f]+$/i.test(checksum.value);
    return isHex ? undefined : `must be ${digits} hex digits for ${algorithm}`;
  }
  return source.isRepeatable ? undefined : "of a stream cannot be computed beforehand; give { algorithm, value }";
}

async function readChecksum(options: UploadOptions, source: UploadSource, signal: AbortSignal) {
  const { checksum: algorithm, onProgress } = options;
  if (typeof algorithm !== "string") return algorithm;
  let bytes = 0;
  const onBytes = (count: number) => {
    bytes += count;
    onProgress?.({ step: "checksum", bytes, total: source.size });
  };
  return { algorithm, value: await checksumOf(source, algorithm, { signal, onBytes }) };
}
