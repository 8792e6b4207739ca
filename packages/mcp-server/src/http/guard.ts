import type { IncomingMessage, ServerResponse } from "node:http";
import { localhostAllowedOrigins, validateHostHeader, validateOriginHeader } from "@modelcontextprotocol/server";
import type { HttpConfig } from "./http-config.js";
import { answerProblem } from "./plain-answer.js";

/** Looks at whom a request is addressed to and which web page sent it. `answered` when it goes no further. */
export type Guard = (incoming: IncomingMessage, outgoing: ServerResponse) => "passed" | "answered";

const REQUEST_HEADERS =
  "authorization, content-type, accept, last-event-id, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name";

/**
 * Makes the guard against web pages that were not invited: a page whose name was bent to this machine (DNS rebinding)
 * shows in `Host`, any other in `Origin`. Pages named in the configuration may read answers as well.
 */
export function createGuard({ hosts, origins, loopback, url }: HttpConfig): Guard {
  const own = url === undefined ? [] : [new URL(url).hostname];
  const welcome = [...origins, ...own, ...(loopback ? localhostAllowedOrigins() : [])];
  return (incoming, outgoing) => {
    const host = validateHostHeader(incoming.headers.host, [...hosts]);
    if (!host.ok) {
      answerProblem(outgoing, { status: 403, text: "this server does not answer to that host name (http.hosts)" });
      return "answered";
    }
    const { origin } = incoming.headers;
    const page = validateOriginHeader(origin, welcome);
    if (!page.ok) {
      answerProblem(outgoing, {
        status: 403,
        text: "web pages of that origin may not call this server (http.origins)",
      });
      return "answered";
    }
    if (origin === undefined || page.hostname === undefined || !origins.includes(page.hostname)) return "passed";
    outgoing.setHeader("access-control-allow-origin", origin).setHeader("vary", "origin");
    outgoing.setHeader("access-control-expose-headers", "www-authenticate, mcp-protocol-version");
    if (incoming.method !== "OPTIONS") return "passed";
    outgoing.setHeader("access-control-allow-methods", "POST, GET").setHeader("access-control-max-age", "600");
    outgoing.setHeader("access-control-allow-headers", REQUEST_HEADERS).writeHead(204).end();
    return "answered";
  };
}
