import { denied, die } from "../failure.js";
import type { Call, Handler, Handlers, TaskStep, Value } from "../handler.js";
import type { Guest } from "../world.js";
import { guestWord, isTemplate } from "../world-guest.js";
import { flag, list, need, number, text } from "./guest-call.js";
import { messageOf } from "./guest-create.js";
import { migrateGuest } from "./guest-migrate.js";
import { lxcPowerHandlers } from "./lxc-power.js";
import { type Subtask, startSubtask } from "./node-subtask.js";
import { qemuPowerHandlers } from "./qemu-power.js";
import { assertAllowed } from "./storage-access.js";

/** What one guest gets: a task, or a reason why not. */
type Begin = (guest: Guest) => Subtask | { readonly skip: string };

interface Bulk {
  /** `start`, `shutdown`, `suspend`, `migrate`. */
  readonly deed: string;
  readonly privs: readonly string[];
  /** First line of the log, in the progressive. */
  readonly doing: string;
  readonly suffix?: string;
  /** How the failure of one guest's task is called. */
  readonly failed: string;
  /** How the final failure begins. */
  readonly verdict: string;
  /** The line before one guest's task starts. */
  readonly line: (guest: Guest) => string;
  readonly begin: Begin;
  /** By descending start order instead of ascending. */
  readonly backwards?: boolean;
}

function assertMay(call: Call, privs: readonly string[]): void {
  const vms = list(call, "vms");
  for (const vmid of vms) {
    assertAllowed(call, `/vms/${vmid}`, privs);
  }
  if (vms.length === 0 && !call.allowed("/", privs)) {
    denied(`/, ${privs.join(", ")}`);
  }
}

function orderOf(guest: Guest): number {
  const startup = String(guest.config["startup"] ?? "");
  return Number(/(?:^|,)(?:order=)?(\d+)(?:,|$)/.exec(startup)?.[1] ?? Number.POSITIVE_INFINITY);
}

function chosen(call: Call, { backwards }: Bulk): Guest[] {
  const vms = list(call, "vms");
  const direction = backwards ? -1 : 1;
  const compare = (a: number, b: number): number => (a === b ? 0 : (a < b ? -1 : 1) * direction);
  return [...call.world.guests.values()]
    .filter((guest) => (vms.length === 0 ? !isTemplate(guest) : vms.includes(String(guest.vmid))))
    .sort((a, b) => compare(orderOf(a), orderOf(b)) || a.vmid - b.vmid);
}

/** Starts the worker that goes through the guests, a few at a time. */
function startBulk(call: Call, bulk: Bulk): string {
  assertMay(call, bulk.privs);
  const type = `bulk-${bulk.deed}`;
  return call.startTask({ node: call.world.entry, type, id: "", work: () => goThrough(call, bulk) });
}

function* goThrough(call: Call, bulk: Bulk): Generator<TaskStep, void, void> {
  const named = list(call, "vms");
  const suffix = bulk.suffix === undefined ? "" : ` ${bulk.suffix}`;
  yield {
    log: named.length > 0 ? `${bulk.doing} guests${suffix}: ${named.join(", ")}` : `${bulk.doing} all guests${suffix}`,
  };
  const most = number(call, "max-workers") ?? number(call, "maxworkers") ?? (bulk.deed === "migrate" ? 1 : 4);
  const running = new Map<Guest, Subtask>();
  const failed: number[] = [];
  for (const guest of chosen(call, bulk)) {
    yield* waitFor(running, most, bulk, failed);
    yield* beginOne(guest, bulk, running, failed);
  }
  yield* waitFor(running, 1, bulk, failed);
  if (failed.length > 0) {
    die(`${bulk.verdict} ${failed.join(", ")}`);
  }
}

function* beginOne(
  guest: Guest,
  { begin, line }: Bulk,
  running: Map<Guest, Subtask>,
  failed: number[],
): Generator<TaskStep, void, void> {
  try {
    const begun = begin(guest);
    if ("skip" in begun) {
      yield { warn: begun.skip };
      return;
    }
    running.set(guest, begun);
    yield { log: line(guest) };
  } catch (error) {
    failed.push(guest.vmid);
    yield { warn: messageOf(error) };
  }
}

/** Waits until fewer than `most` tasks run. */
function* waitFor(
  running: Map<Guest, Subtask>,
  most: number,
  bulk: Bulk,
  failed: number[],
): Generator<TaskStep, void, void> {
  for (;;) {
    for (const [guest, task] of [...running].filter(([, each]) => each.ended)) {
      running.delete(guest);
      if (task.failure !== undefined) {
        failed.push(guest.vmid);
        yield { warn: `${bulk.failed} ${guestWord(guest.kind)} ${guest.vmid} failed: ${task.failure}` };
      }
    }
    if (running.size < most) {
      return;
    }
    yield { ms: 1000 };
  }
}

function power(call: Call, guest: Guest, verb: string, params: Readonly<Record<string, Value>> = {}): Subtask {
  const route = `POST /nodes/{node}/${guest.kind}/{vmid}/status/${verb}`;
  const handler = { ...qemuPowerHandlers, ...lxcPowerHandlers }[route] ?? die(`no such action '${verb}'`);
  return startSubtask(call, handler, route, { node: guest.node, vmid: guest.vmid, ...params });
}

function label(guest: Guest): string {
  return `${guestWord(guest.kind)} ${guest.vmid}`;
}

const start: Handler = (call) =>
  startBulk(call, {
    deed: "start",
    privs: ["VM.PowerMgmt"],
    doing: "Starting",
    failed: "Starting",
    verdict: "Some guests failed to start:",
    line: (guest) => `Starting ${label(guest)}`,
    begin: (guest) => {
      if (guest.running?.paused) {
        return power(call, guest, "resume");
      }
      return guest.running === undefined
        ? power(call, guest, "start")
        : { skip: `Skipping ${label(guest)}, already running.` };
    },
  });

const shutdown: Handler = (call) => {
  const timeout = number(call, "timeout") ?? 180;
  return startBulk(call, {
    deed: "shutdown",
    privs: ["VM.PowerMgmt"],
    doing: "Shutting down",
    failed: "Stopping",
    verdict: "Some guests failed to shutdown",
    backwards: true,
    line: (guest) => `Shutting down ${label(guest)} (Timeout = ${timeout} seconds)`,
    begin: (guest) => {
      if (guest.running === undefined) {
        return { skip: `Skipping ${label(guest)}, not running.` };
      }
      return guest.running.paused
        ? { skip: `Skipping ${label(guest)}, resume paused VM before shutdown.` }
        : power(call, guest, "shutdown", { timeout, forceStop: flag(call, "force-stop", true) ? 1 : 0 });
    },
  });
};

const suspend: Handler = (call) => {
  const toDisk = flag(call, "to-disk");
  if (toDisk) {
    assertMay(call, ["VM.Config.Disk"]);
  }
  const storage = text(call, "statestorage");
  if (storage !== undefined) {
    assertAllowed(call, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
  }
  return startBulk(call, {
    deed: "suspend",
    privs: ["VM.PowerMgmt"],
    doing: "Suspending",
    failed: "Stopping",
    verdict: "Some guests failed to suspend",
    backwards: true,
    line: (guest) => `Suspending ${label(guest)}`,
    begin: (guest) => {
      if (guest.kind === "lxc") {
        return { skip: `skipping ${guest.vmid}, only VMs can be suspended` };
      }
      return guest.running === undefined
        ? { skip: `Skipping ${label(guest)}, not running.` }
        : power(call, guest, "suspend", {
            todisk: toDisk ? 1 : 0,
            ...(storage === undefined ? {} : { statestorage: storage }),
          });
    },
  });
};

const migrate: Handler = (call) => {
  const target = need(call, "target");
  return startBulk(call, {
    deed: "migrate",
    privs: ["VM.Migrate"],
    doing: "Migrating",
    suffix: `to ${target}`,
    failed: "Migrating",
    verdict: "Some guests failed to migrate",
    line: (guest) => `Migrating ${label(guest)}`,
    begin: (guest) => {
      if (guest.node === target) {
        return { skip: `${label(guest)} already on ${target}, skipping.` };
      }
      const route = `POST /nodes/{node}/${guest.kind}/{vmid}/migrate`;
      const online = flag(call, "online") ? 1 : 0;
      const ofKind: Record<string, Value> =
        guest.kind === "lxc"
          ? { restart: online }
          : { online, ...(flag(call, "with-local-disks") ? { "with-local-disks": 1 } : {}) };
      return startSubtask(call, migrateGuest, route, { node: guest.node, vmid: guest.vmid, target, ...ofKind });
    },
  });
};

/** One deed for many guests of the whole cluster. */
export const bulkActionHandlers: Handlers = {
  "GET /cluster/bulk-action": () => [{ name: "guest" }],
  "GET /cluster/bulk-action/guest": () => ["start", "shutdown", "migrate", "suspend"].map((name) => ({ name })),
  "POST /cluster/bulk-action/guest/start": start,
  "POST /cluster/bulk-action/guest/shutdown": shutdown,
  "POST /cluster/bulk-action/guest/suspend": suspend,
  "POST /cluster/bulk-action/guest/migrate": migrate,
};
