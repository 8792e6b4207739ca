import { type AlterTask, callOf } from "./call-context.js";
import type { ContractOperation } from "./contract.js";
import { denied, invalid, PveFailure } from "./failure.js";
import type { Call, Caller, Value } from "./handler.js";
import type { Decoded } from "./http-body.js";
import type { Core } from "./http-core.js";
import { type Format, refusal, success } from "./http-envelope.js";
import { emptyRefusal, type Reply } from "./http-message.js";
import { checkPermissions } from "./permissions-check.js";
import { quorumRefusal } from "./quorum.js";
import type { Route } from "./route.js";
import { verifyParameters } from "./verify.js";
import type { World } from "./world.js";

/** A request that has passed the HTTP layer. */
export interface ApiRequest {
  readonly method: string;
  /** Below `/api2/<format>`, decoded, without doubled or trailing slashes. */
  readonly path: string;
  /** The operation that method and path name, if there is one. */
  readonly route: Route | undefined;
  readonly format: Format;
  readonly decoded: Decoded;
  /** Nobody for open operations. */
  readonly caller: Caller | undefined;
  /** An API token came along, whether it was looked at or not. */
  readonly showsToken: boolean;
  /** What becomes of the tasks that this request starts. */
  readonly alterTask: AlterTask | undefined;
}

const root = ["version", "cluster", "nodes", "storage", "access", "pools"];
const nobody: Caller = { userid: "", authid: "" };
/** How long the entry node tries to reach a node that is down, in simulated milliseconds. */
const connectTimeout = 3000;

/** Routes the request, checks permissions and parameters, runs the handler and wraps what it says. */
export async function call(core: Core, request: ApiRequest): Promise<Reply> {
  try {
    const { route } = request;
    if (!route && request.path === "/" && request.method === "GET") {
      // The root is no operation of the tree that begins with it.
      return success(
        root.map((subdir) => ({ subdir })),
        request.format,
        { viaDaemon: false },
      );
    }
    if (!route) {
      throw new PveFailure(501, `Method '${request.method} ${request.path}' not implemented`);
    }
    const raw = { ...request.decoded.params, ...route.params };
    refuseConflicts(request, route);
    if (route.operation.allowtoken === false && request.showsToken) {
      denied(`URI '${request.path}' not available with API token, need proper ticket.\n`);
    }
    checkPermissions(route.operation.permissions, request.caller, core.world, raw);
    if (!reachNode(core.world, route.operation, raw)) {
      await core.clock.sleep(connectTimeout);
      return emptyRefusal(595, "No route to host");
    }
    return await run(core, request, route, verifyParameters(route.operation.parameters, raw, core.world.release));
  } catch (error) {
    return fail(core, error, request.format);
  }
}

/** A path parameter may come again in query or body, but only with the same value. */
function refuseConflicts({ decoded }: ApiRequest, { params }: Route): void {
  const conflicts = Object.entries(params).filter(([name, value]) => {
    const again = decoded.params[name];
    return again !== undefined && again !== null && String(again) !== value;
  });
  if (conflicts.length > 0) {
    const text = "duplicate parameter (already defined in URI) with conflicting values!";
    invalid(Object.fromEntries(conflicts.map(([name]) => [name, text])));
  }
}

/** Relaying to a node is invisible unless the node is unknown, or down: false. Replaces `localhost` by the entry node. */
function reachNode(world: World, { proxyto }: ContractOperation, raw: Record<string, unknown>): boolean {
  const name = proxyto ?? "node";
  if (raw[name] === "localhost") {
    raw[name] = world.entry;
  }
  if (proxyto === undefined) {
    return true;
  }
  const target = raw[proxyto];
  if (target === undefined || target === null || target === "") {
    invalid({ [proxyto]: "proxyto parameter does not exist" });
  }
  const node = world.nodes.get(String(target));
  if (!node) {
    const reason = `failed to get address info for: ${String(target)}: Name or service not known`;
    throw new PveFailure(500, `hostname lookup '${String(target)}' failed - ${reason}`);
  }
  return node.online;
}

async function run(
  core: Core,
  request: ApiRequest,
  { id, operation }: Route,
  params: Readonly<Record<string, Value>>,
): Promise<Reply> {
  const handler = Object.hasOwn(core.handlers, id) ? core.handlers[id] : undefined;
  if (!handler) {
    const failure = new PveFailure(501, `the simulator has no behaviour for '${id}'`);
    return refusal(failure, request.format, "not simulated");
  }
  await askQuorum(core, id, params);
  const context: Call = {
    ...callOf(core, id, params, request.caller ?? nobody, request.alterTask),
    inside: (method, path, args) => inside(core, { ...request, method, path, route: core.router(method, path) }, args),
    ...(request.decoded.upload ? { upload: request.decoded.upload } : {}),
  };
  const data = await handler(context);
  const { total, changes } = context;
  return success(data, request.format, {
    ...(total === undefined ? {} : { total }),
    ...(changes === undefined ? {} : { changes }),
    viaDaemon: operation.protected === true,
  });
}

/** Without quorum nothing that the nodes share can be changed; who waits for its lock waits in vain. */
async function askQuorum(
  { world, clock }: Core,
  route: string,
  params: Readonly<Record<string, Value>>,
): Promise<void> {
  const refusal = quorumRefusal(world, route, params);
  if (refusal !== undefined) {
    await clock.sleep(refusal.ms);
    throw new PveFailure(500, refusal.text);
  }
}

/** An operation within another one: found, permitted and checked like any other, and run on the spot. */
async function inside(core: Core, request: ApiRequest, args: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { route, caller = nobody, alterTask } = request;
  const handler = route && Object.hasOwn(core.handlers, route.id) ? core.handlers[route.id] : undefined;
  if (!route || !handler) {
    throw new PveFailure(500, `no handler for '${request.path.slice(1)}'`);
  }
  const again = Object.keys(args).filter((name) => Object.hasOwn(route.params, name));
  if (again.length > 0) {
    invalid(Object.fromEntries(again.map((name) => [name, "duplicate parameter"])));
  }
  const raw = { ...args, ...route.params };
  checkPermissions(route.operation.permissions, caller, core.world, raw);
  const params = verifyParameters(route.operation.parameters, raw, core.world.release);
  await askQuorum(core, route.id, params);
  return handler(callOf(core, route.id, params, caller, alterTask));
}

async function fail(core: Core, error: unknown, format: Format): Promise<Reply> {
  if (error instanceof PveFailure) {
    if (error.status === 401) {
      await core.clock.sleep(core.authDelay);
    }
    return refusal(error, format);
  }
  // A fault of the simulator itself: loud, with the place, and never mistaken for one of PVE's texts.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return refusal(new PveFailure(500, `simulator fault: ${text}`), format);
}
