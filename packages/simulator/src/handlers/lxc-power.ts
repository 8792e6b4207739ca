import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Guest } from "../world.js";
import { assertUnlocked, guestOn } from "../world-guest.js";
import { assertRootOnly, flag, nodeOf, number, vmidOf } from "./guest-call.js";
import { bootGuest, haltGuest, type Steps, shutDown } from "./guest-power.js";

function task(call: Call, type: string, work: () => Steps): string {
  return call.startTask({ node: nodeOf(call), type, id: String(vmidOf(call)), work });
}

function isRunning(call: Call): boolean {
  const guest = call.world.guests.get(vmidOf(call));
  return guest?.kind === "lxc" && guest.node === nodeOf(call) && guest.running !== undefined;
}

function find(call: Call): Guest {
  return guestOn(call.world, "lxc", nodeOf(call), vmidOf(call));
}

/** Containers refuse the wrong state before a task starts; `reboot` calls the container a VM. */
function assertRunning(call: Call, word: "CT" | "VM" = "CT"): void {
  if (!isRunning(call)) {
    die(`${word} ${vmidOf(call)} not running`);
  }
}

function assertNotRunning(call: Call): void {
  if (isRunning(call)) {
    die(`CT ${vmidOf(call)} already running`);
  }
}

const start: Handler = (call) => {
  assertRootOnly(call, ["skiplock"]);
  assertNotRunning(call);
  return task(call, "vzstart", function* () {
    yield* bootGuest(call, find(call), { skiplock: flag(call, "skiplock") });
  });
};

const stop: Handler = (call) => {
  assertRootOnly(call, ["skiplock"]);
  assertRunning(call);
  return task(call, "vzstop", function* () {
    const guest = find(call);
    if (!flag(call, "skiplock")) {
      assertUnlocked(guest);
    }
    yield { ms: 500 };
    haltGuest(call, guest);
  });
};

const shutdown: Handler = (call) => {
  assertRunning(call);
  return task(call, "vzshutdown", function* () {
    const guest = find(call);
    assertUnlocked(guest);
    yield* shutDown(call, guest, { timeout: number(call, "timeout") ?? 60, force: flag(call, "forceStop") });
  });
};

const reboot: Handler = (call) => {
  assertRunning(call, "VM");
  return task(call, "vzreboot", function* () {
    const guest = find(call);
    assertUnlocked(guest);
    yield* shutDown(call, guest, { timeout: number(call, "timeout") ?? 60, force: true });
    yield* bootGuest(call, guest);
  });
};

/** Checkpointing is experimental in PVE and needs criu, which a node does not have. */
const suspend: Handler = (call) => {
  assertRunning(call);
  return task(call, "vzsuspend", () => withoutCriu(call, `-s -D /var/lib/vz/dump`, "Checkpointing"));
};

const resume: Handler = (call) => {
  assertNotRunning(call);
  return task(call, "vzresume", () => withoutCriu(call, `-r --foreground -D /var/lib/vz/dump`, "Restoring"));
};

function* withoutCriu(call: Call, options: string, doing: string): Steps {
  const guest = find(call);
  assertUnlocked(guest);
  yield { ms: 200, log: `lxc-checkpoint: ${guest.vmid}: execing criu failed, is it installed?` };
  yield { log: `lxc-checkpoint: ${guest.vmid}: ${doing} ${guest.vmid} failed` };
  die(`command 'lxc-checkpoint -n ${guest.vmid} ${options}' failed: exit code 1`);
}

/** Starting and stopping containers. */
export const lxcPowerHandlers: Handlers = {
  "POST /nodes/{node}/lxc/{vmid}/status/start": start,
  "POST /nodes/{node}/lxc/{vmid}/status/stop": stop,
  "POST /nodes/{node}/lxc/{vmid}/status/shutdown": shutdown,
  "POST /nodes/{node}/lxc/{vmid}/status/reboot": reboot,
  "POST /nodes/{node}/lxc/{vmid}/status/suspend": suspend,
  "POST /nodes/{node}/lxc/{vmid}/status/resume": resume,
};
