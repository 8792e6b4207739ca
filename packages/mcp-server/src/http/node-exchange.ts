import type { IncomingMessage, ServerResponse } from "node:http";

/** A body is longer than it may be. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
}

/**
 * Reads a request's body to its end.
 *
 * @throws BodyTooLargeError as soon as it is longer than `limit` bytes; what else is sent is not read.
 */
export async function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(incoming.headers["content-length"] ?? 0) > limit) throw new BodyTooLargeError();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw new BodyTooLargeError();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/**
 * The request in the form of the web, as the SDK's handler takes it; without the token, which is nobody else's business, and
 * without the body where that is handed over beside it.
 */
export function webRequestOf(incoming: IncomingMessage, body: Buffer | undefined, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined && name !== "authorization")
      headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const { method = "GET" } = incoming;
  const bodied = method !== "GET" && method !== "HEAD";
  return new Request(`http://mcp${incoming.url ?? "/"}`, {
    method,
    headers,
    signal,
    ...(bodied && body !== undefined && { body: new Uint8Array(body) }),
  });
}

/** Sends an answer of the web. Resolves when it is written or the client has gone; a stream is read no faster than it is taken. */
export async function sendWebResponse(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) {
    outgoing.end();
    return;
  }
  const reader = response.body.getReader();
  outgoing.once("close", () => void reader.cancel().catch(() => {}));
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (!outgoing.write(part.value)) await drained(outgoing);
    }
  } finally {
    outgoing.end();
  }
}

function drained(outgoing: ServerResponse): Promise<void> {
  // Whoever has gone takes nothing more, and says nothing more either.
  if (outgoing.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const go = (): void => {
      outgoing.off("drain", go).off("close", go);
      resolve();
    };
    outgoing.once("drain", go).once("close", go);
  });
}
