import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { deflateSync, gzipSync } from "node:zlib";
import type { WireRequest, WireResponse } from "./http-message.js";
import { type Incoming, readIncoming } from "./listen-bytes.js";
import { asksToClose, formatHead, parseHead, type RequestHead } from "./listen-head.js";
import { serveWebsocket, wantsWebsocket } from "./listen-websocket.js";

/** Answers a request; `undefined`: the connection is left to time out. */
export type Answer = (request: WireRequest) => Promise<WireResponse | undefined>;

/** How a connection is served. */
export interface Conversation {
  readonly answer: Answer;
  /** Ends the connection by a TCP reset. */
  readonly reset: () => void;
  /** Milliseconds after which an idle connection is closed. */
  readonly idleTimeout: number;
}

const requestsPerConnection = 100;

/**
 * Speaks HTTP/1 on one connection as PVE's own server does, one request after the other. Node's server is not used: it
 * can neither send two `Connection` headers nor leave a request unanswered.
 */
export async function converse(socket: Socket, conversation: Conversation): Promise<void> {
  const incoming = readIncoming(socket);
  socket.on("error", () => socket.destroy());
  const idle = watchIdle(socket, conversation.idleTimeout);
  for (let count = 1; ; count += 1) {
    const text = await incoming.head();
    if (text === undefined || !(await exchange({ socket, incoming, idle }, text, conversation, count))) {
      return;
    }
  }
}

/** Closes a connection on which nothing happens, except while an answer is being made: that takes as long as it takes. */
interface IdleWatch {
  pause(): void;
  /** Counts on; from zero after a pause that was longer than the timeout. */
  resume(): void;
}

function watchIdle(socket: Socket, timeout: number): IdleWatch {
  // Setting the timer anew for each request costs a tenth of a small answer's time.
  let isPaused = false;
  let isOver = false;
  socket.setTimeout(timeout);
  socket.on("timeout", () => {
    isOver = true;
    if (!isPaused) {
      socket.destroy();
    }
  });
  return {
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
      if (isOver) {
        isOver = false;
        socket.setTimeout(timeout);
      }
    },
  };
}

/** One connection while it lasts. */
interface Line {
  readonly socket: Socket;
  readonly incoming: Incoming;
  readonly idle: IdleWatch;
}

/** One request and its answer; false when the connection is not to be used again. */
async function exchange(
  { socket, incoming, idle }: Line,
  text: string,
  { answer, reset }: Conversation,
  count: number,
): Promise<boolean> {
  const head = parseHead(text);
  if (head === "silence") {
    return false;
  }
  if ("text" in head) {
    const { status, text: reason } = head;
    socket.end(
      `HTTP/1.0 ${status} ${reason}\r\nConnection: close\r\nContent-Length: ${reason.length}\r\n\r\n${reason}`,
    );
    return false;
  }
  const body = bodyOf(incoming, head, idle);
  idle.pause();
  const reply = await answer({ ...head, length: body.length, body: body.read });
  idle.resume();
  if (!reply || reply.reset === "before-head") {
    if (reply) {
      reset();
    }
    return false;
  }
  if (reply.console !== undefined && wantsWebsocket(head.headers)) {
    await serveWebsocket(socket, incoming, head.headers, reply.console);
    return false;
  }
  const close = count >= requestsPerConnection || reply.status >= 400 || asksToClose(head) || !body.isRead();
  await send(socket, compress(reply, head.headers["accept-encoding"] ?? ""), head.version, close);
  if (reply.reset !== undefined) {
    reset();
  } else if (close) {
    socket.end();
  }
  return !close && reply.reset === undefined;
}

/** Reads the body when it is asked for; an announced body that does not come ends in the idle timeout. */
function bodyOf(
  incoming: Incoming,
  { headers }: RequestHead,
  idle: IdleWatch,
): { readonly length: number; readonly isRead: () => boolean; readonly read: () => Promise<Uint8Array> } {
  const length = /^\d+$/.test(headers["content-length"] ?? "") ? Number(headers["content-length"]) : 0;
  let isRead = length === 0;
  return {
    length,
    isRead: () => isRead,
    read: async () => {
      idle.resume();
      const bytes = await incoming.bytes(length);
      idle.pause();
      if (!bytes) {
        throw new Error("the connection was closed before the body was complete");
      }
      isRead = true;
      return bytes;
    },
  };
}

function send(socket: Socket, reply: WireResponse, version: string, close: boolean): Promise<void> {
  const head = Buffer.from(formatHead(reply, version, close), "utf8");
  const size = reply.reset === "in-body" ? Math.ceil(reply.body.length / 2) : reply.body.length;
  return new Promise((resolve) => {
    socket.write(Buffer.concat([head, reply.body.subarray(0, size)]), () => resolve());
  });
}

/** Bodies over 1 KiB are compressed for whoever asks. */
function compress(reply: WireResponse, accepted: string): WireResponse {
  const encoding = /gzip/.test(accepted) ? "gzip" : /deflate/.test(accepted) ? "deflate" : undefined;
  if (!encoding || reply.body.length <= 1024 || reply.headers.some(([name]) => name === "Content-Encoding")) {
    return reply;
  }
  const body = encoding === "gzip" ? gzipSync(reply.body) : deflateSync(reply.body);
  const headers = reply.headers.map(([name, value]) =>
    name === "Content-Length" ? ([name, String(body.length)] as const) : ([name, value] as const),
  );
  return { ...reply, body, headers: [["Content-Encoding", encoding], ...headers] };
}
