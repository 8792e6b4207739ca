import type { AccessState } from "./access.js";
import type { Areas } from "./world-areas.js";
import type { Random } from "./world-random.js";

/** A stored configuration value: what a guest or storage configuration file holds for one key. */
export type ConfigValue = string | number;

/** A configuration in file order: key to stored value. */
export type Config = Record<string, ConfigValue>;

/** The two kinds of guest, in PVE's words. */
export type GuestKind = "qemu" | "lxc";

/** Changes that wait for the next start of a guest. */
export interface Pending {
  /** Keys that get a new value. */
  readonly set: Config;
  /** Keys that will go; 2 means "and destroy the volume". */
  readonly remove: Record<string, 1 | 2>;
}

/** One snapshot of a guest: the configuration as it was, plus its own bookkeeping. */
export interface Snapshot {
  readonly name: string;
  /** Epoch seconds. */
  readonly snaptime: number;
  description?: string;
  parent?: string;
  /** `prepare` or `delete` while a worker is busy with it, or after one has failed. */
  snapstate?: "prepare" | "delete";
  /** Volume id of the saved memory. */
  vmstate?: string;
  readonly config: Config;
}

/** What a running guest has beyond its configuration; absent when stopped. */
export interface Running {
  readonly pid: number;
  /** Epoch seconds; the uptime counts from here. */
  readonly since: number;
  /** A paused guest still counts as running. */
  paused: boolean;
}

/** A virtual machine or container. */
export interface Guest {
  readonly vmid: number;
  readonly kind: GuestKind;
  /** Where the configuration file lives. */
  node: string;
  /** The active section, without `lock`, `parent` and `digest`. */
  config: Config;
  pending: Pending;
  /** What the cloud-init drive still says where the configuration has moved on; null where it says nothing of a key. */
  staleCloudInit?: Record<string, ConfigValue | null>;
  /** Oldest first. */
  snapshots: Snapshot[];
  /** Name of the snapshot the current state descends from. */
  parent?: string;
  /** PVE's lock word (`backup`, `clone`, `snapshot` …). */
  lock?: string;
  running?: Running;
  /** What the guest's inside does; drives boot, shutdown and agent behaviour. */
  behaviour: GuestBehaviour;
}

/** How the software inside a guest reacts. */
export interface GuestBehaviour {
  /** The guest agent runs inside (its answers also need `agent` in the configuration). */
  agent?: boolean;
  /** The guest ignores a clean shutdown request. */
  ignoresShutdown?: boolean;
}

/** One volume on a storage. */
export interface Volume {
  readonly volid: string;
  /** Set on node-local storages. */
  readonly node?: string;
  readonly content: "images" | "rootdir" | "iso" | "vztmpl" | "backup" | "snippets" | "import";
  readonly format: string;
  /** Bytes. */
  size: number;
  /** Bytes really taken. */
  used: number;
  /** Epoch seconds. */
  readonly ctime: number;
  /** Owner. */
  vmid?: number;
  /** Base volume name of a linked clone. */
  parent?: string;
  notes?: string;
  protected?: boolean;
  /** A backup's guest configuration, as it will be restored. */
  backup?: { readonly kind: GuestKind; readonly config: Config; readonly volumes: Readonly<Record<string, number>> };
}

/** A storage definition with its volumes. */
export interface Storage {
  readonly storage: string;
  readonly type: string;
  /** Content types, in the order they are shown. */
  content: string[];
  shared: boolean;
  /** Nodes it is limited to; absent = all. */
  nodes?: string[];
  disable?: boolean;
  /** The rest of its storage.cfg section (path, vgname, prune-backups …). */
  readonly config: Config;
  /** Bytes, per node. */
  readonly total: number;
  /** Bytes taken by things the simulator does not list, per node. */
  readonly overhead: number;
  /** Sorted by nothing; find with `findVolume`. */
  volumes: Volume[];
}

/** A node of the cluster. */
export interface Node {
  readonly node: string;
  readonly nodeid: number;
  readonly ip: string;
  /** The votes that the cluster's configuration gives it; 1 unless said otherwise. */
  readonly votes?: number;
  /** It is written into the cluster's configuration and has not joined: it casts no vote, and none is missed. */
  readonly awaited?: true;
  /** An offline node answers 595 and its figures are unknown. */
  online: boolean;
  /** Epoch seconds of the last boot. */
  bootedAt: number;
  readonly cores: number;
  readonly sockets: number;
  readonly cpuModel: string;
  readonly mhz: string;
  /** Bytes. */
  readonly memory: number;
  readonly swap: number;
  readonly rootfs: number;
  /** Bridges a guest may use. */
  readonly bridges: string[];
  readonly fingerprint: string;
  /** Subscription level as the lists show it: "" without one. */
  readonly level: string;
}

/** A resource pool. */
export interface Pool {
  readonly poolid: string;
  comment?: string;
  readonly vms: Set<number>;
  readonly storages: Set<string>;
}

/** Everything the simulated cluster knows, as plain mutable state. */
export interface World extends Areas {
  /** Absent on a standalone node. */
  cluster?: { readonly name: string; version: number };
  /** The node whose address the simulator answers on. */
  readonly entry: string;
  readonly nodes: Map<string, Node>;
  readonly guests: Map<number, Guest>;
  readonly storages: Map<string, Storage>;
  readonly pools: Map<string, Pool>;
  /** Datacenter options, as stored (property strings). */
  readonly options: Config;
  readonly access: AccessState;
  readonly random: Random;
}
