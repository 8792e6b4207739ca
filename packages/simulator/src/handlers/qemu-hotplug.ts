import { die } from "../failure.js";
import type { Call } from "../handler.js";
import type { Config, ConfigValue, Guest } from "../world.js";
import { isCdrom, isDriveKey } from "../world-drives.js";
import { type Option, parseNic, parseOption } from "../world-option.js";

/** Keys that mean nothing to the process, cloud-init's among them: its drive is made anew later. */
const fast =
  /^(?:description|hookscript|lock|migrate_(?:downtime|speed)|name|onboot|protection|shares|startup|tags|vmstatestorage|ci(?:custom|password|type|user|upgrade)|nameserver|searchdomain|sshkeys|ipconfig\d+|unused\d+)$/;

/** What a disk cannot change while it is in use. */
const fixedInUse = ["aio", "discard", "iothread", "queues", "product", "cache", "ssd", "vendor", "ro"];
/** What needs another card. */
const madeOf = ["model", "macaddr", "queues", "mtu"];
/** What plugs the same card in anew. */
const pluggedBy = ["bridge", "tag", "trunks", "firewall"];

/** Whether the cloud-init drive is made from the key. */
export function isOnCloudInitDrive(key: string): boolean {
  return /^(?:ci(?:custom|password|type|user|upgrade)|name|nameserver|searchdomain|sshkeys|(?:ipconfig|net)\d+)$/.test(
    key,
  );
}

const unset = (value: ConfigValue | undefined): boolean => value === undefined || value === "";

/**
 * Whether a running VM takes a change of one key at once; otherwise it waits for the next start. `value` is nothing when
 * the key is to go. Throws what the process would answer when it cannot do what it is asked.
 */
export function takesNow(call: Call, guest: Guest, key: string, value: ConfigValue | undefined): boolean {
  const { config } = guest;
  if (fast.test(key) || key === "cpuunits" || key === "cpulimit") {
    return true;
  }
  if (key === "hotplug") {
    return ![config[key], value].some((setting) => /cpu|memory/.test(String(setting ?? "")));
  }
  if (key === "tablet" || (/^usb\d+$/.test(key) && /^(?:l26|win(?:[89]|1\d))$/.test(String(config["ostype"])))) {
    return plugs(config, "usb");
  }
  if (key === "vcpus" || key === "memory") {
    return plugs(config, key === "vcpus" ? "cpu" : "memory");
  }
  if (key === "balloon") {
    // The device comes and goes with a start only.
    return value === undefined ? config[key] !== 0 : (config[key] === 0) === (value === 0);
  }
  if (key === "agent") {
    return !unset(value) && !unset(config[key]) && isSameAgent(String(config[key]), String(value));
  }
  if (/^net\d+$/.test(key)) {
    return value === undefined ? plugs(config, "network") : takesCard(call, guest, key, String(value));
  }
  return isDriveKey("qemu", key) && takesDrive(config, key, value);
}

function plugs(config: Config, feature: string): boolean {
  const setting = String(config["hotplug"] ?? "1");
  const features = setting === "1" ? ["network", "disk", "usb"] : setting.split(/[,;]/);
  return features.includes(feature);
}

function isSameAgent(before: string, after: string): boolean {
  const [old, young] = [before, after].map((text) => parseOption(text, "enabled")) as [Option, Option];
  return [...Object.keys(old), ...Object.keys(young)].every(
    (part) => part === "fstrim_cloned_disks" || old[part] === young[part],
  );
}

/** The same card changes its plug, however `hotplug` is set; another one takes its place only with `network` in it. */
function takesCard(call: Call, guest: Guest, key: string, value: string): boolean {
  const young = parseNic(value);
  const bridges = call.world.nodes.get(guest.node)?.bridges ?? [];
  const bridge = young["bridge"];
  const missing = bridge !== undefined && !bridges.includes(bridge);
  const before = guest.config[key];
  const old = before === undefined ? undefined : parseNic(String(before));
  const isAnother =
    old === undefined ||
    madeOf.some((part) => String(old[part]).toLowerCase() !== String(young[part]).toLowerCase()) ||
    old["bridge"] === undefined ||
    bridge === undefined;
  if (!isAnother) {
    if (missing && pluggedBy.some((part) => old[part] !== young[part])) {
      die(`bridge '${bridge}' is neither a linux nor an OVS bridge!`);
    }
    return true;
  }
  if (!plugs(guest.config, "network")) {
    return false;
  }
  if (missing) {
    const script = "/usr/libexec/qemu-server/pve-bridge-hotplug";
    die(`VM ${guest.vmid} qmp command 'netdev_add' failed - network script ${script} failed with status 6400`);
  }
  return true;
}

function takesDrive(config: Config, key: string, value: ConfigValue | undefined): boolean {
  const pluggable = plugs(config, "disk") && /^(?:scsi|virtio)\d+$/.test(key);
  if (/^(?:efidisk|tpmstate)/.test(key)) {
    return false;
  }
  const before = config[key];
  if (value === undefined || before === undefined) {
    return pluggable;
  }
  if (isCdrom(before) !== isCdrom(value)) {
    die("unable to change media type");
  }
  if (isCdrom(before)) {
    return true;
  }
  const [old, young] = [before, value].map((text) => parseOption(String(text), "file")) as [Option, Option];
  return old["file"] === young["file"] ? fixedInUse.every((part) => old[part] === young[part]) : pluggable;
}
