import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Guest } from "../world.js";
import { isDriveKey } from "../world-drives.js";
import { assertUnlocked } from "../world-guest.js";
import { parseOption, printOption } from "../world-option.js";
import { flag, guestOf } from "./guest-call.js";
import { applyLock, assertDigest, type Changes, changesOf } from "./guest-changes.js";
import { putKey, removeKey } from "./guest-pending.js";
import { assertMaySetLxc, assertRemovable, assertWritable, isLxcHotPluggable, isLxcOption } from "./lxc-config-keys.js";
import { checkMountPoint, makeMountPoint } from "./lxc-disks.js";

const update: Handler = (call) => {
  const changes = changesOf(call, isLxcOption);
  const guest = guestOf(call);
  assertMaySetLxc(call, guest.vmid, guest.config, changes.set, changes.remove);
  for (const [key, value] of Object.entries(changes.set)) {
    if (isDriveKey("lxc", key)) {
      checkMountPoint(call, guest.node, String(value));
    }
  }
  assertDigest(call, guest);
  assertUnlocked(guest);
  assertChanges(guest, changes);
  apply(call, guest, changes);
  return null;
};

function assertChanges(guest: Guest, changes: Changes): void {
  for (const key of changes.remove) {
    assertRemovable(key);
    if (guest.config["protection"] === 1 && (isDriveKey("lxc", key) || /^unused\d+$/.test(key))) {
      die(`can't remove CT ${guest.vmid} drive '${key}' - protection mode enabled`);
    }
  }
  for (const [key, value] of Object.entries(changes.set)) {
    assertWritable(guest.config, key, value);
  }
}

function apply(call: Call, guest: Guest, asked: Changes): void {
  const { pending, config } = guest;
  const changes = applyLock(guest, asked);
  for (const key of changes.revert) {
    delete pending.set[key];
    delete pending.remove[key];
  }
  const live = (key: string): boolean => guest.running === undefined || isLxcHotPluggable(key);
  for (const key of changes.remove) {
    delete pending.set[key];
    if (key in config && live(key)) {
      removeKey(call.world, guest, key, flag(call, "force"));
    } else if (key in config) {
      pending.remove[key] = flag(call, "force") ? 2 : 1;
    }
  }
  for (const key of Object.keys(changes.set).sort()) {
    const value = settledValue(call, guest, key, changes.set[key] ?? "");
    delete pending.set[key];
    delete pending.remove[key];
    if (live(key)) {
      putKey(guest, key, value);
    } else if (config[key] !== value) {
      pending.set[key] = value;
    }
  }
}

function settledValue(call: Call, guest: Guest, key: string, value: string | number): string | number {
  if (isDriveKey("lxc", key)) {
    return makeMountPoint(call, guest, String(value)).value;
  }
  if (/^net\d+$/.test(key)) {
    assertBridgeExists(call, guest, String(value));
    return interfaceValue(call, String(value));
  }
  return value;
}

function assertBridgeExists(call: Call, guest: Guest, value: string): void {
  const bridge = parseOption(value, "name")["bridge"] ?? "";
  const bridges = call.world.nodes.get(guest.node)?.bridges ?? [];
  if (guest.running !== undefined && !bridges.includes(bridge)) {
    die(`bridge '${bridge}' does not exist`);
  }
}

/** A container's network option with an address and the only type there is, in PVE's order. */
export function interfaceValue(call: Call, value: string): string {
  const option = parseOption(value, "name");
  option["hwaddr"] = (
    option["hwaddr"] ?? call.world.random.mac(String(call.world.options["mac_prefix"] ?? "BC:24:11"))
  ).toUpperCase();
  option["type"] ??= "veth";
  return printOption(option, undefined, ["name"]);
}

/** Changing the configuration of containers. */
export const lxcConfigWriteHandlers: Handlers = { "PUT /nodes/{node}/lxc/{vmid}/config": update };
