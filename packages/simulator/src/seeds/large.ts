import type { World } from "../world.js";
import { newAreas } from "../world-areas.js";
import { createRandom } from "../world-random.js";
import { seedAccounts } from "./accounts.js";
import { type GuestPlan, planNode, plantGuest } from "./plans.js";
import type { Seed } from "./seed.js";
import { planStorage, plantInstallMedia, standardStorages } from "./storages.js";

/** 1 June 2026, 08:00 UTC. */
const origin = Date.UTC(2026, 5, 1, 8) / 1000;
const day = 86_400;
const nodeCount = 20;
const guestCount = 10_000;
const firstVmid = 100;
const roles = ["web", "api", "db", "cache", "queue", "mail", "build", "log", "dns", "files"];

/**
 * A cluster at the size where clients begin to hurt: nodes pve1 to pve20, VMIDs 100 to 10099, every third one a
 * container, every tenth one stopped, all disks on a shared `ceph` storage, one pool for each node.
 */
export const large: Seed = {
  story: "The cluster big: 20 nodes and 10,000 guests, for measuring.",
  origin,
  build(release) {
    const random = createRandom(20_010);
    const { access, credentials } = seedAccounts(random, "team1", release);
    const ceph = planStorage("ceph", "rbd", ["images", "rootdir"], 2_000_000, { pool: "guests" }, { shared: true });
    const world: World = {
      ...newAreas(release),
      cluster: { name: "big", version: nodeCount },
      entry: "pve1",
      nodes: new Map(),
      guests: new Map(),
      storages: new Map([...standardStorages(), ceph].map((s) => [s.storage, s])),
      pools: new Map(),
      options: { mac_prefix: "BC:24:11" },
      access,
      random,
    };
    for (let nodeid = 1; nodeid <= nodeCount; nodeid += 1) {
      plantNode(world, nodeid);
    }
    for (let index = 0; index < guestCount; index += 1) {
      const plan = planGuest(index);
      plantGuest(world, plan, origin);
      world.pools.get(`team${(index % nodeCount) + 1}`)?.vms.add(plan.vmid);
    }
    return { world, history: [], credentials };
  },
};

function plantNode(world: World, nodeid: number): void {
  const node = `pve${nodeid}`;
  const hardware = { bootedAt: origin - (30 + nodeid) * day, cores: 128, memory: 2048, bridges: ["vmbr0"] };
  world.nodes.set(node, planNode(world.random, { node, nodeid, ip: `10.20.0.${10 + nodeid}`, ...hardware }));
  plantInstallMedia(world, node, origin - 30 * day);
  const poolid = `team${nodeid}`;
  world.pools.set(poolid, { poolid, vms: new Set(), storages: new Set() });
}

function planGuest(index: number): GuestPlan {
  const vmid = firstVmid + index;
  const node = `pve${(index % nodeCount) + 1}`;
  const name = `${roles[index % roles.length]}-${index + 1}`;
  const up = index % 10 === 9 ? {} : { up: (1 + (index % 90)) * day };
  const disk = `ceph:vm-${vmid}-disk-0,size=${8 << (index % 4)}G`;
  if (index % 3 === 2) {
    const net0 = "name=eth0,bridge=vmbr0,hwaddr=$MAC,ip=dhcp,type=veth";
    const config = { arch: "amd64", ostype: "debian", unprivileged: 1, cores: 2, memory: 1024, swap: 512 };
    return { vmid, kind: "lxc", node, ...up, config: { ...config, hostname: name, net0, rootfs: disk } };
  }
  const hardware = { ostype: "l26", scsihw: "virtio-scsi-single", sockets: 1, cores: 1 << (index % 4) };
  const net0 = "virtio=$MAC,bridge=vmbr0";
  const memory = String(1024 << (index % 4));
  const config = { ...hardware, name, memory, agent: "1", boot: "order=scsi0", scsi0: disk, net0 };
  return { vmid, kind: "qemu", node, agent: true, ...up, config };
}
