import { Buffer } from "node:buffer";
import type { WireRequest, WireResponse } from "./http-message.js";

/** What plain HTTP gets on the TLS port. */
export async function redirectToTls(request: WireRequest): Promise<WireResponse> {
  const isRead = request.method === "GET" || request.method === "HEAD";
  const reason = isRead ? "Moved Permanently" : "Permanent Redirect";
  const body = Buffer.from(reason);
  return {
    status: isRead ? 301 : 308,
    reason,
    headers: [
      ["Connection", "Keep-Alive"],
      ["Location", `https://${request.headers["host"] ?? "localhost"}${request.target}`],
      ["Content-Length", String(body.length)],
    ],
    body,
  };
}
