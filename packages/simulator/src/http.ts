import { apidocPath } from "./apidoc.js";
import { authenticate, type Credentials, readCredentials } from "./auth.js";
import type { AlterTask } from "./call-context.js";
import type { Caller } from "./handler.js";
import { decodeBody, decodeQuery, refuseBody, silence } from "./http-body.js";
import { call } from "./http-call.js";
import type { Core } from "./http-core.js";
import { type Format, isFormat } from "./http-envelope.js";
import { percentDecode } from "./http-form.js";
import { emptyRefusal, plainRefusal, type Reply, toWire, type WireRequest, type WireResponse } from "./http-message.js";
import { holds } from "./permissions.js";
import type { Route } from "./route.js";

const methods = ["GET", "POST", "PUT", "DELETE"];
const uploadPath = /^\/nodes\/[^/]+\/storage\/([^/]+)\/upload$/;
const maxHeaderLines = 64;
const maxHeaderBytes = 8192;

/**
 * Judges one request in PVE's order and answers it; `undefined` means that the connection is closed without an answer.
 * Both doors of the simulator, in process and over TLS, end here.
 */
export async function answer(
  core: Core,
  request: WireRequest,
  alterTask?: AlterTask,
): Promise<WireResponse | undefined> {
  const reply = hasTooManyHeaders(request)
    ? silence
    : (refuseProtocol(request) ?? (await serve(core, request, alterTask)));
  return reply === silence ? undefined : toWire(reply, core.clock.now());
}

function hasTooManyHeaders({ headers }: WireRequest): boolean {
  const lines = Object.entries(headers);
  const bytes = lines.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  return lines.length >= maxHeaderLines || bytes >= maxHeaderBytes;
}

function refuseProtocol({ method, headers }: WireRequest): Reply | undefined {
  if (!methods.includes(method)) {
    return emptyRefusal(501, `method '${method}' not available`);
  }
  const encoding = headers["transfer-encoding"];
  if (encoding === undefined) {
    return undefined;
  }
  const isChunked = encoding.toLowerCase() === "chunked";
  return plainRefusal(
    501,
    isChunked ? "chunked transfer encoding not supported" : `Unknown transfer encoding '${encoding}'`,
  );
}

async function serve(core: Core, request: WireRequest, alterTask?: AlterTask): Promise<Reply | typeof silence> {
  if (request.method === "GET" && request.target.split("?", 1)[0] === apidocPath) {
    // Static files ask for no login.
    return { status: 200, reason: "OK", contentType: "application/javascript", body: core.apidoc() };
  }
  const uri = readUri(request.target);
  if ("status" in uri) {
    return uri;
  }
  const isUpload = request.method === "POST" && uploadPath.test(uri.path);
  const credentials = readCredentials(request.headers);
  const route = core.router(request.method, uri.path);
  const identity = identify(core, request, uri.path, route, credentials);
  if ("status" in identity) {
    await core.clock.sleep(core.authDelay);
    return identity;
  }
  const refused = refuseBody(request, uri.query, isUpload);
  if (refused) {
    return refused;
  }
  const takesBody = request.method === "POST" || request.method === "PUT";
  const decoded = takesBody ? await decodeBody(request, uri.query, isUpload) : { params: decodeQuery(uri.query) };
  if ("status" in decoded) {
    return decoded as Reply;
  }
  return await call(core, {
    method: request.method,
    path: uri.path,
    route,
    format: uri.format,
    decoded,
    caller: identity.caller,
    showsToken: credentials.apiToken !== undefined,
    alterTask,
  });
}

interface Uri {
  readonly path: string;
  readonly query: string;
  readonly format: Format;
}

function readUri(target: string): Uri | Reply {
  const mark = target.indexOf("?");
  const path = percentDecode(mark < 0 ? target : target.slice(0, mark));
  const query = mark < 0 ? "" : target.slice(mark + 1);
  const [, format, below = ""] = /^\/api2\/+([a-z][a-z0-9]+)(\/.*)?$/.exec(path) ?? [];
  if (format === undefined) {
    return path.startsWith("/api2") ? plainRefusal(501, "no such uri") : plainRefusal(500, `no such file '${path}'\n`);
  }
  const short = `/${below
    .split("/")
    .filter((part) => part !== "")
    .join("/")}`;
  return isFormat(format)
    ? { path: short, query, format }
    : plainRefusal(501, `no formatter for uri ${short}, ${format}`);
}

/** Who calls; nobody for an open operation; or the refusal that is sent after the delay. */
function identify(
  core: Core,
  request: WireRequest,
  path: string,
  route: Route | undefined,
  credentials: Credentials,
): { caller: Caller | undefined } | Reply {
  if (route?.operation.permissions?.user === "world") {
    return { caller: undefined };
  }
  const { world, tickets } = core;
  const now = core.clock.now() / 1000;
  const caller = authenticate(credentials, { access: world.access, tickets, now });
  if (typeof caller === "string") {
    return emptyRefusal(401, caller);
  }
  const storage = request.method === "POST" ? uploadPath.exec(path)?.[1] : undefined;
  if (storage !== undefined) {
    // Uploads are judged here, before their body, and need no CSRF token.
    return holds(world, caller.authid, `/storage/${storage}`, ["Datastore.AllocateTemplate"])
      ? { caller }
      : emptyRefusal(403, `Permission check failed (/storage/${storage}, Datastore.AllocateTemplate)`);
  }
  const csrf = request.headers["csrfpreventiontoken"] ?? "";
  const needsCsrf = request.method !== "GET" && caller.tokenid === undefined;
  if (needsCsrf && !tickets.verifyCsrfToken(csrf, caller.userid, now)) {
    return emptyRefusal(401, "Permission denied - invalid csrf token");
  }
  return { caller };
}
