import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Guest } from "../world.js";
import { driveKeys, driveVolid, isCdrom } from "../world-drives.js";
import { guestLimits } from "../world-figures.js";
import { assertUnlocked, guestOn, vmFound } from "../world-guest.js";
import { allocateVolume, parseVolid } from "../world-storage.js";
import { assertRootOnly, flag, nodeOf, number, text, vmidOf } from "./guest-call.js";
import { bootGuest, haltGuest, type Steps, shutDown } from "./guest-power.js";
import { assertAllowed } from "./storage-access.js";

const startOnly = [
  "stateuri",
  "skiplock",
  "migratedfrom",
  "migration_type",
  "migration_network",
  "machine-from-migration",
  "targetstorage",
  "force-cpu",
  "nets-host-mtu",
  "with-conntrack-state",
];

function task(call: Call, type: string, work: () => Steps): string {
  return call.startTask({ node: nodeOf(call), type, id: String(vmidOf(call)), work });
}

function find(call: Call): Guest {
  return guestOn(call.world, "qemu", nodeOf(call), vmidOf(call));
}

/** The VM, if it runs; 500 `VM 100 not running` otherwise. */
function running(call: Call): Guest {
  const guest = call.world.guests.get(vmidOf(call));
  return guest?.kind === "qemu" && guest.node === nodeOf(call) && guest.running !== undefined
    ? guest
    : die(`VM ${vmidOf(call)} not running`);
}

const start: Handler = (call) => {
  assertRootOnly(call, startOnly);
  return task(call, "qmstart", function* () {
    yield* bootGuest(call, find(call), { skiplock: flag(call, "skiplock") });
  });
};

const stop: Handler = (call) => {
  assertRootOnly(call, ["skiplock", "keepActive", "migratedfrom"]);
  return task(call, "qmstop", function* () {
    const guest = vmFound(call.world, nodeOf(call), vmidOf(call));
    if (guest.running === undefined) {
      return;
    }
    if (!flag(call, "skiplock")) {
      assertUnlocked(guest);
    }
    yield { ms: 700 };
    haltGuest(call, guest);
  });
};

function assertNotPaused(call: Call): void {
  const guest = call.world.guests.get(vmidOf(call));
  if (guest?.running?.paused) {
    die("VM is paused - cannot shutdown");
  }
}

const shutdown: Handler = (call) => {
  assertRootOnly(call, ["skiplock", "keepActive"]);
  const force = flag(call, "forceStop");
  if (!force) {
    assertNotPaused(call);
  }
  return task(call, "qmshutdown", function* () {
    const guest = find(call);
    if (guest.running !== undefined && !flag(call, "skiplock")) {
      assertUnlocked(guest);
    }
    if (guest.running?.paused) {
      yield { log: "VM is paused - stop instead of shutdown" };
      haltGuest(call, guest);
      return;
    }
    yield* shutDown(call, guest, { timeout: number(call, "timeout") ?? 60, force });
  });
};

const reboot: Handler = (call) => {
  assertNotPaused(call);
  const guest = running(call);
  return task(call, "qmreboot", function* () {
    assertUnlocked(guest);
    yield* shutDown(call, guest, { timeout: number(call, "timeout") ?? 60, force: false });
    yield* bootGuest(call, guest);
  });
};

const reset: Handler = (call) => {
  assertRootOnly(call, ["skiplock"]);
  const guest = running(call);
  return task(call, "qmreset", function* () {
    if (!flag(call, "skiplock")) {
      assertUnlocked(guest);
    }
    yield { ms: 100 };
    if (guest.running !== undefined) {
      guest.running = { ...guest.running, paused: false };
    }
  });
};

const suspend: Handler = (call) => {
  assertRootOnly(call, ["skiplock"]);
  const guest = vmFound(call.world, nodeOf(call), vmidOf(call));
  running(call);
  if (!flag(call, "todisk")) {
    return task(call, "qmpause", function* () {
      assertUnlocked(guest);
      yield { ms: 100 };
      if (guest.running !== undefined) {
        guest.running.paused = true;
      }
    });
  }
  assertAllowed(call, `/vms/${guest.vmid}`, ["VM.Config.Disk"]);
  const storage = stateStorage(call, guest);
  assertAllowed(call, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
  return task(call, "qmsuspend", () => suspendToDisk(call, guest, storage));
};

function* suspendToDisk(call: Call, guest: Guest, storage: string): Steps {
  assertUnlocked(guest);
  guest.lock = "suspending";
  try {
    const state = allocateState(
      call,
      guest,
      storage,
      `suspend-${new Date(call.now() * 1000).toISOString().slice(0, 10)}`,
    );
    yield { ms: 2500, log: `State saved, quitting` };
    guest.config["vmstate"] = state;
    guest.config["runningmachine"] = "pc-i440fx-10.1+pve0";
    delete guest.running;
    guest.lock = "suspended";
  } finally {
    if (guest.lock === "suspending") {
      delete guest.lock;
    }
  }
}

/** Where a VM's memory goes: the storage asked for, `vmstatestorage`, or that of its first disk. */
export function stateStorage(call: Call, guest: Guest): string {
  const asked = text(call, "statestorage") ?? guest.config["vmstatestorage"];
  if (asked !== undefined) {
    return String(asked);
  }
  for (const key of driveKeys("qemu", guest.config)) {
    const volid = isCdrom(guest.config[key]) ? undefined : driveVolid("qemu", guest.config[key]);
    if (volid !== undefined) {
      return parseVolid(volid).storage;
    }
  }
  return "local";
}

/** Allocates the volume that takes a VM's memory and returns its id. */
export function allocateState(call: Call, guest: Guest, storage: string, name: string): string {
  const { maxmem } = guestLimits(call.world, guest);
  const volume = allocateVolume(call.world, {
    storage,
    node: guest.node,
    vmid: guest.vmid,
    content: "images",
    format: "raw",
    size: maxmem * 2 + 500 * 1024 ** 2,
    suffix: `state-${name}`,
    now: call.now(),
  });
  volume.used = Math.floor(maxmem * 0.4);
  return volume.volid;
}

const resume: Handler = (call) => {
  assertRootOnly(call, ["skiplock"]);
  const guest = vmFound(call.world, nodeOf(call), vmidOf(call));
  if (guest.lock === "suspended") {
    return task(call, "qmresume", () => bootGuest(call, guest));
  }
  running(call);
  return task(call, "qmresume", function* () {
    if (!flag(call, "skiplock")) {
      assertUnlocked(guest);
    }
    yield { ms: 100 };
    if (guest.running !== undefined) {
      guest.running.paused = false;
    }
  });
};

/** Starting, stopping and pausing VMs. */
export const qemuPowerHandlers: Handlers = {
  "POST /nodes/{node}/qemu/{vmid}/status/start": start,
  "POST /nodes/{node}/qemu/{vmid}/status/stop": stop,
  "POST /nodes/{node}/qemu/{vmid}/status/shutdown": shutdown,
  "POST /nodes/{node}/qemu/{vmid}/status/reboot": reboot,
  "POST /nodes/{node}/qemu/{vmid}/status/reset": reset,
  "POST /nodes/{node}/qemu/{vmid}/status/suspend": suspend,
  "POST /nodes/{node}/qemu/{vmid}/status/resume": resume,
};
