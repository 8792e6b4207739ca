import { createAuthenticator } from "./auth.js";
import { LOGIN } from "./auth-login.js";
import { readAffinity, readBaseUrls } from "./base-url.js";
import type { Authenticator, PveAuth } from "./credentials.js";
import { realSleep } from "./deadline.js";
import { encodeForm } from "./encode.js";
import { createEndpoints, type Endpoints } from "./endpoints.js";
import { PveConfigError } from "./errors.js";
import { createSender, probeEndpoint, type Sender } from "./send.js";
import type { Throttle, ThrottleSetup } from "./throttle.js";
import type { Answer, Transport } from "./transport.js";

/** How a client reaches its cluster. */
export interface WireOptions {
  /**
   * `https://pve1.example:8006`; PVE's own port must be written, a proxy's path may follow. Several nodes of one cluster
   * in order of preference: a node is left after two failed connections in a row and asked again a minute later. An
   * answer never leads away from a node, whatever it says.
   */
  readonly baseUrl: string | readonly string[];
  /**
   * Sends what concerns a node straight to it, which saves PVE's own hop from node to node: `true` if the host names
   * of `baseUrl` begin with the names of the nodes, or a map from node name to one of its addresses. Default: `false`.
   */
  readonly affinity?: boolean | Readonly<Record<string, string>> | undefined;
  /** How many requests may be on their way at once; the others wait. Default: no limit. */
  readonly maxConcurrent?: number | undefined;
  /** How many requests may begin within any second; the others wait. Default: no limit. */
  readonly maxPerSecond?: number | undefined;
  /** Carries the requests; default `globalThis.fetch`. */
  readonly transport?: Transport | undefined;
  /** Milliseconds for one call, retries, login and waiting for a turn included. Default: 60 000. */
  readonly timeout?: number | undefined;
  /** Waits between retries and polls; default the real clock. */
  readonly sleep?: ((ms: number, signal?: AbortSignal) => Promise<void>) | undefined;
  /** Epoch milliseconds, for the age of tickets and the patience of tasks; default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** Everything that is set up once to send requests. */
export interface Wire {
  /** The first address, for which requests are written. */
  readonly baseUrl: string;
  readonly endpoints: Endpoints;
  readonly transport: Transport;
  readonly send: Sender;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly now: () => number;
}

const DEFAULT_TIMEOUT = 60_000;

/**
 * Sets up addresses, limits and the sender.
 * @throws PveConfigError when the options cannot be right
 */
export function createWire(options: WireOptions): Wire {
  const bases = readBaseUrls(options.baseUrl);
  const { sleep = realSleep, now = Date.now, timeout = DEFAULT_TIMEOUT, maxConcurrent, maxPerSecond } = options;
  if (!(timeout > 0)) throw new PveConfigError("timeout must be a number of milliseconds above 0");
  const transport = options.transport ?? ((url, init) => fetch(url, init));
  const affinity = readAffinity(options.affinity ?? false, bases);
  const endpoints = createEndpoints({ bases, affinity, now, probe: (base) => probeEndpoint(transport, base) });
  const throttle = throttleOnDemand({ maxConcurrent, maxPerSecond, now, sleep });
  const send = createSender({ transport, timeout, sleep, endpoints, throttle });
  const [baseUrl = ""] = bases;
  return { baseUrl, endpoints, transport, send, sleep, now };
}

/** A throttle whose code is loaded with the first request; none where there is no limit. */
function throttleOnDemand(setup: ThrottleSetup): Throttle | undefined {
  const { maxConcurrent, maxPerSecond } = setup;
  for (const [name, limit] of Object.entries({ maxConcurrent, maxPerSecond })) {
    if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
      throw new PveConfigError(`${name} must be a whole number above 0`);
    }
  }
  if (maxConcurrent === undefined && maxPerSecond === undefined) return undefined;
  let loading: Promise<Throttle> | undefined;
  const load = () => {
    loading ??= import("./throttle.js").then(({ createThrottle }) => createThrottle(setup));
    return loading;
  };
  return { enter: async (deadline) => (await load()).enter(deadline) };
}

/**
 * Makes the authenticator of a wire.
 * @throws PveConfigError when the credentials cannot be right
 */
export function createWireAuth(wire: Wire, auth: PveAuth): Authenticator {
  return createAuthenticator(auth, { now: wire.now, login: (form) => postOpenly(wire, LOGIN, form) });
}

/** Sends a form to one of the few operations that want no credentials. */
export function postOpenly(wire: Wire, operation: string, form: Readonly<Record<string, string>>): Promise<Answer> {
  const noAuth = { headers: () => ({}), renew: async () => false };
  const outgoing = {
    method: "POST",
    url: `${wire.baseUrl}/api2/json${operation.slice("POST ".length)}`,
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new TextEncoder().encode(encodeForm(form)),
  };
  return wire.send(outgoing, operation, noAuth, {});
}
