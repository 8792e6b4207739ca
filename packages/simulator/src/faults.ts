import { breakTask } from "./faults-task.js";
import type { TaskStart } from "./handler.js";
import type { Router } from "./route.js";
import type { World } from "./world.js";

/** Which requests a fault meets; without any condition, all of them. */
export interface FaultMatch {
  readonly method?: string;
  /** `"POST /nodes/{node}/qemu"`: the operation, whatever its path parameters are. */
  readonly route?: string;
  /** Below `/api2/<format>`, decoded: the whole path as text, or a pattern for it. */
  readonly path?: string | RegExp;
  /** So many matching requests pass before the first one is met; 0 unless said otherwise. */
  readonly after?: number;
  /** So many requests are met, then the fault is over; without it, it lasts. */
  readonly times?: number;
}

interface Matching {
  readonly match?: FaultMatch;
}

/**
 * Something that goes wrong on demand. Nothing is executed unless the kind says so, so that a caller's retry can be told
 * from a repetition by looking at the world.
 *
 * - `latency`: the answer takes `ms` longer on the simulator's clock. Adds up, and goes with every other kind.
 * - `reset-before`: the connection is reset before the request is looked at.
 * - `lost-answer`: the request is EXECUTED, then the connection is reset before the answer's first byte.
 * - `reset-during-body`: executed; the answer breaks off in the middle of its body.
 * - `reset-after-body`: executed and answered in full; then the connection is reset although it was to stay open. In
 *   process there is no connection, so nothing is seen of it.
 * - `status`: an answer without body, as a relaying node gives it (595 and up); `executed` runs the request first.
 * - `unauthorized`: `401 Authentication failed!` after the usual delay, whatever the credentials.
 * - `html`: a proxy's error page, status 502 unless said otherwise.
 * - `truncate`: executed; the body stops half way while its length and the status line are in order.
 * - `task-fails`: the task that the request starts breaks off at its first pause with this exit status and cleans up.
 * - `task-never-ends`: the task stays at its first pause, with everything it holds locked, until it is stopped.
 * - `node-offline`: the node drops out of the cluster from the first met request on (at once without `match`), until
 *   `times` requests have met it or the fault is removed. Requests for it are answered with 595, and once half of the
 *   nodes are gone nothing that the nodes share can be changed.
 */
export type Fault =
  | (Matching & { readonly kind: "latency"; readonly ms: number })
  | (Matching & { readonly kind: "reset-before" | "lost-answer" | "reset-during-body" | "reset-after-body" })
  | (Matching & {
      readonly kind: "status";
      readonly status: number;
      readonly reason?: string;
      readonly executed?: boolean;
    })
  | (Matching & { readonly kind: "unauthorized" })
  | (Matching & { readonly kind: "html"; readonly status?: number; readonly body?: string })
  | (Matching & { readonly kind: "truncate" })
  | (Matching & { readonly kind: "task-fails"; readonly exitstatus?: string })
  | (Matching & { readonly kind: "task-never-ends" })
  | (Matching & { readonly kind: "node-offline"; readonly node: string });

/** A fault in force. */
export interface FaultHandle {
  /** How many requests have met it. */
  hits(): number;
  /** Takes it away; what it broke stays broken, but a node comes back. */
  remove(): void;
}

/** The faults of a simulator. */
export interface Faults {
  /** Puts a fault in force. Several may meet one request: the first that ends it wins. */
  add(fault: Fault): FaultHandle;
  /** Takes all of them away. */
  clear(): void;
}

/** What happens to one request. */
export interface Meeting {
  /** Simulated milliseconds. */
  readonly latency: number;
  /** What takes the place of the ordinary answer, if anything does. */
  readonly ending?: Fault;
  readonly alterTask?: (task: TaskStart) => TaskStart;
}

/** The faults as the HTTP layer asks them. */
export interface FaultStore extends Faults {
  /** `path` is decoded and below `/api2/<format>`. */
  meet(method: string, path: string): Meeting;
}

interface Entry {
  readonly fault: Fault;
  seen: number;
  hits: number;
}

/** Opens the list of faults over a world. */
export function createFaults(router: Router, world: World): FaultStore {
  const entries = new Set<Entry>();
  const remove = (entry: Entry): void => {
    entries.delete(entry);
    settleNode(entry, world, false);
  };
  return {
    add(fault) {
      checkFault(fault, world);
      const entry: Entry = { fault, seen: 0, hits: 0 };
      entries.add(entry);
      settleNode(entry, world, fault.match === undefined);
      return { hits: () => entry.hits, remove: () => remove(entry) };
    },
    clear: () => {
      for (const entry of entries) {
        remove(entry);
      }
    },
    meet(method, path) {
      const met: Fault[] = [];
      for (const entry of entries) {
        if (entry.hits >= (entry.fault.match?.times ?? Number.POSITIVE_INFINITY)) {
          remove(entry);
        } else if (!met.some(isEnding) && isMet(entry, method, path, router)) {
          settleNode(entry, world, true);
          met.push(entry.fault);
        }
      }
      return meeting(met);
    },
  };
}

const undisturbed: Meeting = { latency: 0 };

function meeting(met: readonly Fault[]): Meeting {
  if (met.length === 0) {
    return undisturbed;
  }
  const ending = met.find(isEnding);
  return {
    latency: met.reduce((sum, fault) => sum + (fault.kind === "latency" ? fault.ms : 0), 0),
    ...(ending ? { ending } : {}),
    alterTask: (task) => met.reduce(breakTask, task),
  };
}

/** Whether the fault decides how the request ends. */
function isEnding({ kind }: Fault): boolean {
  return !["latency", "task-fails", "task-never-ends", "node-offline"].includes(kind);
}

/** Counts a matching request, and says whether the fault meets it. */
function isMet(entry: Entry, method: string, path: string, router: Router): boolean {
  const { match = {} } = entry.fault;
  const fits =
    (match.method === undefined || match.method.toUpperCase() === method) &&
    (match.route === undefined || router(method, path)?.id === match.route) &&
    (match.path === undefined || (typeof match.path === "string" ? match.path === path : path.search(match.path) >= 0));
  if (!fits) {
    return false;
  }
  entry.seen += 1;
  if (entry.seen <= (match.after ?? 0)) {
    return false;
  }
  entry.hits += 1;
  return true;
}

function settleNode({ fault }: Entry, world: World, isDown: boolean): void {
  const node = fault.kind === "node-offline" ? world.nodes.get(fault.node) : undefined;
  if (node) {
    node.online = !isDown;
  }
}

/** A fault that cannot happen is a mistake of the test that asks for it. */
function checkFault(fault: Fault, world: World): void {
  if (fault.kind === "status" && !(Number.isInteger(fault.status) && fault.status >= 200 && fault.status <= 599)) {
    throw new RangeError(`a status is a whole number from 200 to 599, not ${fault.status}`);
  }
  if (fault.kind === "latency" && !(fault.ms >= 0 && Number.isFinite(fault.ms))) {
    throw new RangeError(`a latency is a number of milliseconds, not ${fault.ms}`);
  }
  if (fault.kind !== "node-offline") {
    return;
  }
  if (!world.nodes.has(fault.node)) {
    throw new RangeError(`there is no node '${fault.node}'; there are: ${[...world.nodes.keys()].join(", ")}`);
  }
  if (fault.node === world.entry) {
    throw new RangeError(`'${fault.node}' is the node that answers here: use reset-before to make it unreachable`);
  }
}
