import { Buffer } from "node:buffer";
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
  const headers = new Headers();
  for (const [name, value] of reply.headers) {
    headers.append(name, value);
  }
  // A reason phrase is bytes; where it is not ASCII, fetch shows them as Latin-1.
  const statusText = Buffer.from(reply.reason, "utf8").toString("latin1");
  return new Response(reply.body.length > 0 ? Buffer.from(reply.body) : null, {
    status: reply.status,
    statusText,
    headers,
  });
}
