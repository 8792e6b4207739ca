import type { CallDefaults, CallOptions, RawCallOptions } from "./call-options.js";
import { NONE, withDefaults } from "./call-options.js";
import type { PveAuth } from "./credentials.js";
import { PveConfigError } from "./errors.js";
import type { PveTree } from "./generated/tree.gen.js";
import type { OperationId, PveCall } from "./generated/types.gen.js";
import { createHttp, type PveHttp } from "./http.js";
import { createInterpreter } from "./interpreter.js";
import { type ClientLink, linkClient } from "./link.js";
import { dataOf } from "./meta.js";
import type { Sender } from "./send.js";
import type { Gate } from "./supports.js";
import { Task } from "./task.js";
import { createTree } from "./tree.js";
import { createWire, createWireAuth, type WireOptions } from "./wire.js";

/** What a client needs to know. */
export interface ClientOptions extends WireOptions {
  readonly auth: PveAuth;
}

/**
 * What a client can do beside calling operations; the same for every release. Functions of this package that work with a
 * client take one of any release.
 */
export interface PveHandle {
  /**
   * Picks up a task by its UPID, also one that another process started.
   * @throws PveParameterError when the text is no UPID
   */
  task(upid: string): Task;
  /** The openapi-fetch client underneath, with this client's credentials, retries and PVE's encodings. */
  readonly http: PveHttp;
  /**
   * Who the calls are made as: `user@realm`, or `user@realm!tokenid` for an API token. Sends nothing.
   * @throws PveConfigError when what the function for the token gives is none
   */
  identity(): Promise<string>;
  /** The client that this one was derived from by `withOptions`, or itself: what is remembered of a server goes by it. */
  readonly root: PveHandle;
}

/** A connection to one Proxmox VE cluster, through one of its nodes. */
export interface PveClient extends PveTree, PveHandle {
  /** Calls an operation by its route: `pve.call("GET /nodes/{node}/qemu", { node: "pve1" })`. */
  readonly call: PveCall;
  /** A client with other defaults for its calls, over the same connections and the same login. */
  withOptions(options: CallDefaults): PveClient;
  readonly root: PveClient;
  /**
   * Whether the server's release knows an operation, and these parameters of it. Asks `GET /version` once, and not at
   * all for what every supported release knows.
   * @throws PveParameterError when there is no such route in any supported release
   */
  supports(route: OperationId, params?: readonly string[]): Promise<boolean>;
}

/** What a client and those that `withOptions` derives from it have in common. */
interface Connection extends ClientLink {
  readonly send: Sender;
}

/**
 * Makes a client. Nothing is sent before the first call.
 * @throws PveConfigError when the options cannot be right
 */
export function createClient(options: ClientOptions): PveClient {
  const wire = createWire(options);
  const { baseUrl, endpoints, transport, send, sleep, now } = wire;
  const auth = createWireAuth(wire, options.auth);
  return assemble({ baseUrl, endpoints, auth, transport, sleep, now, send }, NONE);
}

function assemble(connection: Connection, defaults: CallDefaults, root?: PveClient): PveClient {
  const { auth, send, sleep, now } = connection;
  const { exchange, http } = createHttp({ baseUrl: connection.baseUrl, auth, send, defaults });
  const taskContext = { exchange, sleep, now };
  const answer = createInterpreter(exchange, auth, taskContext);
  const call = (id: string, params = {}, options: CallOptions | RawCallOptions = {}): Promise<unknown> =>
    dataOf((heard) => answer(id, params, options, heard));
  const tree = createTree(answer);
  let gate: Promise<Gate> | undefined;
  // One place where the run-time shape meets the generated types: both come from the same specification.
  const client: PveClient = {
    access: tree.access,
    cluster: tree.cluster,
    nodes: tree.nodes,
    pools: tree.pools,
    storage: tree.storage,
    version: tree.version,
    call: call as PveCall,
    task: (upid) => new Task(upid, taskContext),
    withOptions: (more) => {
      checkDefaults(more);
      return assemble(connection, withDefaults(defaults, more), client.root);
    },
    identity: async () => auth.identity(),
    supports: async (route, params) => {
      gate ??= import("./supports.js").then(({ createGate }) => createGate(exchange));
      return (await gate)(route, params);
    },
    http,
    get root() {
      return root ?? client;
    },
  };
  linkClient(client, { ...connection, before: defaults.before });
  return client;
}

function checkDefaults({ timeout = 1, retries = 0 }: CallDefaults): void {
  if (!(timeout > 0)) throw new PveConfigError("timeout must be a number of milliseconds above 0");
  if (retries !== false && !(retries >= 0)) throw new PveConfigError("retries must be a number from 0, or false");
}
