import { die } from "../failure.js";
import type { Call } from "../handler.js";
import type { Storage, Volume } from "../world.js";
import { formatSize, type Option, parseOption, printOption } from "../world-option.js";
import {
  allocateVolume,
  assertContent,
  findVolume,
  isDirectory,
  parseVolid,
  storageNamed,
  usableStorage,
  volumePath,
} from "../world-storage.js";
import { assertAllowed, assertVolumeAccess } from "./storage-access.js";

const gibibyte = 1024 ** 3;
const newDisk = /^([^/:\s]+):(\d+(?:\.\d+)?)$/;

/** What a disk option asks for. */
type Wish =
  | { readonly want: "empty" }
  | { readonly want: "new"; readonly storage: string; readonly size: number }
  | { readonly want: "cloudinit"; readonly storage: string }
  | { readonly want: "existing"; readonly volid: string };

function wishOf(option: Option): Wish {
  const file = option["file"] ?? option["volume"] ?? "none";
  if (file === "none" || file === "cdrom") {
    return { want: "empty" };
  }
  const sized = newDisk.exec(file);
  if (sized?.[1] !== undefined) {
    return { want: "new", storage: sized[1], size: Math.trunc((Number(sized[2]) * gibibyte) / 1024) * 1024 };
  }
  const cloudInit = /^([^/:\s]+):cloudinit$/.exec(file);
  return cloudInit?.[1] === undefined
    ? { want: "existing", volid: file }
    : { want: "cloudinit", storage: cloudInit[1] };
}

/** The checks before anything is allocated: storage, content type, volume name and the caller's rights. */
export function checkDisk(call: Call, node: string, value: string): void {
  const option = parseOption(value, "file");
  const wish = wishOf(option);
  if (wish.want === "new" || wish.want === "cloudinit") {
    const storage = storageNamed(call.world, wish.storage);
    assertAllowed(call, `/storage/${wish.storage}`, ["Datastore.AllocateSpace"]);
    assertContent(storage, "images");
    const source = option["import-from"];
    if (source !== undefined) {
      assertVolumeAccess(call, source, node);
    }
  } else if (wish.want === "existing") {
    assertVolumeAccess(call, wish.volid, node);
    assertName(call, wish.volid);
    if (/:iso\//.test(wish.volid) && option["media"] !== "cdrom") {
      die("explicit media parameter is required for iso images");
    }
  }
}

function assertName(call: Call, volid: string): void {
  if (volid.startsWith("/")) {
    return;
  }
  const { storage, name } = parseVolid(volid);
  if (isDirectory(storageNamed(call.world, storage)) && !name.includes("/")) {
    die(`unable to parse directory volume name '${name}'`);
  }
}

/** A disk as it goes into the configuration, and what the worker prints meanwhile. */
export interface MadeDisk {
  readonly value: string;
  readonly log: readonly string[];
  /** Set when a volume was allocated, so that a failed creation can take it away again. */
  readonly volume?: Volume;
}

/** Who gets the disk. */
export interface DiskOwner {
  readonly vmid: number;
  readonly node: string;
}

/** Allocates what a disk option asks for and prints it the way PVE stores it. */
export function makeDisk(call: Call, owner: DiskOwner, key: string, value: string): MadeDisk {
  const option = parseOption(value, "file");
  const wish = wishOf(option);
  switch (wish.want) {
    case "empty":
      return { value: print(option, option["file"] ?? "none"), log: [] };
    case "new":
      return newVolume(call, owner, key, option, wish);
    case "cloudinit":
      return cloudInitVolume(call, owner, key, option, wish.storage);
    case "existing":
      return existingVolume(call, owner, option, wish.volid);
  }
}

function print(option: Option, file: string, size?: number): string {
  const { file: _file, volume: _volume, format: _format, "import-from": _source, ...rest } = option;
  return printOption({ ...rest, ...(size === undefined ? {} : { size: formatSize(size) }), file }, "file");
}

/** The fixed sizes of firmware disks; block storages round up to an extent. */
function sizeOf(key: string, option: Option, asked: number, storage: Storage): number {
  const extent = isDirectory(storage) ? 1024 : 4 * 1024 ** 2;
  const exact =
    key === "efidisk0" ? (option["efitype"] === "4m" ? 528 : 128) * 1024 : key === "tpmstate0" ? 4 * 1024 ** 2 : asked;
  return Math.ceil(exact / extent) * extent;
}

function newVolume(
  call: Call,
  owner: DiskOwner,
  key: string,
  option: Option,
  wish: { readonly storage: string; readonly size: number },
): MadeDisk {
  const storage = usableStorage(call.world, wish.storage, owner.node);
  const source = option["import-from"];
  const from = source === undefined ? undefined : importSource(call, owner, source);
  const volume = allocateVolume(call.world, {
    storage: wish.storage,
    ...owner,
    content: "images",
    ...(option["format"] === undefined ? {} : { format: option["format"] }),
    size: from?.size ?? sizeOf(key, option, wish.size, storage),
    now: call.now(),
  });
  const value = print(option, volume.volid, volume.size);
  volume.used = Math.max(volume.used, from?.used ?? 0);
  const copied = from === undefined ? [] : [`create full clone of drive (${source})`];
  return {
    value,
    volume,
    log: [...copied, formatting(storage, volume), `${key}: successfully created disk '${value}'`],
  };
}

function importSource(call: Call, owner: DiskOwner, source: string): Volume {
  return findVolume(call.world, source, owner.node) ?? die(`volume '${source}' does not exist`);
}

function cloudInitVolume(call: Call, owner: DiskOwner, key: string, option: Option, id: string): MadeDisk {
  const storage = usableStorage(call.world, id, owner.node);
  const volume = allocateVolume(call.world, {
    storage: id,
    ...owner,
    content: "images",
    ...(isDirectory(storage) ? { format: option["format"] ?? "qcow2" } : {}),
    size: 4 * 1024 ** 2,
    suffix: "cloudinit",
    now: call.now(),
  });
  const value = print({ ...option, media: "cdrom" }, volume.volid);
  return { value, volume, log: [formatting(storage, volume), `${key}: successfully created disk '${value}'`] };
}

function existingVolume(call: Call, owner: DiskOwner, option: Option, volid: string): MadeDisk {
  if (volid.startsWith("/")) {
    return { value: print(option, volid), log: [] };
  }
  usableStorage(call.world, parseVolid(volid).storage, owner.node);
  const volume = findVolume(call.world, volid, owner.node);
  if (volume === undefined) {
    return die(`volume '${volid}' does not exist`);
  }
  return { value: print(option, volid, volume.size), log: [] };
}

/** The line that qemu-img or lvcreate prints. */
export function formatting(storage: Storage, volume: Volume): string {
  if (!isDirectory(storage)) {
    return `  Logical volume "${parseVolid(volume.volid).name}" created.`;
  }
  const path = volumePath(storage, volume);
  return volume.format === "qcow2"
    ? `Formatting '${path}', fmt=qcow2 cluster_size=65536 extended_l2=off preallocation=metadata compression_type=zlib size=${volume.size} lazy_refcounts=off refcount_bits=16`
    : `Formatting '${path}', fmt=${volume.format} size=${volume.size} preallocation=off`;
}
