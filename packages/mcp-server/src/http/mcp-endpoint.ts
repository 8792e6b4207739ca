import type { IncomingMessage, ServerResponse } from "node:http";
import { type AuthInfo, createMcpHandler } from "@modelcontextprotocol/server";
import type { Caller } from "../caller.js";
import type { Visitor } from "./admission.js";
import type { HttpConfig } from "./http-config.js";
import type { HttpServing } from "./http-server.js";
import { BodyTooLargeError, readBody, sendWebResponse, webRequestOf } from "./node-exchange.js";
import { answerProblem } from "./plain-answer.js";

/** Answers the MCP requests of a caller who was let in. */
export interface McpEndpoint {
  readonly answer: (visitor: Visitor, incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;
  /** Ends what is still under way. */
  readonly close: () => Promise<void>;
}

/**
 * Makes the endpoint. Every request gets a server of its own, made for its caller, so any process can answer any request;
 * both eras of the protocol are spoken, the earlier one without sessions.
 */
export function createMcpEndpoint(
  { bodyLimit, timeout }: HttpConfig,
  { serverFor, log }: Pick<HttpServing, "serverFor" | "log">,
): McpEndpoint {
  const callers = new WeakMap<AuthInfo, Caller>();
  const handler = createMcpHandler(
    ({ authInfo }) => {
      const caller = authInfo === undefined ? undefined : callers.get(authInfo);
      if (caller === undefined) throw new Error("a request without a caller reached MCP");
      return serverFor(caller);
    },
    { maxRequestBodySize: bodyLimit, onerror: (error) => log.warn(`HTTP: ${error.message}`) },
  );
  return {
    close: handler.close,
    async answer({ caller, charge }, incoming, outgoing) {
      if (incoming.method !== "POST") return answerProblem(outgoing, NOT_HERE);
      const body = await readBody(incoming, bodyLimit).catch(bodyProblem);
      if (!Buffer.isBuffer(body)) return answerProblem(outgoing, { ...body, headers: { connection: "close" } });
      const stop = new AbortController();
      const late = setTimeout(() => {
        answerProblem(outgoing, { status: 504, text: `no answer within ${timeout / 1000} s` });
        stop.abort();
      }, timeout);
      outgoing.once("close", () => {
        clearTimeout(late);
        stop.abort();
      });
      const authInfo: AuthInfo = { token: "", clientId: caller.id, scopes: [] };
      callers.set(authInfo, caller);
      const parsedBody = parsed(body);
      if (Array.isArray(parsedBody)) charge(parsedBody.length - 1);
      const request = webRequestOf(incoming, parsedBody === undefined ? body : undefined, stop.signal);
      const response = await handler.fetch(request, { authInfo, ...(parsedBody !== undefined && { parsedBody }) });
      if (!outgoing.headersSent) await sendWebResponse(response, outgoing);
    },
  };
}

/** There are no sessions, so there is nothing to listen to or to end. */
const NOT_HERE = { status: 405, text: "method not allowed; MCP is spoken with POST", headers: { allow: "POST" } };

/** The JSON of a body, which the SDK would copy twice before it read it; undefined where it is none, of which the SDK speaks. */
function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function bodyProblem(error: unknown): { readonly status: number; readonly text: string } {
  if (error instanceof BodyTooLargeError) return { status: 413, text: "the request is longer than http.body_limit" };
  return { status: 400, text: "the request broke off" };
}
