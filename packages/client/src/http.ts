import type { Client } from "openapi-fetch";
import { readHeaders } from "./call-headers.js";
import { type CallDefaults, type RawCallOptions, withDefaults } from "./call-options.js";
import { encodeForm, FORM } from "./encode.js";
import { type Envelope, judge } from "./envelope.js";
import type { paths } from "./generated/paths.gen.js";
import type { HttpParams, HttpRoute, HttpSetup, OpenapiClient } from "./http-setup.js";
import { fillPath } from "./route.js";
import type { Answer } from "./transport.js";

/** The openapi-fetch client, typed by the whole specification. */
export type PveHttp = Client<paths>;

/** What an exchange gives: the judged envelope with the status line. */
export interface Exchanged extends Envelope {
  readonly status: number;
  readonly reason: string;
}

/** The two ways to talk HTTP: one for the interpreter, one for people. */
export interface Http {
  /** Sends a call whose parameters are in wire form, and judges the answer; `heard` gets it unjudged. */
  readonly exchange: (
    route: HttpRoute,
    wire: HttpParams,
    options?: CallDefaults | RawCallOptions,
    heard?: (answer: Answer) => void,
  ) => Promise<Exchanged>;
  /** Answers with PVE's envelope and never throws for a refusal; credentials and retries are taken care of. */
  readonly http: PveHttp;
}

const VERBS = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"] as const;
const PLAIN = { accept: "application/json" };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Sets up the way through openapi-fetch, which is loaded with the first request. */
export function createHttp(setup: HttpSetup): Http {
  const middleware: unknown[] = [];
  let loading: Promise<OpenapiClient> | undefined;
  const request: OpenapiClient["request"] = async (method, path, init) => {
    loading ??= import("./openapi-client.js").then(({ createOpenapi }) => createOpenapi(setup));
    const own: readonly unknown[] = Array.isArray(init["middleware"]) ? init["middleware"] : [];
    return (await loading).request(method, path, { ...init, middleware: [...middleware, ...own] });
  };
  const exchange: Http["exchange"] = async (route, wire, given = {}, heard) => {
    const options: CallDefaults = withDefaults(setup.defaults, given);
    if (options.before !== undefined) await options.before({ route: route.id, params: { ...wire.path, ...wire.rest } });
    // Nobody sees openapi-fetch without middleware, and its `Headers` alone would cost as much as sending does.
    const send = middleware.length === 0 ? sendPlainly : (await import("./openapi-client.js")).sendWatched;
    const answer = await send(setup, request, route, wire, options);
    heard?.(answer);
    const { status, reason } = answer;
    const contentType = answer.headers.get("content-type") ?? "";
    const body = decoder.decode(answer.bytes);
    return { ...(await judge({ operation: route.id, status, reason, contentType, body })), status, reason };
  };
  return { exchange, http: createFacade(request, middleware) };
}

/** Sends a call in one go. */
async function sendPlainly(
  { baseUrl, auth, send }: HttpSetup,
  _: OpenapiClient["request"],
  { id, method, path }: HttpRoute,
  wire: HttpParams,
  options: CallDefaults,
): Promise<Answer> {
  const form = encodeForm(wire.rest);
  const url = `${baseUrl}/api2/json${fillPath(path, wire.path)}`;
  const headers = options.headers === undefined ? PLAIN : { ...PLAIN, ...readHeaders(options.headers) };
  if (form === "") return send({ method, url, headers }, id, auth, options);
  if (method === "GET" || method === "DELETE")
    return send({ method, url: `${url}?${form}`, headers }, id, auth, options);
  const body = encoder.encode(form);
  return send({ method, url, headers: { ...headers, "content-type": FORM }, body }, id, auth, options);
}

/** openapi-fetch's face, before openapi-fetch is there. */
function createFacade(request: OpenapiClient["request"], middleware: unknown[]): PveHttp {
  const verbs = VERBS.map((verb) => [
    verb,
    (path: string, init: Record<string, unknown> = {}) => request(verb, path, init),
  ]);
  const facade = {
    ...Object.fromEntries(verbs),
    request: (method: string, path: string, init: Record<string, unknown> = {}) => request(method, path, init),
    use: (...more: unknown[]) => void middleware.push(...more),
    eject: (...less: unknown[]) => {
      for (const one of less) if (middleware.includes(one)) middleware.splice(middleware.indexOf(one), 1);
    },
  };
  return facade as unknown as PveHttp;
}
