import { die, invalid, PveFailure, printFailure } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Config, ConfigValue, Guest } from "../world.js";
import { isDriveKey } from "../world-drives.js";
import { assertUnlocked } from "../world-guest.js";
import { parseNic, parseOption, printNic } from "../world-option.js";
import { assertRootOnly, flag, guestOf, nodeOf } from "./guest-call.js";
import { applyLock, assertDigest, type Changes, changesOf } from "./guest-changes.js";
import { messageOf } from "./guest-create.js";
import { putKey, removeKey } from "./guest-pending.js";
import type { Steps } from "./guest-power.js";
import { assertMayConfigure, isQemuOption } from "./qemu-config-keys.js";
import { checkDisk, makeDisk } from "./qemu-disks.js";
import { isOnCloudInitDrive, takesNow } from "./qemu-hotplug.js";
import { assertGuestText } from "./qemu-texts.js";

/** Everything that is refused before the configuration is touched. */
function check(call: Call): { readonly guest: Guest; readonly changes: Changes } {
  assertRootOnly(call, ["skiplock"]);
  assertGuestText(call);
  const changes = changesOf(call, isQemuOption);
  const guest = guestOf(call);
  assertMayConfigure(call, guest.vmid, guest.config, changes.set, changes.remove);
  for (const [key, value] of Object.entries(changes.set)) {
    if (isDriveKey("qemu", key)) {
      checkDisk(call, guest.node, String(value));
    }
  }
  assertChange(call, guest, changes);
  assertOneLine(changes.set);
  return { guest, changes };
}

/** Only a description may have several lines: everything else is one line of the configuration file. */
function assertOneLine(set: Config): void {
  const key = Object.keys(set).find((name) => name !== "description" && String(set[name]).includes("\n"));
  if (key !== undefined) {
    die(`unable to parse value of '${key}' - property contains a line feed`);
  }
}

/** The checks that are made again once the configuration is locked. */
function assertChange(call: Call, guest: Guest, changes: Changes): void {
  assertDigest(call, guest);
  if (!flag(call, "skiplock")) {
    assertUnlocked(guest);
  }
  assertMemory(guest.config, changes.set);
  assertBoot(guest, changes);
  if (guest.config["protection"] === 1) {
    for (const key of changes.remove) {
      if (isDriveKey("qemu", key) || /^unused\d+$/.test(key)) {
        die(`can't remove ${key.startsWith("unused") ? "unused disk" : "drive"} '${key}' - protection mode enabled`);
      }
    }
  }
}

function assertMemory(config: Config, set: Config): void {
  if (set["balloon"] === undefined && set["memory"] === undefined) {
    return;
  }
  const memory = Number(parseOption(String(set["memory"] ?? config["memory"] ?? "512"), "current")["current"]);
  const balloon = Number(set["balloon"] ?? config["balloon"] ?? 0);
  if (set["balloon"] !== undefined && balloon > memory) {
    die("balloon value too large (must be smaller than assigned memory)");
  }
}

function assertBoot(guest: Guest, changes: Changes): void {
  const order = /order=([^,]+)/.exec(String(changes.set["boot"] ?? ""))?.[1];
  for (const device of order?.split(";") ?? []) {
    if (!(device in guest.config) && !(device in guest.pending.set) && !(device in changes.set)) {
      die(`invalid bootorder: device '${device}' does not exist'`);
    }
  }
}

/** Applies the changes: at once where the VM is stopped or the key can be hot-plugged, pending otherwise. */
function* apply(call: Call, guest: Guest, asked: Changes): Steps {
  const { config, pending } = guest;
  const changes = applyLock(guest, asked);
  for (const key of changes.revert) {
    delete pending.set[key];
    delete pending.remove[key];
  }
  const problems: Record<string, string> = {};
  for (const key of changes.remove) {
    delete pending.set[key];
    if (!(key in config)) {
      yield { log: `cannot delete '${key}' - not set in current configuration!` };
    } else if (takesOrTells(call, guest, key, undefined, problems)) {
      keepCloudInit(guest, key, undefined);
      removeKey(call.world, guest, key, flag(call, "force"));
    } else {
      pending.remove[key] = flag(call, "force") ? 2 : 1;
    }
  }
  for (const key of Object.keys(changes.set).sort()) {
    yield* setKey(call, guest, key, changes, problems);
  }
  if (Object.keys(problems).length > 0) {
    // Everything else has been written by now, and what failed waits.
    invalid(problems);
  }
}

type Problems = Record<string, string>;

/** Whether the key is changed at once; what the running process has against it becomes the problem of that key. */
function takesOrTells(
  call: Call,
  guest: Guest,
  key: string,
  value: ConfigValue | undefined,
  problems: Problems,
): boolean {
  if (guest.running === undefined) {
    return true;
  }
  try {
    return takesNow(call, guest, key, value);
  } catch (error) {
    problems[key] = `hotplug problem - ${messageOf(error)}\n`;
    return false;
  }
}

/** Notes what the cloud-init drive of a running VM says of a key that is about to change. */
function keepCloudInit(guest: Guest, key: string, value: ConfigValue | undefined): void {
  const before = guest.config[key];
  if (guest.running === undefined || before === value || !isOnCloudInitDrive(key)) {
    return;
  }
  guest.staleCloudInit ??= {};
  const stale = guest.staleCloudInit;
  if (!(key in stale)) {
    stale[key] = before ?? null;
  } else if (stale[key] === (value ?? null)) {
    delete stale[key];
  }
}

function* setKey(call: Call, guest: Guest, key: string, changes: Changes, problems: Problems): Steps {
  let value = changes.set[key] ?? "";
  if (isDriveKey("qemu", key)) {
    const made = makeDisk(call, guest, key, String(value));
    for (const log of made.log) {
      yield { log };
    }
    value = made.value;
  } else if (/^net\d+$/.test(key)) {
    value = nicValue(call, String(value));
  } else if (key === "vmgenid" && value === "1") {
    value = call.world.random.uuid();
  }
  delete guest.pending.set[key];
  delete guest.pending.remove[key];
  if (guest.config[key] === value) {
    return;
  }
  if (takesOrTells(call, guest, key, value, problems)) {
    keepCloudInit(guest, key, value);
    putKey(guest, key, value);
  } else {
    guest.pending.set[key] = value;
  }
}

/** A network option with an address, in PVE's order. */
export function nicValue(call: Call, value: string): string {
  const nic = parseNic(value);
  for (const key of ["firewall", "link_down"]) {
    const given = nic[key];
    if (given !== undefined) {
      // PVE stores booleans as figures, however they were written.
      nic[key] = /^(1|on|yes|true)$/i.test(given) ? "1" : "0";
    }
  }
  nic["macaddr"] ??= call.world.random.mac(String(call.world.options["mac_prefix"] ?? "BC:24:11"));
  return printNic(nic);
}

/** Runs through the steps of a worker at once, for calls that do not start one. */
export function runNow(steps: Steps): void {
  for (const _step of steps) {
    // Without a worker there is no log and no time passes.
  }
}

const update: Handler = (call) => {
  const { guest, changes } = check(call);
  runNow(apply(call, guest, changes));
  return null;
};

const updateInBackground: Handler = (call) => {
  const { guest, changes } = check(call);
  if (call.params["background_delay"] !== undefined) {
    try {
      runNow(apply(call, guest, changes));
    } catch (error) {
      die(`failed to update VM ${guest.vmid}: ${error instanceof PveFailure ? printFailure(error) : messageOf(error)}`);
    }
    return null;
  }
  return call.startTask({
    node: nodeOf(call),
    type: "qmconfig",
    id: String(guest.vmid),
    work: function* () {
      yield { log: `update VM ${guest.vmid}: ${printed(call)}` };
      assertChange(call, guest, changes);
      yield { ms: 300 };
      yield* apply(call, guest, changes);
    },
  });
};

function printed(call: Call): string {
  return Object.keys(call.params)
    .filter((key) => !["node", "vmid", "digest", "skiplock", "background_delay"].includes(key))
    .sort()
    .map((key) => `-${key} ${key === "cipassword" ? "<hidden>" : String(call.params[key])}`)
    .join(" ");
}

const unlink: Handler = (call) => {
  const idlist = String(call.params["idlist"] ?? "");
  return update({ ...call, params: withoutIdlist(call, idlist) });
};

function withoutIdlist(call: Call, idlist: string): Call["params"] {
  const { idlist: _list, ...rest } = call.params;
  return { ...rest, delete: idlist };
}

/** Changing the configuration of VMs. */
export const qemuConfigWriteHandlers: Handlers = {
  "PUT /nodes/{node}/qemu/{vmid}/config": update,
  "POST /nodes/{node}/qemu/{vmid}/config": updateInBackground,
  "PUT /nodes/{node}/qemu/{vmid}/unlink": unlink,
};
