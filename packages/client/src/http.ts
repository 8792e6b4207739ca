import createOpenapiClient, { type Client } from "openapi-fetch";
import { type Envelope, readAnswer } from "./answer.js";
import type { CallOptions } from "./call-options.js";
import type { Authenticator } from "./credentials.js";
import { encodeForm, encodeLoose, type WireValue } from "./encode.js";
import { PveParameterError } from "./errors.js";
import type { paths } from "./generated/paths.gen.js";
import { fillPath, type Method, pathProblem } from "./route.js";
import type { Outgoing, Sender } from "./send.js";
import { toResponse } from "./transport.js";

/** The openapi-fetch client, typed by the whole specification. */
export type PveHttp = Client<paths>;

/** The two ways to talk HTTP: one for the interpreter, one for people. */
export interface Http {
  /** Sends a call whose parameters are in wire form, and judges the answer. */
  readonly exchange: (route: HttpRoute, wire: HttpParams, options?: CallOptions) => Promise<Envelope>;
  /** Answers with PVE's envelope and never throws for a refusal; credentials and retries are taken care of. */
  readonly http: PveHttp;
}

/** What is called. */
export interface HttpRoute {
  readonly id: string;
  readonly method: Method;
  readonly path: string;
}

/** Parameters in wire form. */
export interface HttpParams {
  readonly path: Readonly<Record<string, string>>;
  readonly rest: Readonly<Record<string, WireValue>>;
}

/** What is set up once. */
export interface HttpSetup {
  /** Without a slash at the end and without `/api2/json`. */
  readonly baseUrl: string;
  readonly auth: Authenticator;
  readonly send: Sender;
}

const FORM = "application/x-www-form-urlencoded";

/** openapi-fetch's `request` as the interpreter uses it: any route, everything in wire form. */
interface LooseClient {
  request(
    method: string,
    path: string,
    init: Record<string, unknown>,
  ): Promise<{ data?: unknown; error?: unknown; response: Response }>;
}

/** Sets up openapi-fetch with PVE's own encodings, credentials and retries. */
export function createHttp({ baseUrl, auth, send }: HttpSetup): Http {
  const carry = async (request: Request, operation: string, options: CallOptions): Promise<Response> => {
    return toResponse(await send(await unpack(request), operation, auth, options));
  };
  const http = createOpenapiClient<paths>({
    baseUrl: `${baseUrl}/api2/json`,
    headers: { "content-type": FORM, accept: "application/json" },
    pathSerializer: fillLoosely,
    querySerializer: encodeLoose,
    bodySerializer: (body: unknown) => (isEncoded(body) ? body : encodeLoose(body)),
    fetch: (request) => carry(request, nameOf(request), { signal: request.signal }),
  });
  // The interpreter knows its routes only at run time; the table has checked what the types cannot.
  const loose = http as unknown as LooseClient;
  const exchange: Http["exchange"] = async (route, wire, options = {}) => {
    const inBody = route.method === "POST" || route.method === "PUT";
    const { data, error, response } = await loose.request(route.method, route.path, {
      params: { path: wire.path },
      parseAs: "text",
      querySerializer: () => (inBody ? "" : encodeForm(wire.rest)),
      ...(inBody ? { body: encodeForm(wire.rest) } : {}),
      fetch: (request: Request) => carry(request, route.id, options),
    });
    return readAnswer({
      operation: route.id,
      status: response.status,
      reason: response.statusText,
      contentType: response.headers.get("content-type") ?? "",
      body: (response.ok ? data : error) ?? "",
    });
  };
  return { exchange, http };
}

/** `GET https://pve1:8006/api2/json/nodes`: without the query, since a query may hold secrets. */
function nameOf(request: Request): string {
  const { pathname } = new URL(request.url);
  return `${request.method} ${pathname.replace(/^.*?\/api2\/json/, "")}`;
}

/** Takes a `Request` apart, so that a transport need not know this runtime's class of that name. */
async function unpack(request: Request): Promise<Outgoing> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  const headers = Object.fromEntries(request.headers);
  const { method, url } = request;
  if (bytes.length > 0) return { method, url, headers, body: bytes };
  const { "content-type": _unused, ...rest } = headers;
  return { method, url, headers: rest };
}

function fillLoosely(path: string, values: Readonly<Record<string, unknown>>): string {
  const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  const problems = Object.entries(texts).flatMap(([name, text]) => {
    const problem = pathProblem(name, text);
    return problem === undefined ? [] : [[name, problem] as const];
  });
  if (problems.length > 0) throw new PveParameterError({ operation: "http", problems: Object.fromEntries(problems) });
  return fillPath(path, texts);
}

function isEncoded(body: unknown): body is string | URLSearchParams | FormData | Blob | Uint8Array {
  return (
    typeof body === "string" ||
    body instanceof URLSearchParams ||
    body instanceof FormData ||
    body instanceof Blob ||
    body instanceof Uint8Array
  );
}
