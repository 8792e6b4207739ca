import { denied, die, invalid } from "../failure.js";
import type { Call, Handler, Handlers, TaskStep, Value } from "../handler.js";
import type { Guest } from "../world.js";
import { isTemplate } from "../world-guest.js";
import { flag, list, need, nodeOf, number } from "./guest-call.js";
import { messageOf } from "./guest-create.js";
import { migrateGuest } from "./guest-migrate.js";
import type { Steps } from "./guest-power.js";
import { lxcPowerHandlers } from "./lxc-power.js";
import { type Subtask, startSubtask } from "./node-subtask.js";
import { qemuPowerHandlers } from "./qemu-power.js";
import { assertAllowed } from "./storage-access.js";

/** Without the privileges on everything, each guest must be named and is judged by itself. */
function assertMay(call: Call, privs: readonly string[], each: string): void {
  if (call.allowed("/", privs)) {
    return;
  }
  const vms = list(call, "vms");
  if (vms.length === 0) {
    denied(`/, ${privs.join(" && ")}`);
  }
  for (const vmid of vms) {
    assertAllowed(call, `/vms/${vmid}`, [each]);
  }
}

function startup(guest: Guest): { readonly order: number; readonly up?: number; readonly down?: number } {
  const text = String(guest.config["startup"] ?? "");
  const value = (name: string): number | undefined => {
    const found =
      new RegExp(`(?:^|,)${name}=(\\d+)`).exec(text)?.[1] ?? (name === "order" ? /^\d+/.exec(text)?.[0] : undefined);
    return found === undefined ? undefined : Number(found);
  };
  const [order = Number.POSITIVE_INFINITY, up, down] = [value("order"), value("up"), value("down")];
  return { order, ...(up === undefined ? {} : { up }), ...(down === undefined ? {} : { down }) };
}

/** The guests of the node that are meant, by start order; templates never are. */
function guestsOf(call: Call, vms: readonly string[]): Guest[] {
  return [...call.world.guests.values()]
    .filter((guest) => guest.node === nodeOf(call) && !isTemplate(guest))
    .filter((guest) => vms.length === 0 || vms.includes(String(guest.vmid)))
    .sort((a, b) => startup(a).order - startup(b).order || a.vmid - b.vmid);
}

function workersOf(call: Call): number {
  const configured = number(call, "max-workers") ?? call.world.options["max_workers"];
  const cores = call.world.nodes.get(nodeOf(call))?.cores ?? 1;
  return Number(configured ?? Math.min(Math.max(1, cores - 1), 8));
}

/** Waits until fewer than `most` tasks run, and forgets the ended ones. */
function* waitFor(running: Set<Subtask>, most: number, ended: (task: Subtask) => TaskStep | undefined): Steps {
  for (;;) {
    for (const task of [...running].filter((each) => each.ended)) {
      running.delete(task);
      const step = ended(task);
      if (step !== undefined) {
        yield step;
      }
    }
    if (running.size < most) {
      return;
    }
    yield { ms: 1000 };
  }
}

function power(call: Call, guest: Guest, verb: string, params: Record<string, Value>): Subtask {
  const route = `POST /nodes/{node}/${guest.kind}/{vmid}/status/${verb}`;
  const handler = { ...qemuPowerHandlers, ...lxcPowerHandlers }[route] ?? die(`no such action '${verb}'`);
  return startSubtask(call, handler, route, { node: nodeOf(call), vmid: guest.vmid, ...params });
}

const word = (guest: Guest): "CT" | "VM" => (guest.kind === "lxc" ? "CT" : "VM");

/** The work of `startall`, also what a node does after booting. */
export function* startGuests(call: Call, vms: readonly string[], force: boolean): Steps {
  for (const guest of call.world.guests.values()) {
    if (guest.node === nodeOf(call) && guest.lock === "backup") {
      delete guest.lock;
      yield { log: `removed left over backup lock from '${guest.vmid}'!` };
    }
  }
  const running = new Set<Subtask>();
  const names = new Map<Subtask, string>();
  const report = (task: Subtask): TaskStep | undefined =>
    task.failure === undefined ? undefined : { log: `Starting ${names.get(task)} failed: ${task.failure}` };
  let order: number | undefined;
  for (const guest of guestsOf(call, vms)) {
    const { order: its, up } = startup(guest);
    if (guest.running !== undefined || !(force || guest.config["onboot"] === 1)) {
      continue;
    }
    // Every order waits for the one before.
    yield* waitFor(running, its === order ? workersOf(call) : 1, report);
    order = its;
    yield { log: `Starting ${word(guest)} ${guest.vmid}` };
    try {
      const task = power(call, guest, "start", {});
      names.set(task, `${word(guest)} ${guest.vmid}`);
      running.add(task);
    } catch (error) {
      yield { log: messageOf(error) };
      continue;
    }
    const delay = up ?? (guest.kind === "qemu" ? 3 : 0);
    yield { ms: delay * 1000, ...(up === undefined ? {} : { log: `Waiting for ${up} seconds (startup delay)` }) };
  }
  yield* waitFor(running, 1, report);
}

/** The work of `stopall`, also what a node does before it goes down. */
export function* stopGuests(call: Call, vms: readonly string[], how: { timeout: number; force: boolean }): Steps {
  const running = new Set<Subtask>();
  const none = (): undefined => undefined;
  let order: number | undefined;
  for (const guest of guestsOf(call, vms).reverse()) {
    const { order: its, down } = startup(guest);
    if (guest.running === undefined) {
      continue;
    }
    yield* waitFor(running, its === order ? workersOf(call) : 1, none);
    order = its;
    const timeout = down ?? how.timeout;
    yield { log: `Stopping ${word(guest)} ${guest.vmid} (timeout = ${timeout} seconds)` };
    try {
      running.add(power(call, guest, "shutdown", { timeout, forceStop: how.force ? 1 : 0 }));
    } catch (error) {
      yield { log: messageOf(error) };
    }
  }
  yield* waitFor(running, 1, none);
}

function* suspendGuests(call: Call, vms: readonly string[]): Steps {
  const running = new Set<Subtask>();
  const none = (): undefined => undefined;
  for (const guest of guestsOf(call, vms).reverse()) {
    if (guest.kind !== "qemu") {
      yield { warn: `skipping ${guest.vmid}, only VMs can be suspended` };
      continue;
    }
    if (guest.running === undefined) {
      yield { log: `VM ${guest.vmid} not running, skipping suspension` };
      continue;
    }
    yield* waitFor(running, workersOf(call), none);
    yield { log: `Suspending VM ${guest.vmid}` };
    try {
      running.add(power(call, guest, "suspend", { todisk: 1 }));
    } catch (error) {
      yield { log: messageOf(error) };
    }
  }
  yield* waitFor(running, 1, none);
}

function migrateOne(call: Call, guest: Guest, target: string): Subtask {
  const running = guest.running === undefined ? 0 : 1;
  const local = call.params["with-local-disks"];
  const params: Record<string, Value> = { node: nodeOf(call), vmid: guest.vmid, target };
  if (guest.kind === "lxc") {
    params["restart"] = running;
  } else {
    params["online"] = running;
    if (local !== undefined) {
      params["with-local-disks"] = local;
    }
  }
  return startSubtask(call, migrateGuest, `POST /nodes/{node}/${guest.kind}/{vmid}/migrate`, params);
}

function* migrateGuests(call: Call, target: string, workers: number): Steps {
  const guests = guestsOf(call, list(call, "vms"));
  if (guests.length === 0) {
    yield { log: "no virtual guests matched, nothing to do.." };
    return;
  }
  const running = new Set<Subtask>();
  const none = (): undefined => undefined;
  let started = 0;
  for (const guest of guests) {
    yield* waitFor(running, workers, none);
    yield { log: `Migrating ${word(guest)} ${guest.vmid}` };
    try {
      running.add(migrateOne(call, guest, target));
      started += 1;
    } catch (error) {
      yield { log: messageOf(error) };
    }
  }
  yield* waitFor(running, 1, none);
  if (started === 0) {
    die("no migrations worker started...");
  }
  yield { log: `All jobs finished, used ${started} workers in total.` };
}

const startAll: Handler = (call) => {
  assertMay(call, ["VM.PowerMgmt"], "VM.PowerMgmt");
  const work = (): Steps => startGuests(call, list(call, "vms"), flag(call, "force"));
  return call.startTask({ node: nodeOf(call), type: "startall", id: "", work });
};

const stopAll: Handler = (call) => {
  assertMay(call, ["VM.PowerMgmt"], "VM.PowerMgmt");
  const how = { timeout: number(call, "timeout") ?? 180, force: flag(call, "force-stop", true) };
  const work = (): Steps => stopGuests(call, list(call, "vms"), how);
  return call.startTask({ node: nodeOf(call), type: "stopall", id: "", work });
};

const suspendAll: Handler = (call) => {
  assertMay(call, ["VM.PowerMgmt", "VM.Config.Disk"], "VM.PowerMgmt");
  const work = (): Steps => suspendGuests(call, list(call, "vms"));
  return call.startTask({ node: nodeOf(call), type: "suspendall", id: "", work });
};

const migrateAll: Handler = (call) => {
  assertMay(call, ["VM.Migrate"], "VM.Migrate");
  const target = need(call, "target");
  if (target === nodeOf(call)) {
    invalid({ target: "target is local node." });
  }
  if (!call.world.nodes.has(target)) {
    die(`no such cluster node '${target}'`);
  }
  const workers = number(call, "max-workers") ?? number(call, "maxworkers") ?? call.world.options["max_workers"];
  if (workers === undefined) {
    die("either 'max-workers' parameter or max_workers in datacenter.cfg must be set!");
  }
  const work = (): Steps => migrateGuests(call, target, Number(workers));
  return call.startTask({ node: nodeOf(call), type: "migrateall", id: "", work });
};

/** Actions on all guests of a node. */
export const nodeBulkHandlers: Handlers = {
  "POST /nodes/{node}/startall": startAll,
  "POST /nodes/{node}/stopall": stopAll,
  "POST /nodes/{node}/suspendall": suspendAll,
  "POST /nodes/{node}/migrateall": migrateAll,
};
