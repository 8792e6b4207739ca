import type { WireResponse } from "./http-message.js";

/** The head of a request, taken apart. */
export interface RequestHead {
  readonly method: string;
  /** Still encoded. */
  readonly target: string;
  readonly version: "1.0" | "1.1";
  /** Names in lower case; repeated ones are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A head that is answered without being looked at any further. */
export interface HeadRefusal {
  readonly status: number;
  readonly text: string;
}

const maxHeaderLines = 64;
const maxHeaderBytes = 8192;

/** Reads a request's head; `silence` for one that is too large: PVE stops reading and never answers. */
export function parseHead(text: string): RequestHead | HeadRefusal | "silence" {
  const [first = "", ...lines] = text.split("\r\n");
  const [, method, target, major, minor] = /^(\S+)\s+(\S+)\s+HTTP\/(\d+)\.(\d+)$/i.exec(first) ?? [];
  if (method === undefined || target === undefined) {
    return { status: 400, text: "bad request" };
  }
  if (major !== "1") {
    return { status: 506, text: `http protocol version ${major}.${minor} not supported` };
  }
  if (lines.length >= maxHeaderLines || text.length - first.length >= maxHeaderBytes) {
    return "silence";
  }
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value = ""] = /^([^\s:]+)[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined) {
      return { status: 400, text: "bad request" };
    }
    const key = name.toLowerCase();
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
  }
  return { method, target, version: minor === "0" ? "1.0" : "1.1", headers };
}

/** Whether the caller asks for the connection to be closed. */
export function asksToClose({ version, headers }: RequestHead): boolean {
  const connection = headers["connection"] ?? "";
  return /\bclose\b/i.test(connection) || (version === "1.0" && !/\bkeep-alive\b/i.test(connection));
}

/** Status line and headers. With `close`, that is what the connection header says, whatever the answer says. */
export function formatHead(reply: WireResponse, version: string, close: boolean): string {
  const headers = close ? withClose(reply.headers) : reply.headers;
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/${version} ${reply.status} ${reply.reason}\r\n${lines.join("")}\r\n`;
}

function withClose(headers: WireResponse["headers"]): WireResponse["headers"] {
  let isSaid = false;
  return headers.flatMap((header) => {
    if (header[0] !== "Connection") {
      return [header];
    }
    const again = isSaid;
    isSaid = true;
    return again ? [] : [["Connection", "close"] as const];
  });
}
