import type { World } from "../world.js";
import type { CephOsd, CephState } from "../world-ceph.js";
import { disksOfNode } from "../world-disks.js";
import type { Seed } from "./seed.js";
import { planStorage } from "./storages.js";
import { threeNodes } from "./three-nodes.js";

const gibibyte = 1024 ** 3;
const day = 86_400;
const members = ["pve1", "pve2", "pve3"];
const disks = ["/dev/sda", "/dev/sdb"];

/** The lab of `three-nodes` with two disks of each node in a Ceph cluster; osd.5 on pve3 has gone down. */
export const ceph: Seed = {
  story: "The cluster lab with Ceph on two disks of each node; one of its daemons has gone down in the night.",
  origin: threeNodes.origin,
  build(release) {
    const { world, history, credentials } = threeNodes.build(release);
    world.ceph = cluster(world, threeNodes.origin);
    const pool = { pool: "vm", krbd: 0 };
    const shared = { shared: true };
    world.storages.set("ceph-vm", planStorage("ceph-vm", "rbd", ["images", "rootdir"], 5400, pool, shared));
    const files = { path: "/mnt/pve/cephfs", "fs-name": "cephfs" };
    world.storages.set("cephfs", planStorage("cephfs", "cephfs", ["iso", "vztmpl", "backup"], 5400, files, shared));
    return { world, history, credentials };
  },
};

function cluster(world: World, origin: number): CephState {
  return {
    fsid: world.random.uuid(),
    created: origin - 200 * day,
    flags: new Set(),
    monitors: members,
    managers: ["pve1", "pve2"],
    metadataServers: ["pve1", "pve2"],
    osds: members.flatMap((node, at) => disks.map((device, n) => osdOn(world, node, device, 2 * at + n))),
    pools: [
      { id: 1, name: ".mgr", size: 3, min_size: 2, pgs: 1, application: "mgr", stored: 1.4e6 },
      { id: 2, name: "vm", size: 3, min_size: 2, pgs: 128, application: "rbd", stored: 640 * gibibyte },
      { id: 3, name: "cephfs_data", size: 3, min_size: 2, pgs: 32, application: "cephfs", stored: 90 * gibibyte },
      { id: 4, name: "cephfs_metadata", size: 3, min_size: 2, pgs: 16, application: "cephfs", stored: 0.1 * gibibyte },
    ],
    fileSystems: [{ name: "cephfs", metadata: "cephfs_metadata", data: "cephfs_data" }],
  };
}

/** Takes a disk of a node for a daemon. */
function osdOn(world: World, node: string, path: string, id: number): CephOsd {
  const device = disksOfNode(world, node).devices.find(({ devpath }) => devpath === path);
  if (device !== undefined) {
    device.used = "LVM";
    device.owner = `ceph-osd.${id}`;
  }
  const size = device?.size ?? 0;
  return { id, node, device: path, size, used: Math.floor(size * (0.1 + 0.01 * id)), up: id !== 5, in: true };
}
