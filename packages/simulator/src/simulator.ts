import { apidocScript } from "./apidoc.js";
import { createTicketOffice } from "./auth-tickets.js";
import { type Clock, realClock, virtualClock } from "./clock.js";
import { contractOf, type Release, releases } from "./contracts.js";
import { createFaults, type Fault, type Faults } from "./faults.js";
import { answerWithFaults } from "./faults-answer.js";
import { allHandlers } from "./handlers/index.js";
import type { Core } from "./http-core.js";
import type { WireRequest, WireResponse } from "./http-message.js";
import { apiPath } from "./http-path.js";
import { toResponse, toWireRequest } from "./in-process.js";
import { type Listener, type ListenOptions, listen } from "./listen.js";
import { createRouter } from "./route.js";
import { createScheduler } from "./scheduler.js";
import type { Seed, Seeded } from "./seeds/seed.js";
import { type SeedName, seeds } from "./seeds/seeds.js";
import { createTasks } from "./tasks.js";
import type { Guest } from "./world.js";

/** How a simulator starts. */
export interface SimulatorOptions {
  /** The starting state; `three-nodes` unless said otherwise. */
  readonly seed?: SeedName;
  /** Whose API is spoken: operations, parameters, permissions and privileges; the newest release unless said otherwise. */
  readonly release?: Release;
  /** `virtual` (the default) stands still until it is moved; a speed runs on its own. */
  readonly clock?: "virtual" | { readonly speed: number };
  /** How long a refused login takes on the simulator's clock, in milliseconds; PVE's own 3000 unless said otherwise. */
  readonly authDelay?: number;
  /** What goes wrong from the start; more with `faults.add`. */
  readonly faults?: readonly Fault[];
}

/** The state of a guest, for assertions. */
export interface GuestView {
  readonly vmid: number;
  readonly kind: "qemu" | "lxc";
  readonly node: string;
  /** `name` of a virtual machine, `hostname` of a container; empty without one. */
  readonly name: string;
  readonly status: "running" | "stopped";
  readonly lock?: string;
  readonly config: Readonly<Record<string, string | number>>;
  /** Names, oldest first. */
  readonly snapshots: readonly string[];
}

/** One request that arrived. */
export interface SeenRequest {
  readonly method: string;
  /** Decoded, below `/api2/<format>`, without query. */
  readonly path: string;
  /** 0 while it is being answered, or when the connection was closed without an answer. */
  readonly status: number;
}

/** Ways in for the accounts that every seed has. */
export interface SimulatorCredentials {
  /** `root@pam!full=<uuid>`, without privilege separation. */
  readonly token: string;
  /** May read everything. */
  readonly auditorToken: string;
  /** May run the guests of one pool. */
  readonly operatorToken: string;
  readonly username: "root@pam";
  readonly password: string;
}

/** A small Proxmox VE that lives in this process and forgets everything when it is closed. */
export interface Simulator {
  /** The address of the in-process form; any other host works as well. */
  readonly baseUrl: string;
  /** Answers like a `fetch` to a real node: same status, reason phrase, headers and body. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Opens an HTTPS port with a self-signed certificate. */
  listen(options?: ListenOptions): Promise<Listener>;
  readonly credentials: SimulatorCredentials;
  readonly clock: {
    /** Epoch milliseconds. */
    now(): number;
    /** Moves time forward; tasks that fall due on the way end. */
    advance(ms: number): Promise<void>;
    /** Waits on the simulator's clock; a virtual one moves on and returns at once. */
    sleep(ms: number, signal?: AbortSignal): Promise<void>;
  };
  /** What is to go wrong, in process and over HTTPS alike. */
  readonly faults: Faults;
  guest(vmid: number): GuestView | undefined;
  /** What arrived so far, oldest first. */
  requests(): readonly SeenRequest[];
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const defaultAuthDelay = 3000;

/** Creates a simulator. It needs no port until `listen` is called; close it when done. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  return createSimulatorFrom(seeds[options.seed ?? "three-nodes"], options);
}

/** The same over a world of one's own: not exported, because a world's shape is nobody else's business. */
export function createSimulatorFrom(seed: Seed, options: Omit<SimulatorOptions, "seed"> = {}): Simulator {
  const seeded = seed.build(options.release ?? releases[0]);
  const start = seed.origin * 1000;
  const { clock: mode = "virtual" } = options;
  const clock = mode === "virtual" ? virtualClock(start) : realClock(start, mode.speed);
  const core = createCore(seeded, clock, options.authDelay ?? defaultAuthDelay);
  const faults = createFaults(core.router, core.world);
  for (const fault of options.faults ?? []) {
    faults.add(fault);
  }
  const scheduler = createScheduler(core);
  scheduler.arm();
  const seen: { method: string; path: string; status: number }[] = [];
  const listeners = new Set<Listener>();
  const handle = async (request: WireRequest): Promise<WireResponse | undefined> => {
    const entry = { method: request.method, path: apiPath(request.target), status: 0 };
    seen.push(entry);
    const reply = await answerWithFaults(core, faults, request, entry.path);
    clock.tick();
    entry.status = reply?.status ?? 0;
    if (request.method !== "GET") {
      scheduler.arm();
    }
    return reply;
  };
  const baseUrl = `https://${core.world.entry}.simulator:8006`;
  const close = async (): Promise<void> => {
    await Promise.all([...listeners].map((listener) => listener.close()));
    listeners.clear();
    clock.close();
  };
  return {
    baseUrl,
    fetch: (input, init) => fetchInProcess(handle, baseUrl, input, init),
    async listen(where) {
      const listener = await listen(handle, where);
      listeners.add(listener);
      return listener;
    },
    credentials: seeded.credentials,
    clock: { now: clock.now, advance: clock.advance, sleep: clock.sleep },
    faults: { add: faults.add, clear: faults.clear },
    guest: (vmid) => viewOf(core.world.guests.get(vmid)),
    requests: () => seen.map((entry) => ({ ...entry })),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function createCore({ world, history }: Seeded, clock: Clock, authDelay: number): Core {
  const tickets = createTicketOffice();
  const bootedAt = (node: string): number => world.nodes.get(node)?.bootedAt ?? 0;
  const tasks = createTasks({ clock, bootedAt, history });
  const handlers = allHandlers(world.release, tasks, tickets);
  const contract = contractOf(world.release);
  return {
    router: createRouter(contract),
    handlers,
    world,
    clock,
    tickets,
    tasks,
    authDelay,
    apidoc: () => apidocScript(contract),
  };
}

async function fetchInProcess(
  handle: (request: WireRequest) => Promise<WireResponse | undefined>,
  baseUrl: string,
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<Response> {
  const request = new Request(input instanceof Request ? input : new URL(input, baseUrl), init);
  const { signal } = request;
  signal.throwIfAborted();
  const wire = await toWireRequest(request, init);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return toResponse(await Promise.race([handle(wire), aborted]));
}

function viewOf(guest: Guest | undefined): GuestView | undefined {
  if (!guest) {
    return undefined;
  }
  const { vmid, kind, node, config, lock, running, snapshots } = guest;
  return {
    vmid,
    kind,
    node,
    name: String((kind === "qemu" ? config["name"] : config["hostname"]) ?? ""),
    status: running ? "running" : "stopped",
    ...(lock === undefined ? {} : { lock }),
    config: { ...config },
    snapshots: snapshots.map((snapshot) => snapshot.name),
  };
}
