import { die, PveFailure } from "../failure.js";
import type { Call } from "../handler.js";
import type { Config, ConfigValue } from "../world.js";
import { isDriveKey } from "../world-drives.js";
import { parseOption } from "../world-option.js";
import { isRoot } from "./guest-call.js";
import { assertBridge } from "./qemu-config-keys.js";
import { assertAllowed } from "./storage-access.js";
import { assertTags } from "./tags.js";

const words = (line: string): Set<string> => new Set(line.split(" "));

const known = words(
  "arch cmode console cores cpulimit cpuunits debug description entrypoint env features hookscript hostname lock memory nameserver onboot ostype protection searchdomain startup swap tags template timezone tty unprivileged",
);
const networkKeys = words("nameserver searchdomain hostname");
const required = words("rootfs memory swap");
const readOnly = words("unprivileged arch ostype");

/** Whether `delete` and `revert` accept the key. */
export function isLxcOption(key: string): boolean {
  return known.has(key) || isDriveKey("lxc", key) || /^(?:net|dev|unused)\d+$/.test(key);
}

/** Refuses to drop what a container cannot be without. */
export function assertRemovable(key: string): void {
  if (required.has(key)) {
    die(`unable to delete required option '${key}'`);
  }
  if (readOnly.has(key)) {
    die(`unable to delete read-only option: '${key}'`);
  }
}

/** Refuses to change what is settled when a container is made; saying the same again is fine. */
export function assertWritable(config: Config, key: string, value: ConfigValue): void {
  if (key === "unprivileged" && String(config[key] ?? 0) !== String(value)) {
    die(`unable to modify read-only option: '${key}'`);
  }
}

/** Refuses, key by key, what the caller may not set. */
export function assertMaySetLxc(
  call: Call,
  vmid: number,
  config: Config,
  changes: Config,
  gone: readonly string[],
): void {
  if (isRoot(call)) {
    return;
  }
  const path = `/vms/${vmid}`;
  for (const key of [...gone, ...Object.keys(changes)]) {
    if (key === "hookscript" || /^dev\d+$/.test(key)) {
      refuse(
        key === "hookscript"
          ? "changing the hookscript is only allowed for root@pam"
          : "configuring device passthrough is only allowed for root@pam",
      );
    } else if (key === "features") {
      assertFeatures(call, path, config, String(changes[key] ?? ""));
    } else if (key === "tags") {
      assertTags(call, path, config["tags"], changes["tags"]);
    } else {
      assertAllowed(call, path, [privilegeOf(key)]);
    }
    if (/^net\d+$/.test(key)) {
      assertBridge(call, parseOption(String(changes[key] ?? ""), "name")["bridge"]);
    }
  }
}

function refuse(detail: string): never {
  throw new PveFailure(403, `Permission check failed (${detail})`);
}

function assertFeatures(call: Call, path: string, config: Config, wanted: string): void {
  const others = Object.keys(parseOption(wanted, "nesting")).filter((feature) => feature !== "nesting");
  if (others.length > 0) {
    refuse("changing feature flags (except nesting) is only allowed for root@pam");
  }
  if (config["unprivileged"] !== 1) {
    refuse("changing feature flags for privileged container is only allowed for root@pam");
  }
  assertAllowed(call, path, ["VM.Allocate"]);
}

function privilegeOf(key: string): string {
  if (isDriveKey("lxc", key) || /^unused\d+$/.test(key)) {
    return "VM.Config.Disk";
  }
  if (/^net\d+$/.test(key) || networkKeys.has(key)) {
    return "VM.Config.Network";
  }
  if (["cores", "cpulimit", "cpuunits"].includes(key)) {
    return "VM.Config.CPU";
  }
  return key === "memory" || key === "swap" ? "VM.Config.Memory" : "VM.Config.Options";
}

const hotPlugged = words("description onboot startup protection tags hookscript memory swap cores cpulimit cpuunits");

/** Whether a running container takes a change at once. */
export function isLxcHotPluggable(key: string): boolean {
  return hotPlugged.has(key) || /^(?:net|mp|unused)\d+$/.test(key);
}
