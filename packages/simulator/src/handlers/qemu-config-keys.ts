import { die, PveFailure } from "../failure.js";
import type { Call } from "../handler.js";
import type { Config, ConfigValue } from "../world.js";
import { isCdrom, isDriveKey } from "../world-drives.js";
import { parseNic } from "../world-option.js";
import { isRoot } from "./guest-call.js";
import { assertAllowed } from "./storage-access.js";
import { assertTags } from "./tags.js";

const words = (line: string): Set<string> => new Set(line.split(" "));

const cpuKeys = words("cores cpu cpulimit cpuunits numa smp sockets vcpus");
const memoryKeys = words("memory balloon shares allow-ksm");
const hardwareKeys = words("acpi hotplug kvm machine scsihw smbios1 tablet vga watchdog audio0 rng0");
const optionKeys = words(
  "agent autostart bios description keyboard localtime migrate_downtime migrate_speed name onboot ostype protection reboot startdate startup tdf template",
);
const diskKeys = words("boot bootdisk vmstatestorage");
const cloudInitKeys = words("cicustom cipassword citype ciuser ciupgrade nameserver searchdomain sshkeys");
const rootKeys = words(
  "args lock hookscript arch affinity amd-sev intel-tdx ivshmem hugepages keephugepages vmgenid spice_enhancements",
);
const families = /^(?:net|ipconfig|numa|serial|parallel|usb|hostpci|virtiofs|unused)\d+$/;

/** Whether `delete` and `revert` accept the key. */
export function isQemuOption(key: string): boolean {
  const plain = [cpuKeys, memoryKeys, hardwareKeys, optionKeys, diskKeys, cloudInitKeys, rootKeys];
  return (
    plain.some((set) => set.has(key)) ||
    families.test(key) ||
    isDriveKey("qemu", key) ||
    ["cdrom", "tags", "freeze", "parent", "vmstate"].includes(key)
  );
}

/** Refuses, key by key, what the caller may not change on the VM. */
export function assertMayConfigure(
  call: Call,
  vmid: number,
  config: Config,
  changes: Config,
  gone: readonly string[],
): void {
  if (isRoot(call)) {
    return;
  }
  for (const key of [...gone, ...Object.keys(changes)]) {
    if (key === "tags") {
      assertTags(call, `/vms/${vmid}`, config["tags"], changes["tags"]);
      continue;
    }
    assertMaySet(call, `/vms/${vmid}`, key, changes[key] ?? config[key], config[key]);
  }
}

function assertMaySet(
  call: Call,
  path: string,
  key: string,
  value: ConfigValue | undefined,
  before: ConfigValue | undefined,
): void {
  if (isDriveKey("qemu", key) || key === "cdrom") {
    const media = isCdrom(value) && (before === undefined || isCdrom(before));
    assertAllowed(call, path, [media ? "VM.Config.CDROM" : "VM.Config.Disk"]);
  } else if (/^(?:serial|usb|hostpci)\d+$/.test(key)) {
    // Deleting what is not there asks for no device.
    if (value !== undefined) {
      assertDevice(key, String(value));
    }
    assertAllowed(call, path, ["VM.Config.HWType"]);
  } else if (cloudInitKeys.has(key) || /^ipconfig\d+$/.test(key)) {
    assertAny(call, path, ["VM.Config.Cloudinit", "VM.Config.Network"]);
  } else {
    assertAllowed(call, path, [privilegeOf(key) ?? die(`only root can set '${key}' config`)]);
  }
  if (key === "startup") {
    assertAllowed(call, "/", ["Sys.Modify"]);
  }
  if (/^net\d+$/.test(key)) {
    assertBridge(call, parseNic(String(value ?? ""))["bridge"]);
  }
}

function privilegeOf(key: string): string | undefined {
  const groups: readonly [boolean, string][] = [
    [cpuKeys.has(key) || /^numa\d+$/.test(key), "VM.Config.CPU"],
    [memoryKeys.has(key), "VM.Config.Memory"],
    [hardwareKeys.has(key), "VM.Config.HWType"],
    [optionKeys.has(key), "VM.Config.Options"],
    [diskKeys.has(key) || /^(?:virtiofs|unused)\d+$/.test(key), "VM.Config.Disk"],
    [/^net\d+$/.test(key), "VM.Config.Network"],
    [key === "freeze", "VM.PowerMgmt"],
  ];
  return groups.find(([fits]) => fits)?.[1];
}

function assertDevice(key: string, value: string): void {
  if (key.startsWith("serial") && value !== "socket") {
    die(`only root can modify '${key}' config for real devices`);
  }
  if (key.startsWith("usb") && !/^(?:host=)?spice(?:,|$)|mapping=/.test(value)) {
    die(`only root can set '${key}' config for real devices`);
  }
  if (key.startsWith("hostpci") && !/mapping=/.test(value)) {
    die(`only root can set '${key}' config for non-mapped devices`);
  }
}

function assertAny(call: Call, path: string, privs: readonly string[]): void {
  if (!call.allowed(path, privs, "any")) {
    throw new PveFailure(403, `Permission check failed (${path}, ${privs.join("|")})`);
  }
}

/** Refuses a bridge that the caller may not plug guests into. */
export function assertBridge(call: Call, bridge: string | undefined): void {
  if (bridge !== undefined) {
    assertAllowed(call, `/sdn/zones/localnetwork/${bridge}`, ["SDN.Use"]);
  }
}
