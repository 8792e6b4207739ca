import type { OpenConsole } from "./http-console.js";

/** One request as it arrives, before anything has been judged. */
export interface WireRequest {
  readonly method: string;
  /** As in the request line: path and query, still encoded. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** What `Content-Length` announces; 0 without body. */
  readonly length: number;
  /** Reads the body. Not called when the request is refused before. */
  body(): Promise<Uint8Array>;
}

/** One answer. */
export interface WireResponse {
  readonly status: number;
  /** The reason phrase, as text. */
  readonly reason: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
  /** What a websocket is connected to, if the request asked for one. */
  readonly console?: OpenConsole;
  /** Where a fault resets the connection; half the body is out with `in-body`. */
  readonly reset?: "before-head" | "in-body" | "after-body";
}

/** What an answer holds, before the headers that every answer has. */
export interface Reply {
  readonly status: number;
  readonly reason: string;
  readonly contentType?: string;
  /** Headers beside the ones that every answer has. */
  readonly extra?: readonly (readonly [string, string])[];
  /** Absent: no body and no `Content-Length` either. */
  readonly body?: string | Uint8Array;
  /** Executed by the root daemon, whose own `Connection: close` shines through. */
  readonly viaDaemon?: boolean;
  /** What a websocket is connected to. */
  readonly console?: OpenConsole;
}

const encoder = new TextEncoder();

/** Adds what every answer of PVE carries. `now` is epoch milliseconds. */
export function toWire(reply: Reply, now: number): WireResponse {
  const date = new Date(now).toUTCString();
  const bytes = typeof reply.body === "string" ? encoder.encode(reply.body) : reply.body;
  const daemon: [string, string][] = reply.viaDaemon ? [["Connection", "close"]] : [];
  return {
    status: reply.status,
    reason: reply.reason,
    headers: [
      ["Cache-Control", "max-age=0"],
      ...(reply.status >= 400 ? [] : daemon),
      ["Connection", reply.status >= 400 ? "close" : "Keep-Alive"],
      ["Date", date],
      ["Pragma", "no-cache"],
      ["Server", "pve-api-daemon/3.0"],
      ...(bytes ? [["Content-Length", String(bytes.length)] as const] : []),
      ...(reply.contentType ? [["Content-Type", reply.contentType] as const] : []),
      ...(reply.extra ?? []),
      ["Expires", date],
    ],
    body: bytes ?? new Uint8Array(),
    ...(reply.console === undefined ? {} : { console: reply.console }),
  };
}

/** A refusal of the HTTP layer: the text is both the reason phrase and the body (with Perl's newline, if there is one). */
export function plainRefusal(status: number, text: string): Reply {
  return { status, reason: firstLine(text), body: text };
}

/** A refusal without any body: authentication, unknown methods, unreachable nodes. */
export function emptyRefusal(status: number, reason: string): Reply {
  return { status, reason };
}

/** The reason phrase of a text is its first line. */
export function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
