import { ToolNotFoundError } from "../errors.js";
import { type Answer, guestOf, type Invocation, kindOf } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { isRecord } from "../schema.js";
import { awaitTask } from "../task-answer.js";
import type { Row } from "../window.js";

const KEY = /^(?:ide|sata|scsi|virtio|efidisk|tpmstate|unused|mp)\d+$|^rootfs$/;
const UNITS: Readonly<Record<string, number>> = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** A disk, drive or mount point of a guest, as its configuration has it. */
export interface GuestDisk {
  /** Such as `scsi0` or `rootfs`. */
  readonly key: string;
  /** A volume id, a path of the host, or `none` for an empty drive. */
  readonly volume: string;
  /** Absent where the volume lies on none. */
  readonly storage?: string;
  readonly kind: "disk" | "cdrom" | "cloudinit" | "efi" | "tpm" | "rootfs" | "mountpoint" | "bind" | "unused";
  /** Bytes, as far as the configuration says. */
  readonly size?: number;
  readonly options: Row;
}

/** The disks in a configuration, in the order of their keys. */
export function disksIn(config: Row): readonly GuestDisk[] {
  return Object.entries(config)
    .filter(([key]) => KEY.test(key))
    .map(([key, value]) => diskOf(key, value))
    .sort((a, b) => a.key.localeCompare(b.key, "en", { numeric: true }));
}

/** One disk by its key. Throws `ToolNotFoundError` with the keys there are. */
export function diskNamed(call: Invocation, config: Row, key: string): GuestDisk {
  const disks = disksIn(config);
  const disk = disks.find((one) => one.key === key);
  if (disk !== undefined) return disk;
  const keys = disks.map((one) => `${one.key} (${one.volume})`).join(", ");
  throw new ToolNotFoundError(
    `there is no disk ${key} on guest ${guestOf(call).vmid}`,
    `There are: ${keys || "none"}.`,
  );
}

/** Bytes of a size as configurations write it: `32G`, `4M`, `1024`. */
export function bytesOf(size: string): number | undefined {
  const [, count, unit = ""] = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(size) ?? [];
  return count === undefined ? undefined : Math.round(Number(count) * (UNITS[unit] ?? 1));
}

/** Writes settings of a guest: virtual machines do so in a task, containers at once. */
export async function writeConfig(call: Invocation, params: Row): Promise<Answer> {
  const route =
    kindOf(call) === "qemu" ? "POST /nodes/{node}/qemu/{vmid}/config" : "PUT /nodes/{node}/lxc/{vmid}/config";
  const result = await callOperation(call, route, { ...guestOf(call), ...params });
  return isTask(result) ? awaitTask(call, result) : { task: "finished", exitstatus: "OK" };
}

function diskOf(key: string, value: unknown): GuestDisk {
  const { file, volume, ...options } = isRecord(value) ? value : { file: value };
  const id = String(file ?? volume ?? "none");
  const storage = /^([^/:]+):/.exec(id)?.[1];
  const size = typeof options["size"] === "string" ? bytesOf(options["size"]) : undefined;
  return {
    key,
    volume: id,
    ...(storage !== undefined && { storage }),
    kind: kindOfDisk(key, id, options),
    ...(size !== undefined && { size }),
    options,
  };
}

function kindOfDisk(key: string, volume: string, options: Row): GuestDisk["kind"] {
  if (key.startsWith("unused")) return "unused";
  if (key === "rootfs") return "rootfs";
  if (key.startsWith("mp")) return volume.startsWith("/") ? "bind" : "mountpoint";
  if (key.startsWith("efidisk")) return "efi";
  if (key.startsWith("tpmstate")) return "tpm";
  if (options["media"] !== "cdrom") return "disk";
  return /[:/]vm-\d+-cloudinit(?:\.\w+)?$/.test(volume) ? "cloudinit" : "cdrom";
}
