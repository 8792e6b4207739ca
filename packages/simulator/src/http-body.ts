import { Buffer } from "node:buffer";
import type { Upload } from "./handler.js";
import { decodeForm, decodeJson, type RawParams } from "./http-form.js";
import { emptyRefusal, plainRefusal, type Reply, type WireRequest } from "./http-message.js";
import { multipartBoundary, readMultipart } from "./http-multipart.js";

/** What query and body amount to. */
export interface Decoded {
  readonly params: RawParams;
  readonly upload?: Upload;
}

/** The connection is closed without an answer. */
export const silence = Symbol("closed without an answer");

const bodyLimit = 524_288;

/** Refuses what no operation takes: bodies where none belong, too large ones, unknown content types. */
export function refuseBody(request: WireRequest, query: string, isUpload: boolean): Reply | typeof silence | undefined {
  if (request.length === 0) {
    return undefined;
  }
  if (request.method !== "POST" && request.method !== "PUT") {
    return plainRefusal(501, `Unexpected content for method '${request.method}'`);
  }
  const contentType = request.headers["content-type"] ?? "";
  if (isUpload) {
    // PVE's checks die where nobody answers any more; the connection times out.
    const isForged = Object.hasOwn(decodeForm(query), "tmpfilename");
    return isForged || multipartBoundary(contentType) === undefined ? silence : undefined;
  }
  if (request.length > bodyLimit) {
    return plainRefusal(501, "for data too large");
  }
  return contentType === "" || isForm(contentType) || isJson(contentType)
    ? undefined
    : plainRefusal(506, `upload 'Content-Type '${contentType}' not implemented`);
}

/** What a query string holds. */
export function decodeQuery(query: string): RawParams {
  return withoutCacheBuster(decodeForm(query));
}

/** Query and body together; the query wins. */
export async function decodeBody(request: WireRequest, query: string, isUpload: boolean): Promise<Decoded | Reply> {
  const fromQuery = decodeQuery(query);
  const contentType = request.headers["content-type"] ?? "";
  if (isUpload && request.length > 0) {
    return decodeUpload(await request.body(), contentType, fromQuery);
  }
  const bytes = Buffer.from(request.length > 0 ? await request.body() : []);
  if (isJson(contentType)) {
    const decoded = decodeJson(bytes.toString("utf8"));
    return typeof decoded === "string"
      ? plainRefusal(500, `${decoded}\n`)
      : { params: { ...withoutCacheBuster(decoded), ...fromQuery } };
  }
  return { params: { ...withoutCacheBuster(decodeForm(bytes.toString("latin1"))), ...fromQuery } };
}

function decodeUpload(bytes: Uint8Array, contentType: string, fromQuery: RawParams): Decoded | Reply {
  const read = readMultipart(bytes, multipartBoundary(contentType) ?? "");
  if ("status" in read) {
    return read.text === "" ? emptyRefusal(read.status, read.reason) : plainRefusal(read.status, `${read.text}\n`);
  }
  return { params: { ...read.fields, filename: read.filename, ...fromQuery }, upload: { bytes: read.bytes } };
}

function isForm(contentType: string): boolean {
  return /^application\/x-www-form-urlencoded\s*(;|$)/.test(contentType);
}

function isJson(contentType: string): boolean {
  return /^application\/json\s*(;|$)/.test(contentType);
}

/** ExtJS adds `_dc` to every URL. */
function withoutCacheBuster({ _dc, ...params }: RawParams): RawParams {
  return params;
}
