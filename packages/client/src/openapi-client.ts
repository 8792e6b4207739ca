import createOpenapiClient from "openapi-fetch";
import { readHeaders } from "./call-headers.js";
import type { CallDefaults } from "./call-options.js";
import { encodeForm, encodeLoose, FORM } from "./encode.js";
import { PveParameterError } from "./errors.js";
import type { paths } from "./generated/paths.gen.js";
import type { HttpParams, HttpRoute, HttpSetup, OpenapiClient } from "./http-setup.js";
import { fillPath, pathProblem } from "./route.js";
import type { Outgoing } from "./send.js";
import { type Answer, toResponse } from "./transport.js";

const encoder = new TextEncoder();

/** Sets openapi-fetch up with PVE's own encodings, and credentials and retries below. */
export function createOpenapi({ baseUrl, auth, send, defaults }: HttpSetup): OpenapiClient {
  const client = createOpenapiClient<paths>({
    baseUrl: `${baseUrl}/api2/json`,
    headers: { "content-type": FORM, accept: "application/json" },
    pathSerializer: fillLoosely,
    querySerializer: encodeLoose,
    bodySerializer: (body: unknown) => (isEncoded(body) ? body : encodeLoose(body)),
    fetch: async (request) => {
      const { before, ...options } = { ...defaults, signal: request.signal };
      const outgoing = await unpack(request, readHeaders(defaults.headers));
      await before?.({ route: nameOf(request), params: formOf(outgoing) });
      return toResponse(await send(outgoing, nameOf(request), auth, options));
    },
  });
  // The interpreter knows its routes only at run time; the table has checked what the types cannot.
  return client as unknown as OpenapiClient;
}

/** Sends a call through openapi-fetch, whose middleware gets the real classes and may change what it likes. */
export async function sendWatched(
  { auth, send }: HttpSetup,
  request: OpenapiClient["request"],
  { id, method, path }: HttpRoute,
  wire: HttpParams,
  options: CallDefaults,
): Promise<Answer> {
  const form = encodeForm(wire.rest);
  const isBody = method === "POST" || method === "PUT";
  const more = readHeaders(options.headers);
  let from = "";
  const { data, error, response } = await request(method, path, {
    params: { path: wire.path },
    parseAs: "arrayBuffer",
    querySerializer: () => (isBody ? "" : form),
    ...(isBody && form !== "" && { body: form }),
    fetch: async (real: Request) => {
      const answer = await send(await unpack(real, more), id, auth, options);
      from = answer.from;
      return toResponse(answer);
    },
  });
  const { status, statusText: reason, headers } = response;
  return { status, reason, headers, bytes: bytesOf(response.ok ? data : error), from };
}

/** openapi-fetch reads a refusal by itself: as text, or as the JSON in it. */
function bytesOf(body: unknown): Uint8Array<ArrayBuffer> {
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  return encoder.encode(text);
}

/** `GET https://pve1:8006/api2/json/nodes`: without the query, since a query may hold secrets. */
function nameOf(request: Request): string {
  const { pathname } = new URL(request.url);
  return `${request.method} ${pathname.replace(/^.*?\/api2\/json/, "")}`;
}

/** What a request carries behind its path; a name that comes several times has all its values. */
function formOf({ url, body }: Outgoing): Readonly<Record<string, readonly string[]>> {
  const fields = new URLSearchParams([
    ...new URL(url).searchParams,
    ...new URLSearchParams(new TextDecoder().decode(body)),
  ]);
  return Object.fromEntries([...fields.keys()].map((name) => [name, fields.getAll(name)]));
}

/** Takes a `Request` apart, so that a transport need not know this runtime's class of that name. */
export async function unpack(request: Request, more: Readonly<Record<string, string>>): Promise<Outgoing> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  const headers = { ...more, ...Object.fromEntries(request.headers) };
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
