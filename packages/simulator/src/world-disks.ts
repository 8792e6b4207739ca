import type { World } from "./world.js";
import { entryOf } from "./world-per-node.js";
import { noise } from "./world-random.js";

const gigabyte = 1e9;
const gibibyte = 1024 ** 3;

/** One block device of a node. */
export interface BlockDevice {
  readonly devpath: string;
  /** Bytes. */
  readonly size: number;
  readonly type: "nvme" | "ssd" | "hdd";
  readonly model: string;
  readonly vendor: string;
  readonly serial: string;
  /** What S.M.A.R.T. says. */
  readonly health: string;
  gpt: boolean;
  /** `LVM`, `ZFS`, `ext4`, `xfs`; absent: nobody's. */
  used?: string;
  mounted?: boolean;
  /** What was made on it: a volume group, pool or directory by name. */
  owner?: string;
  /** Partitions by number, with what they are used for. */
  partitions: { readonly size: number; readonly used: string }[];
}

/** A volume group: its disks, and how much of them is given away. */
export interface VolumeGroup {
  readonly name: string;
  readonly size: number;
  free: number;
  /** Device paths of the physical volumes. */
  readonly devices: readonly string[];
}

/** A thin pool in a volume group. */
export interface ThinPool {
  readonly lv: string;
  readonly vg: string;
  readonly size: number;
}

/** A ZFS pool. */
export interface ZfsPool {
  readonly name: string;
  readonly raidlevel: string;
  readonly devices: readonly string[];
  readonly size: number;
}

/** A file system mounted below /mnt/pve. */
export interface DirectoryMount {
  readonly name: string;
  readonly device: string;
  readonly uuid: string;
  readonly filesystem: string;
}

/** The disks of a node and what has been made of them. */
export interface NodeDisks {
  readonly devices: BlockDevice[];
  groups: VolumeGroup[];
  thinPools: ThinPool[];
  zfsPools: ZfsPool[];
  directories: DirectoryMount[];
}

/** The disks of a node: one for the system, one for each thick volume group its storages name, and three that are empty. */
export function disksOfNode(world: World, node: string): NodeDisks {
  return entryOf(world.disks, node, () => {
    const nodeid = world.nodes.get(node)?.nodeid ?? 1;
    const disks: NodeDisks = {
      devices: [systemDisk(nodeid)],
      groups: [],
      thinPools: [],
      zfsPools: [],
      directories: [],
    };
    disks.groups.push({ name: "pve", size: 446 * gibibyte, free: 4 * gibibyte, devices: ["/dev/nvme0n1p3"] });
    disks.thinPools.push({ lv: "data", vg: "pve", size: 340 * gibibyte });
    for (const storage of world.storages.values()) {
      const vg = storage.config["vgname"];
      const isHere = storage.nodes === undefined || storage.nodes.includes(node);
      if (storage.type === "lvm" && !storage.shared && isHere && vg !== undefined && vg !== "pve") {
        const device = spare(nodeid, disks.devices.length - 1, storage.total);
        disks.devices.push({ ...device, used: "LVM", owner: String(vg) });
        disks.groups.push({ name: String(vg), size: storage.total, free: storage.total, devices: [device.devpath] });
      }
    }
    for (const size of [960, 960, 4000]) {
      disks.devices.push(spare(nodeid, disks.devices.length - 1, size * gigabyte));
    }
    return disks;
  });
}

function serial(nodeid: number, index: number): string {
  return `S${Math.floor(noise(nodeid, index, 77) * 36 ** 8)
    .toString(36)
    .toUpperCase()
    .padStart(8, "0")}`;
}

function systemDisk(nodeid: number): BlockDevice {
  return {
    devpath: "/dev/nvme0n1",
    size: 480 * gigabyte,
    type: "nvme",
    model: "SAMSUNG MZQL2480HCJR-00A07",
    vendor: "unknown",
    serial: serial(nodeid, 0),
    health: "PASSED",
    gpt: true,
    owner: "pve",
    partitions: [
      { size: 1_031_168, used: "BIOS boot" },
      { size: gibibyte, used: "EFI" },
      { size: 446 * gibibyte, used: "LVM" },
    ],
  };
}

function spare(nodeid: number, index: number, size: number): BlockDevice {
  const isSlow = size > 2000 * gigabyte;
  return {
    devpath: `/dev/sd${String.fromCharCode(97 + index)}`,
    size,
    type: isSlow ? "hdd" : "ssd",
    model: isSlow ? "ST4000NM002A-2HZ101" : "MZ7L3960HCJR-00A07",
    vendor: "ATA",
    serial: serial(nodeid, index + 1),
    health: "PASSED",
    gpt: false,
    partitions: [],
  };
}

/** Makes a disk anybody's again. */
export function wipeDisk(device: BlockDevice): void {
  device.gpt = false;
  device.partitions = [];
  delete device.used;
  delete device.owner;
  delete device.mounted;
}
