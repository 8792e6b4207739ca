import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { type BlockDevice, disksOfNode, wipeDisk } from "../world-disks.js";
import { noise } from "../world-random.js";
import { deviceNamed } from "./disks-devices.js";
import { directoryHandlers } from "./disks-directory.js";
import { lvmHandlers } from "./disks-lvm.js";
import { zfsHandlers } from "./disks-zfs.js";
import { flag, need, nodeOf, text } from "./guest-call.js";

const index = ["list", "initgpt", "smart", "lvm", "lvmthin", "directory", "wipedisk", "zfs"];

function wearout(device: BlockDevice): number | "N/A" {
  return device.type === "hdd" ? "N/A" : 100 - Math.floor(noise(device.serial.charCodeAt(3), 5) * 20);
}

function usage(device: BlockDevice): string | undefined {
  return device.used ?? (device.partitions.length > 0 ? "partitions" : undefined);
}

function item(device: BlockDevice, smart: boolean): Record<string, unknown> {
  const used = usage(device);
  return {
    devpath: device.devpath,
    size: device.size,
    type: device.type,
    model: device.model,
    vendor: device.vendor,
    serial: device.serial,
    wwn: "unknown",
    gpt: device.gpt ? 1 : 0,
    rpm: device.type === "hdd" ? 7200 : 0,
    osdid: -1,
    "osdid-list": null,
    health: smart ? device.health : "UNKNOWN",
    wearout: smart ? wearout(device) : "N/A",
    ...(used === undefined ? {} : { used }),
    ...(device.mounted ? { mounted: 1 } : {}),
  };
}

function partitions(device: BlockDevice): Record<string, unknown>[] {
  const stem = /\d$/.test(device.devpath) ? `${device.devpath}p` : device.devpath;
  return device.partitions.map(({ size, used }, n) => ({
    devpath: `${stem}${n + 1}`,
    parent: device.devpath,
    size,
    type: "partition",
    used,
    gpt: device.gpt ? 1 : 0,
    osdid: -1,
    "osdid-list": null,
    ...(device.mounted ? { mounted: 1 } : {}),
  }));
}

const listDisks: Handler = (call) => {
  const type = text(call, "type");
  const found = disksOfNode(call.world, nodeOf(call)).devices.filter((device) => {
    const used = usage(device);
    return type === undefined || used === undefined || (type === "journal_disks" && (used === "LVM" || device.gpt));
  });
  return found
    .flatMap((device) => [
      item(device, !flag(call, "skipsmart")),
      ...(flag(call, "include-partitions") ? partitions(device) : []),
    ])
    .sort((a, b) => (String(a["devpath"]) < String(b["devpath"]) ? -1 : 1));
};

/** S.M.A.R.T. data: a table for SATA disks, a text for NVMe. */
const readSmart: Handler = (call) => {
  const device = deviceNamed(call, need(call, "disk"));
  const { health } = device;
  if (flag(call, "healthonly")) {
    return { health };
  }
  const hours = 4000 + Math.floor(noise(device.serial.charCodeAt(2), 9) * 20_000);
  if (device.type === "nvme") {
    const used = 100 - Number(wearout(device));
    const text = `\nSMART/Health Information (NVMe Log 0x02)\nCritical Warning:                   0x00\nTemperature:                        34 Celsius\nAvailable Spare:                    100%\nPercentage Used:                    ${used}%\nPower On Hours:                     ${hours}\n`;
    return { health, type: "text", text, wearout: wearout(device) };
  }
  const rows: readonly (readonly [string, string, number, number])[] = [
    ["  5", "Reallocated_Sector_Ct", 10, health === "PASSED" ? 0 : 1712],
    ["  9", "Power_On_Hours", 0, hours],
    [" 12", "Power_Cycle_Count", 0, 31],
    ["194", "Temperature_Celsius", 0, 33],
  ];
  const attributes = rows.map(([id, name, threshold, raw]) => ({
    id,
    name,
    flags: "PO--CK",
    value: 100,
    normalized: 100,
    worst: 100,
    threshold,
    fail: "-",
    raw: String(raw),
  }));
  return { health, type: "ata", attributes, ...(device.type === "ssd" ? { wearout: wearout(device) } : {}) };
};

const initGpt: Handler = (call) => {
  const device = deviceNamed(call, need(call, "disk"));
  if (usage(device) !== undefined) {
    die(`disk ${device.devpath} already in use`);
  }
  const id = device.devpath.slice("/dev/".length);
  return call.startTask({
    node: nodeOf(call),
    type: "diskinit",
    id,
    work: function* () {
      yield { ms: 800 };
      device.gpt = true;
    },
  });
};

const wipe: Handler = (call) => {
  const device = deviceNamed(call, need(call, "disk"));
  assertReleased(call, device);
  const id = device.devpath.slice("/dev/".length);
  return call.startTask({
    node: nodeOf(call),
    type: "wipedisk",
    id,
    work: function* () {
      yield { ms: 1200, log: `wiping disk/partition: ${device.devpath}` };
      wipeDisk(device);
    },
  });
};

/** What is mounted or belongs to a volume group or pool has to be taken down first. */
function assertReleased(call: Call, device: BlockDevice): void {
  if (device.mounted) {
    die(`disk/partition '${device.devpath}' is mounted`);
  }
  const { groups, zfsPools } = disksOfNode(call.world, nodeOf(call));
  const paths = [device.devpath, ...partitions(device).map((part) => String(part["devpath"]))];
  const held = [...groups, ...zfsPools].flatMap(({ devices }) => devices).find((path) => paths.includes(path));
  if (held !== undefined) {
    die(`disk/partition '${held}' has a holder`);
  }
}

/** The disks of a node. */
export const disksHandlers: Handlers = {
  "GET /nodes/{node}/disks": () => index.map((name) => ({ name })),
  "GET /nodes/{node}/disks/list": listDisks,
  "GET /nodes/{node}/disks/smart": readSmart,
  "POST /nodes/{node}/disks/initgpt": initGpt,
  "PUT /nodes/{node}/disks/wipedisk": wipe,
  ...lvmHandlers,
  ...zfsHandlers,
  ...directoryHandlers,
};
