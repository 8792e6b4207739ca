import { die, invalid } from "./failure.js";
import type { Storage, Volume, World } from "./world.js";

const directoryTypes = new Set(["dir", "nfs", "cifs", "cephfs", "btrfs"]);

/** Where each content type lives below a directory storage. */
const folders: Readonly<Record<string, string>> = {
  images: "images",
  rootdir: "images",
  iso: "template/iso",
  vztmpl: "template/cache",
  backup: "dump",
  snippets: "snippets",
  import: "import",
};

/** Whether volumes are files below a path (and so have formats, used sizes and content folders). */
export function isDirectory(storage: Storage): boolean {
  return directoryTypes.has(storage.type);
}

/** The storage of that id, or 500 `storage 'x' does not exist`. */
export function storageNamed(world: World, id: string): Storage {
  return world.storages.get(id) ?? die(`storage '${id}' does not exist`);
}

/** Whether a storage is configured for a node. */
export function isConfiguredOn(storage: Storage, node: string): boolean {
  return storage.nodes === undefined || storage.nodes.includes(node);
}

/** The storage, usable on the node; refuses disabled ones and those configured for other nodes. */
export function usableStorage(world: World, id: string, node: string): Storage {
  const storage = storageNamed(world, id);
  if (storage.disable) {
    die(`storage '${id}' is disabled`);
  }
  if (!isConfiguredOn(storage, node)) {
    die(`storage '${id}' is not available on node '${node}'`);
  }
  return storage;
}

/** 400 unless the storage takes VM images or container directories. */
export function assertContent(storage: Storage, content: "images" | "rootdir"): void {
  if (!storage.content.includes(content)) {
    const what = content === "images" ? "vm images" : "container directories";
    invalid({ storage: `storage '${storage.storage}' does not support ${what}` });
  }
}

/** Splits a volume id; 500 `unable to parse volume ID 'x'` when it is none. */
export function parseVolid(volid: string): { readonly storage: string; readonly name: string } {
  const match = /^([a-z][a-z0-9\-_.]*[a-z0-9]):(.+)$/i.exec(volid);
  return match?.[1] !== undefined && match[2] !== undefined
    ? { storage: match[1], name: match[2] }
    : die(`unable to parse volume ID '${volid}'`);
}

/** The volume as seen from a node, if it exists there. */
export function findVolume(world: World, volid: string, node: string): Volume | undefined {
  const storage = world.storages.get(volid.slice(0, Math.max(0, volid.indexOf(":"))));
  return storage?.volumes.find((v) => v.volid === volid && (v.node === undefined || v.node === node));
}

/** The volumes of a storage that a node sees. */
export function volumesOn(storage: Storage, node: string): Volume[] {
  return storage.volumes.filter((v) => v.node === undefined || v.node === node);
}

/** The server's own path of a volume. */
export function volumePath(storage: Storage, volume: Volume): string {
  const { name } = parseVolid(volume.volid);
  if (isDirectory(storage)) {
    const owner = name.split("/");
    const file = owner.at(-1) ?? name;
    const folder = folders[volume.content] ?? "images";
    const root = String(storage.config["path"] ?? `/mnt/pve/${storage.storage}`);
    return folder === "images" ? `${root}/images/${volume.vmid ?? 0}/${file}` : `${root}/${folder}/${file}`;
  }
  if (storage.type === "rbd") {
    return `rbd:${storage.config["pool"] ?? "rbd"}/${name}`;
  }
  return `/dev/${storage.config["vgname"] ?? "pve"}/${name}`;
}

/** Bytes in all, taken and left on one node. */
export function usage(
  storage: Storage,
  node: string,
): { readonly total: number; readonly used: number; readonly avail: number } {
  const taken = volumesOn(storage, node).reduce((sum, v) => sum + v.used, storage.overhead);
  const used = Math.min(storage.total, taken);
  return { total: storage.total, used, avail: storage.total - used };
}

/** What to allocate. */
export interface Allocation {
  readonly storage: string;
  readonly node: string;
  readonly vmid: number;
  readonly content: "images" | "rootdir";
  /** Bytes. */
  readonly size: number;
  readonly format?: string;
  /** Instead of a numbered disk: `cloudinit`, `state-before`. */
  readonly suffix?: string;
  /** Base volume a linked clone hangs on. */
  readonly parent?: string;
  /** Epoch seconds. */
  readonly now: number;
}

/** Creates an empty volume under the first free name; thick volume groups refuse what does not fit. */
export function allocateVolume(world: World, want: Allocation): Volume {
  const storage = usableStorage(world, want.storage, want.node);
  const format = want.format ?? defaultFormat(storage, want.parent !== undefined);
  if (!isDirectory(storage) && format !== "raw") {
    die(`unsupported format '${format}'`);
  }
  if (storage.type === "lvm") {
    assertExtents(storage, want);
  }
  const volume: Volume = {
    volid: freeVolid(storage, want, format),
    ...(storage.shared ? {} : { node: want.node }),
    content: want.content,
    format,
    size: want.size,
    used: storage.type === "lvm" ? want.size : 0,
    ctime: want.now,
    vmid: want.vmid,
    ...(want.parent === undefined ? {} : { parent: want.parent }),
  };
  storage.volumes.push(volume);
  return volume;
}

function defaultFormat(storage: Storage, linked: boolean): string {
  return linked && isDirectory(storage) ? "qcow2" : String(storage.config["format"] ?? "raw");
}

function assertExtents(storage: Storage, want: Allocation): void {
  const extent = 4 * 1024 ** 2;
  const free = Math.floor(usage(storage, want.node).avail / extent);
  const needed = Math.ceil(want.size / extent);
  if (needed > free) {
    const vg = String(storage.config["vgname"]);
    die(
      `lvcreate '${vg}/vm-${want.vmid}-disk-0' error:   Volume group "${vg}" has insufficient free space (${free} extents): ${needed} required.`,
    );
  }
}

function freeVolid(storage: Storage, want: Allocation, format: string): string {
  const taken = new Set(
    volumesOn(storage, want.node)
      .filter((v) => v.vmid === want.vmid)
      .map((v) => /(?:vm|base)-\d+-(.+?)(?:\.\w+)?$/.exec(v.volid)?.[1]),
  );
  let suffix = want.suffix;
  for (let n = 0; suffix === undefined; n += 1) {
    suffix = taken.has(`disk-${n}`) ? undefined : `disk-${n}`;
  }
  const name = `vm-${want.vmid}-${suffix}`;
  if (!isDirectory(storage)) {
    return `${storage.storage}:${name}`;
  }
  const base = want.parent === undefined ? "" : `${parseVolid(want.parent).name}/`;
  return `${storage.storage}:${base}${want.vmid}/${name}.${format}`;
}

/** Takes a volume away; no error when it is gone already. */
export function removeVolume(world: World, volume: Volume): void {
  const storage = world.storages.get(parseVolid(volume.volid).storage);
  if (storage !== undefined) {
    storage.volumes = storage.volumes.filter((v) => v !== volume);
  }
}

/** Puts another volume in the place of one (a renamed or re-owned one). */
export function replaceVolume(world: World, before: Volume, after: Volume): void {
  const storage = world.storages.get(parseVolid(before.volid).storage);
  if (storage !== undefined) {
    storage.volumes = storage.volumes.map((v) => (v === before ? after : v));
  }
}

/** The linked clones that hang on a base volume. */
export function clonesOf(world: World, volume: Volume): Volume[] {
  return (world.storages.get(parseVolid(volume.volid).storage)?.volumes ?? []).filter((v) => v.parent === volume.volid);
}
