import type { World } from "../world.js";
import { newAreas } from "../world-areas.js";
import { createRandom } from "../world-random.js";
import { seedAccounts } from "./accounts.js";
import { planNode, plantGuest } from "./plans.js";
import type { Seed } from "./seed.js";
import { plantInstallMedia, standardStorages } from "./storages.js";

/** 1 June 2026, 08:00 UTC. */
const origin = Date.UTC(2026, 5, 1, 8) / 1000;
const day = 86_400;

/** A freshly used single node: VM 100 runs, VM 101 does not, CT 200 runs. */
export const oneNode: Seed = {
  story: "One node fresh from the installer: VM 100 runs, VM 101 is stopped, CT 200 runs.",
  origin,
  build(release) {
    const random = createRandom(1001);
    const { access, credentials } = seedAccounts(random, "prod", release);
    const world: World = {
      ...newAreas(release),
      entry: "pve1",
      nodes: new Map(),
      guests: new Map(),
      storages: new Map(standardStorages().map((s) => [s.storage, s])),
      pools: new Map([["prod", { poolid: "prod", vms: new Set([100]), storages: new Set<string>() }]]),
      options: { keyboard: "en-us", mac_prefix: "BC:24:11" },
      access,
      random,
    };
    const hardware = { ip: "192.168.1.10", bootedAt: origin - 4 * day, cores: 4, memory: 16, bridges: ["vmbr0"] };
    world.nodes.set("pve1", planNode(random, { node: "pve1", nodeid: 1, ...hardware }));
    plantInstallMedia(world, "pve1", origin - 4 * day);
    plantGuests(world);
    return { world, history: [], credentials };
  },
};

function plantGuests(world: World): void {
  const vm = { ostype: "l26", scsihw: "virtio-scsi-single", sockets: 1, cores: 2, net0: "virtio=$MAC,bridge=vmbr0" };
  plantGuest(
    world,
    {
      vmid: 100,
      kind: "qemu",
      node: "pve1",
      up: 3 * day,
      agent: true,
      config: {
        ...vm,
        name: "web",
        memory: "2048",
        agent: "1",
        boot: "order=scsi0",
        scsi0: "local-lvm:vm-100-disk-0,size=16G",
      },
    },
    origin,
  );
  plantGuest(
    world,
    {
      vmid: 101,
      kind: "qemu",
      node: "pve1",
      config: { ...vm, name: "spare", memory: "1024", boot: "order=scsi0", scsi0: "local-lvm:vm-101-disk-0,size=8G" },
    },
    origin,
  );
  const net0 = "name=eth0,bridge=vmbr0,hwaddr=$MAC,ip=dhcp,type=veth";
  const ct = { arch: "amd64", ostype: "debian", unprivileged: 1, cores: 1, memory: 512, swap: 512 };
  plantGuest(
    world,
    {
      vmid: 200,
      kind: "lxc",
      node: "pve1",
      up: 2 * day,
      config: { ...ct, hostname: "dns", net0, rootfs: "local-lvm:vm-200-disk-0,size=4G" },
    },
    origin,
  );
}
