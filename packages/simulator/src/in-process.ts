import { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import type { WireRequest, WireResponse } from "./http-message.js";

/**
 * Turns the arguments of `fetch` into a request as the simulator's HTTP layer sees it. A body of unknown length is
 * announced as chunked, as a real `fetch` would send it.
 */
export async function toWireRequest(request: Request, init: RequestInit | undefined): Promise<WireRequest> {
  const url = new URL(request.url);
  const headers = Object.fromEntries([...request.headers].map(([name, value]) => [name.toLowerCase(), value]));
  const isStream = typeof init?.body === "object" && init.body !== null && Symbol.asyncIterator in init.body;
  const bytes = request.body ? new Uint8Array(await request.arrayBuffer()) : new Uint8Array();
  return {
    method: request.method,
    target: `${url.pathname}${url.search}`,
    headers: isStream ? { ...headers, "transfer-encoding": "chunked" } : headers,
    length: isStream ? 0 : bytes.length,
    body: async () => bytes,
  };
}

/** Turns an answer into what `fetch` resolves to; without one, fails as `fetch` does when the other side hangs up. */
export function toResponse(reply: WireResponse | undefined): Response {
  if (!reply) {
    const cause = Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" });
    throw new TypeError("fetch failed", { cause });
  }
  if (reply.reset === "before-head") {
    throw new TypeError("fetch failed", { cause: connectionReset() });
  }
  const headers = new Headers();
  for (const [name, value] of reply.headers) {
    headers.append(name, value);
  }
  // A reason phrase is bytes; where it is not ASCII, fetch shows them as Latin-1.
  const statusText = Buffer.from(reply.reason, "utf8").toString("latin1");
  // A real fetch takes the compression off and leaves the header.
  const plain = headers.get("content-encoding") === "gzip" ? gunzipSync(reply.body) : reply.body;
  const body = plain.length > 0 ? Buffer.from(plain) : null;
  const { status } = reply;
  return new Response(body && reply.reset === "in-body" ? cutOff(body) : body, { status, statusText, headers });
}

function connectionReset(): Error {
  return Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" });
}

/** The first half of a body, and then the error that a reset connection ends in. */
function cutOff(body: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> {
  let isOut = false;
  return new ReadableStream({
    pull(controller) {
      if (isOut) {
        controller.error(new TypeError("terminated", { cause: connectionReset() }));
      } else {
        controller.enqueue(body.subarray(0, Math.ceil(body.length / 2)));
        isOut = true;
      }
    },
  });
}
