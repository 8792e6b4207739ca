import { createAuthenticator } from "./auth.js";
import type { CallOptions } from "./call-options.js";
import type { Authenticator, PveAuth } from "./credentials.js";
import { realSleep } from "./deadline.js";
import { decodeValue } from "./decode.js";
import { encodeForm } from "./encode.js";
import { PveConfigError, PveProtocolError } from "./errors.js";
import type { PveTree } from "./generated/tree.gen.js";
import type { BareOperationId, OperationId, Operations } from "./generated/types.gen.js";
import { createHttp, type Http, type PveHttp } from "./http.js";
import { dataOf, type Meta } from "./meta.js";
import type { Grammar, OperationSpec } from "./operation.js";
import { createSender } from "./send.js";
import { findOperation } from "./table.js";
import { Task, type TaskContext } from "./task.js";
import type { Transport } from "./transport.js";
import { type Caller, createTree } from "./tree.js";
import { isUpid } from "./upid.js";
import { verifyParams } from "./verify.js";

/** What a client needs to know. */
export interface ClientOptions {
  /** `https://pve1.example:8006`; PVE's own port must be written, a proxy's path may follow. */
  readonly baseUrl: string;
  readonly auth: PveAuth;
  /** Carries the requests; default `globalThis.fetch`. */
  readonly transport?: Transport;
  /** Milliseconds for one call, retries and login included. Default: 60 000. */
  readonly timeout?: number;
  /** Waits between retries and polls; default the real clock. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Epoch milliseconds, for the age of tickets and the patience of tasks; default `Date.now`. */
  readonly now?: () => number;
}

/** A connection to one Proxmox VE cluster, through one of its nodes. */
export interface PveClient extends PveTree {
  /**
   * Calls an operation by its route. Parameters of the path, the query and the form stand side by side; they are
   * checked before anything is sent.
   * @throws PveParameterError · PveConnectionError · PveRequestError · PveProtocolError
   */
  call<Route extends BareOperationId>(route: Route): Promise<Operations[Route]["result"]>;
  call<Route extends OperationId>(
    route: Route,
    params: Operations[Route]["params"],
    options: CallOptions & { readonly decode: "raw" },
  ): Promise<unknown>;
  call<Route extends OperationId>(
    route: Route,
    params: Operations[Route]["params"],
    options?: CallOptions,
  ): Promise<Operations[Route]["result"]>;
  /**
   * Picks up a task by its UPID, also one that another process started.
   * @throws PveParameterError when the text is no UPID
   */
  task(upid: string): Task;
  /** The openapi-fetch client underneath, with this client's credentials, retries and PVE's encodings. */
  readonly http: PveHttp;
}

const DEFAULT_TIMEOUT = 60_000;

/**
 * Makes a client. Nothing is sent before the first call.
 * @throws PveConfigError when the options cannot be right
 */
export function createClient(options: ClientOptions): PveClient {
  const baseUrl = readBaseUrl(options.baseUrl);
  const { sleep = realSleep, now = Date.now, timeout = DEFAULT_TIMEOUT } = options;
  if (!(timeout > 0)) throw new PveConfigError("timeout must be a number of milliseconds above 0");
  const transport = options.transport ?? ((url, init) => fetch(url, init));
  const send = createSender({ transport, timeout, sleep });
  const noAuth = { headers: async () => ({}), renew: async () => false };
  const auth = createAuthenticator(options.auth, {
    now,
    login: (form) => send(loginRequest(baseUrl, form), "POST /access/ticket", noAuth, {}),
  });
  const { exchange, http } = createHttp({ baseUrl, auth, send });
  const taskContext: TaskContext = { exchange, sleep, now };
  const call = createCall(exchange, auth, taskContext);
  const tree = createTree(call);
  // One place where the run-time shape meets the generated types: both come from the same specification.
  return {
    access: tree.access,
    cluster: tree.cluster,
    nodes: tree.nodes,
    pools: tree.pools,
    storage: tree.storage,
    version: tree.version,
    call: call as PveClient["call"],
    task: (upid) => new Task(upid, taskContext),
    http,
  };
}

/** The interpreter: looks the operation up, checks and encodes, sends, decodes. */
function createCall(exchange: Http["exchange"], auth: Authenticator, taskContext: TaskContext): Caller {
  const answer = async (
    id: string,
    params: Readonly<Record<string, unknown>>,
    options: CallOptions,
  ): Promise<Meta<unknown>> => {
    const [{ route, spec }, { grammars }] = await Promise.all([
      findOperation(id),
      import("./generated/grammars.gen.js"),
    ]);
    if (spec.ticketOnly && auth.isToken) {
      throw new PveConfigError(`${id}: PVE refuses API tokens here; make a client with username and password`);
    }
    const { data, ...meta } = await exchange(route, verifyParams(route, spec, params, grammars), options);
    return { ...meta, data: options.decode === "raw" ? data : readResult(id, data, spec, grammars, taskContext) };
  };
  return (id, params = {}, options = {}) => dataOf(answer(id, params, options));
}

function readResult(
  id: string,
  data: unknown,
  spec: OperationSpec,
  grammars: Readonly<Record<string, Grammar>>,
  context: TaskContext,
): unknown {
  if (spec.task !== undefined) return readTask(id, data, spec.task, context);
  if (data === null && spec.root === "array") return [];
  return spec.returns === undefined ? data : decodeValue(data, spec.returns, grammars);
}

function readTask(
  id: string,
  data: unknown,
  kind: NonNullable<OperationSpec["task"]>,
  context: TaskContext,
): Task | string | null {
  if (isUpid(data)) return new Task(data, context);
  if (kind === "or-null" && data === null) return null;
  if (kind === "or-text" && typeof data === "string") return data;
  throw new PveProtocolError(id, 200, "answered without a task id; whether a task runs is unknown");
}

function loginRequest(baseUrl: string, form: { readonly username: string; readonly password: string }) {
  return {
    method: "POST",
    url: `${baseUrl}/api2/json/access/ticket`,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new TextEncoder().encode(encodeForm({ username: form.username, password: form.password })),
  };
}

/** Checks the address and cuts off what the client adds itself. */
function readBaseUrl(text: string): string {
  if (!URL.canParse(text)) throw new PveConfigError("baseUrl must be an address such as https://pve1.example:8006");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new PveConfigError(`baseUrl must begin with https://, not ${url.protocol}//`);
  }
  if (url.username !== "" || url.password !== "")
    throw new PveConfigError("baseUrl must not hold credentials; use auth");
  if (url.search !== "" || url.hash !== "") throw new PveConfigError("baseUrl must end with its path; cut off ? and #");
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "").replace(/\/api2(?:\/json)?$/, "");
}
