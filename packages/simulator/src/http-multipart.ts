import { Buffer } from "node:buffer";

/** An uploaded file with the fields before it. */
export interface Multipart {
  readonly fields: Readonly<Record<string, string>>;
  readonly filename: string;
  readonly bytes: Uint8Array;
}

/** Why an upload body cannot be read. */
export interface MultipartProblem {
  readonly status: number;
  /** Empty: answered without body. */
  readonly text: string;
  readonly reason: string;
}

const source = "at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line";
/** PVE looks for these one after the other: each may be missing, none may come in front of an earlier one. */
const fieldOrder = ["content", "checksum-algorithm", "checksum"];

function broken(text: string): MultipartProblem {
  return { status: 500, text, reason: text };
}

/** Takes the boundary out of a content type; `undefined` when it is no multipart form. Quotes are not understood. */
export function multipartBoundary(contentType: string): string | undefined {
  return /^multipart\/form-data\s*;\s*boundary=(\S+)$/.exec(contentType)?.[1];
}

/**
 * Reads a multipart upload the way PVE streams it: simple fields in a fixed order, then the part named `filename`;
 * whatever follows the file is ignored.
 */
export function readMultipart(body: Uint8Array, boundary: string): Multipart | MultipartProblem {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1");
  const fields: Record<string, string> = {};
  let last = -1;
  let start = text.indexOf(`--${boundary}`);
  while (start >= 0) {
    const head = /^--[^\r\n]*\r?\n([\s\S]*?)\r?\n\r?\n/.exec(text.slice(start, start + 16_384));
    if (!head) {
      break;
    }
    const from = start + head[0].length;
    const [, name = "", filename] =
      /^Content-Disposition: form-data; name="([^"]*)"(?:; filename="([^"]*)")?/im.exec(head[1] ?? "") ?? [];
    const next = endOfPart(text, from, boundary);
    if (next === undefined) {
      break;
    }
    if (filename !== undefined) {
      const bytes = body.subarray(from, next.end);
      return name === "filename"
        ? { fields, filename: Buffer.from(filename, "latin1").toString("utf8"), bytes }
        : broken(`wrong field name '${name}' for file upload, expected 'filename' ${source} 1325.`);
    }
    const position = fieldOrder.indexOf(name);
    if (position <= last) {
      // The text PVE dies with holds a carriage return, so its HTTP layer answers this instead.
      return { status: 400, text: "", reason: "Bad Request" };
    }
    last = position;
    fields[name] = text.slice(from, next.end);
    start = next.boundary;
  }
  return broken(`upload failed ${source} 1370.`);
}

/** Where a part ends: before the line break in front of the next boundary. */
function endOfPart(text: string, from: number, boundary: string): { end: number; boundary: number } | undefined {
  const at = text.indexOf(`\n--${boundary}`, from - 1);
  if (at < 0) {
    return undefined;
  }
  const end = text[at - 1] === "\r" ? at - 1 : at;
  return { end: Math.max(from, end), boundary: at + 1 };
}
