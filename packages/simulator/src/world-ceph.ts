import type { World } from "./world.js";

/** One object storage daemon and the disk it keeps its data on. */
export interface CephOsd {
  readonly id: number;
  readonly node: string;
  /** Device path. */
  readonly device: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes taken. */
  readonly used: number;
  /** The daemon runs, as long as its node does. */
  up: boolean;
  /** Data is placed on it. */
  in: boolean;
}

/** A pool of the cluster. */
export interface CephPool {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly min_size: number;
  readonly pgs: number;
  readonly application: "rbd" | "cephfs" | "mgr";
  /** Bytes of data, before replication. */
  readonly stored: number;
}

/** A file system with its pools. */
export interface CephFs {
  readonly name: string;
  readonly metadata: string;
  readonly data: string;
}

/** A Ceph cluster on the nodes. */
export interface CephState {
  readonly fsid: string;
  /** Epoch seconds. */
  readonly created: number;
  /** Such as `noout`; those that are set. */
  readonly flags: Set<string>;
  /** Nodes with a monitor. */
  readonly monitors: readonly string[];
  /** Nodes with a manager; the first one that is up is the active one. */
  readonly managers: readonly string[];
  /** Nodes with a metadata server, likewise. */
  readonly metadataServers: readonly string[];
  readonly osds: readonly CephOsd[];
  readonly pools: readonly CephPool[];
  readonly fileSystems: readonly CephFs[];
}

/** The release of Ceph that the nodes have. */
export const cephVersion = { short: "19.2.3", name: "squid", commit: "2f03f1cd83e5d40cdf1393cb64a662a8e8bb07c6" };

/** As a daemon prints its version. */
export const cephVersionText = `ceph version ${cephVersion.short}-pve1 (${cephVersion.commit}) ${cephVersion.name} (stable)`;

/** Whether a daemon runs and its node can be reached. */
export function isUp(world: World, { up, node }: CephOsd): boolean {
  return up && isOnline(world, node);
}

/** Whether a node runs. */
export function isOnline(world: World, node: string): boolean {
  return world.nodes.get(node)?.online === true;
}

/** What the daemons that place data have in all, in bytes. */
export function cephUsage({ osds }: CephState): { readonly total: number; readonly used: number } {
  const placing = osds.filter((osd) => osd.in);
  const sum = (of: (osd: CephOsd) => number): number => placing.reduce((total, osd) => total + of(osd), 0);
  return { total: sum(({ size }) => size), used: sum(({ used }) => used) };
}
