import type { Storage, World } from "../world.js";
import { newAreas } from "../world-areas.js";
import { createRandom } from "../world-random.js";
import { seedAccounts } from "./accounts.js";
import { planNode, plantBackup, plantGuest } from "./plans.js";
import type { Seed, SeededTask } from "./seed.js";
import { planStorage, plantInstallMedia, standardStorages } from "./storages.js";
import { labGuests } from "./three-nodes-guests.js";
import { labHistory } from "./three-nodes-history.js";

/** 1 June 2026, 08:00 UTC. */
const origin = Date.UTC(2026, 5, 1, 8) / 1000;
const gibibyte = 1024 ** 3;
const day = 86_400;

/**
 * The cluster `lab`: nodes pve1 to pve3 and a dozen guests.
 *
 * Worth knowing: VM 104 does not start because its ISO image is gone (the task says so); CT 202 is locked by a backup
 * that never finished; VM 102 is protected; VM 106 ignores a clean shutdown; VM 110 is a template with the linked
 * clone 111; VM 100 has two snapshots; `ssd` on pve1 is a thick volume group with hardly any room; `old-nas` is
 * disabled.
 */
export const threeNodes: Seed = {
  story:
    "The cluster lab: three nodes, a dozen guests of both kinds, shared storage, backups and one night that failed.",
  origin,
  build(release) {
    const random = createRandom(3001);
    const { access, credentials } = seedAccounts(random, "prod", release);
    const world: World = {
      ...newAreas(release),
      cluster: { name: "lab", version: 3 },
      entry: "pve1",
      nodes: new Map(),
      guests: new Map(),
      storages: new Map(labStorages().map((s) => [s.storage, s])),
      pools: new Map([
        [
          "prod",
          {
            poolid: "prod",
            comment: "What customers see",
            vms: new Set([100, 101, 102, 200, 201]),
            storages: new Set(["nas"]),
          },
        ],
        ["dev", { poolid: "dev", vms: new Set([111, 202]), storages: new Set<string>() }],
      ]),
      options: { keyboard: "de", mac_prefix: "BC:24:11", migration: "type=secure", "tag-style": "shape=circle" },
      access,
      random,
    };
    plantNodes(world);
    for (const plan of labGuests) {
      plantGuest(world, plan, origin);
    }
    plantSnapshots(world);
    plantBackups(world);
    return { world, history: history(), credentials };
  },
};

function history(): SeededTask[] {
  return labHistory(origin);
}

function plantNodes(world: World): void {
  for (const nodeid of [1, 2, 3]) {
    const node = `pve${nodeid}`;
    world.nodes.set(
      node,
      planNode(world.random, {
        node,
        nodeid,
        ip: `10.10.10.${10 + nodeid}`,
        bootedAt: origin - (20 + nodeid) * day,
        cores: 16,
        memory: 64,
        bridges: ["vmbr0", "vmbr1"],
      }),
    );
    plantInstallMedia(world, node, origin - 90 * day + nodeid);
  }
}

function labStorages(): Storage[] {
  const nas = {
    path: "/mnt/pve/nas",
    server: "10.10.10.5",
    export: "/export/pve",
    "prune-backups": "keep-daily=7,keep-last=3",
  };
  const old = { path: "/mnt/pve/old-nas", server: "10.10.10.6", export: "/export/old" };
  return [
    ...standardStorages(),
    planStorage("nas", "nfs", ["images", "rootdir", "backup"], 2048, nas, { shared: true, overhead: 200 * gibibyte }),
    planStorage("ssd", "lvm", ["images", "rootdir"], 8, { vgname: "ssd" }, { nodes: ["pve1"] }),
    planStorage("old-nas", "nfs", ["images", "backup"], 0, old, { shared: true, disable: true }),
  ];
}

function plantSnapshots(world: World): void {
  const web = world.guests.get(100);
  if (web !== undefined) {
    const config = { ...web.config, memory: "2048" };
    web.snapshots.push(
      { name: "fresh-install", snaptime: origin - 40 * day, description: "right after the installer", config },
      {
        name: "before-upgrade",
        snaptime: origin - 3 * day,
        description: "before Debian 13.2",
        parent: "fresh-install",
        config: { ...web.config },
      },
    );
    web.parent = "before-upgrade";
  }
}

function plantBackups(world: World): void {
  const nas = world.storages.get("nas");
  for (const [vmid, size] of [
    [100, 3.4],
    [101, 3.1],
    [102, 11.6],
    [200, 0.4],
    [201, 0.6],
  ] as const) {
    const guest = world.guests.get(vmid);
    for (const ago of [2, 1]) {
      if (nas !== undefined && guest !== undefined) {
        const time = origin - ago * day - 6 * 3600 + (vmid % 100) * 90;
        plantBackup(nas, guest, time, Math.floor(size * gibibyte), {
          notes: String(guest.config["name"] ?? guest.config["hostname"]),
        });
      }
    }
  }
  const db = world.guests.get(102);
  if (nas !== undefined && db !== undefined) {
    plantBackup(nas, db, origin - 60 * day, 9 * gibibyte, {
      notes: "before the move to PostgreSQL 17",
      protected: true,
    });
  }
}
