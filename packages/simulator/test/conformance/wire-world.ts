import { seedAccess } from "../../src/access.js";
import { planNode, plantFile, plantGuest } from "../../src/seeds/plans.js";
import type { Seed } from "../../src/seeds/seed.js";
import { planStorage } from "../../src/seeds/storages.js";
import type { Config, World } from "../../src/world.js";
import { newAreas } from "../../src/world-areas.js";
import type { NodeNetwork } from "../../src/world-network.js";
import { createRandom } from "../../src/world-random.js";

/** Where the transcript's clock stands at its first exchange. */
const origin = 0x6b00fa40;

/** The secrets of the tokens that the transcript's callers use. */
export const secrets = {
  "root@pam!full": "11111111-1111-4111-8111-111111111111",
  "admin@pve!full": "22222222-2222-4222-8222-222222222222",
  "admin@pve!sep": "33333333-3333-4333-8333-333333333333",
  "dis@pve!tk": "44444444-4444-4444-8444-444444444444",
} as const;

/** The world that the transcript was taken from: one node, one storage, two machines, a template and a container. */
export const wireWorld: Seed = {
  story: "The node of the transcript.",
  origin,
  build(release) {
    const random = createRandom(4711);
    const local = planStorage("local", "dir", ["rootdir", "images", "backup", "iso", "vztmpl", "snippets"], 252, {
      path: "/var/lib/vz",
      "prune-backups": "keep-all=1",
    });
    const world: World = {
      ...newAreas(release),
      entry: "pve",
      nodes: new Map(),
      guests: new Map(),
      storages: new Map([[local.storage, local]]),
      pools: new Map([
        ["pool1", { poolid: "pool1", comment: "a pool", vms: new Set([101]), storages: new Set<string>() }],
      ]),
      options: { mac_prefix: "BC:24:11" },
      access: accounts(),
      random,
    };
    const hardware = { ip: "10.99.0.1", bootedAt: origin - 7000, cores: 2, memory: 24, bridges: ["vmbr0"] };
    world.nodes.set("pve", planNode(random, { node: "pve", nodeid: 0, ...hardware }));
    world.nodeSettings.set("pve", {
      config: {},
      dns: { search: "local", dns1: "127.0.0.1" },
      timezone: "Etc/UTC",
      hosts: "127.0.0.1 localhost\n10.99.0.1 pve.local pve\n",
      stopped: new Set(["corosync"]),
      journal: [],
    });
    world.networks.set("pve", network);
    const template = { content: "vztmpl", name: "debian-12-mini_12.7-1_amd64.tar.zst", size: 1_068_833 } as const;
    plantFile(local, { ...template, node: "pve", ctime: origin });
    plantGuests(world);
    const credentials = { auditorToken: "", operatorToken: "", username: "root@pam", password: "RootPass123" } as const;
    return { world, history: [], credentials: { ...credentials, token: `root@pam!full=${secrets["root@pam!full"]}` } };
  },
};

/** Its file had been written by hand. */
const network: NodeNetwork = {
  current: [
    { iface: "eth0", type: "eth", settings: {} },
    {
      iface: "vmbr0",
      type: "bridge",
      settings: {
        autostart: 1,
        bridge_ports: "eth0",
        address: "10.99.0.1",
        netmask: "24",
        gateway: "10.99.0.254",
      },
    },
  ],
  text: [
    ...["auto lo", "iface lo inet loopback", "", "iface eth0 inet manual", "", "auto vmbr0", "iface vmbr0 inet static"],
    ...[
      "\taddress 10.99.0.1/24",
      "\tgateway 10.99.0.254",
      "\tbridge-ports eth0",
      "\tbridge-stp off",
      "\tbridge-fd 0",
      "",
    ],
  ].join("\n"),
  changed: origin,
};

function accounts(): World["access"] {
  return seedAccess({
    groups: [{ groupid: "testers", comment: "Test group" }],
    users: [
      {
        userid: "root@pam",
        password: "RootPass123",
        tokens: [{ tokenid: "full", privsep: false, secret: secrets["root@pam!full"], comment: "root full token" }],
      },
      {
        userid: "admin@pve",
        password: "AdminPass123",
        email: "a@example.com",
        comment: "PVE admin",
        groups: ["testers"],
        tokens: [
          { tokenid: "full", privsep: false, secret: secrets["admin@pve!full"] },
          { tokenid: "sep", secret: secrets["admin@pve!sep"] },
        ],
      },
      { userid: "audit@pve", password: "AuditPass123" },
      { userid: "nobody@pve", password: "NobodyPass123" },
      {
        userid: "dis@pve",
        password: "Password123",
        enable: false,
        tokens: [{ tokenid: "tk", privsep: false, secret: secrets["dis@pve!tk"] }],
      },
    ],
    acl: [
      { path: "/", to: "audit@pve", roleid: "PVEAuditor" },
      { path: "/", to: "admin@pve", roleid: "Administrator" },
    ],
  });
}

function plantGuests(world: World): void {
  const machine = { kind: "qemu", node: "pve" } as const;
  const net0 = "virtio=$MAC,bridge=vmbr0";
  const plan = (vmid: number, config: Config, more: { ignoresShutdown?: boolean } = {}): void => {
    plantGuest(world, { ...machine, vmid, config: { name: `vm${vmid}`, ...config }, ...more }, origin);
  };
  plan(100, { boot: "order=net0", cores: 1, memory: "512", net0 });
  const scsi = { scsihw: "virtio-scsi-single", boot: "order=scsi0", memory: "1024", net0 };
  // Nothing is installed on it, so nothing answers a shutdown.
  const disk = "local:101/vm-101-disk-0.qcow2,size=2G";
  plan(101, { ...scsi, cores: 1, scsi0: disk }, { ignoresShutdown: true });
  plan(102, { ...scsi, name: "clone102", template: 1, scsi0: "local:102/base-102-disk-0.qcow2,size=2G" });
  const container = { arch: "amd64", ostype: "debian", unprivileged: 0, memory: 128, swap: 512, hostname: "ct200" };
  const rootfs = "local:200/subvol-200-disk-0.subvol,size=0T";
  plantGuest(world, { vmid: 200, kind: "lxc", node: "pve", config: { ...container, rootfs } }, origin);
}
