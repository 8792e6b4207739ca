import { createCertificate } from "../../src/certificate.js";
import type { Release, SeedName } from "../../src/index.js";

/** One request: the method with its path, and what is sent along. */
export type StoryStep = readonly [request: string, body?: Readonly<Record<string, string | number>>];

/** Requests that build on each other, one after the other, to one simulator. */
export interface Story {
  readonly seed: SeedName;
  /** The newest unless said otherwise; for what later releases refuse. */
  readonly release?: Release;
  readonly steps: readonly StoryStep[];
}

const node = "/nodes/pve1";
const endpoint = "/cluster/notifications/endpoints";
const fabrics = "/cluster/sdn/fabrics";
const prefixLists = "/cluster/sdn/prefix-lists";
const routeMaps = "/cluster/sdn/route-maps/entries";
const vnetRules = "/cluster/sdn/vnets/net1/firewall";
const ceph = `${node}/ceph`;

function crud(path: string, name: string, body: Record<string, string | number>): StoryStep[] {
  return [[`POST ${path}`, { ...body, name }], [`GET ${path}/${name}`], [`PUT ${path}/${name}`, { comment: "x" }]];
}

const notifications: readonly StoryStep[] = [
  ...crud(`${endpoint}/sendmail`, "mail", { mailto: "a@lab.example" }),
  ...crud(`${endpoint}/smtp`, "smtp", {
    server: "mx.lab.example",
    "from-address": "a@lab.example",
    mailto: "b@lab.example",
  }),
  ...crud(`${endpoint}/gotify`, "push", { server: "https://push.lab.example", token: "t" }),
  ...crud(`${endpoint}/webhook`, "hook", { method: "post", url: "https://hook.lab.example" }),
  ...crud("/cluster/notifications/matchers", "all", { target: "mail" }),
  ["POST /cluster/notifications/targets/mail/test"],
  ["DELETE /cluster/notifications/matchers/all"],
  ...["sendmail/mail", "smtp/smtp", "gotify/push", "webhook/hook"].map(
    (each): StoryStep => [`DELETE ${endpoint}/${each}`],
  ),
];

const networks: readonly StoryStep[] = [
  ["POST /cluster/sdn/zones", { zone: "zone1", type: "simple" }],
  ["PUT /cluster/sdn/zones/zone1", { mtu: 1400 }],
  ["POST /cluster/sdn/vnets", { vnet: "net1", zone: "zone1" }],
  ["PUT /cluster/sdn"],
  [`POST ${vnetRules}/rules`, { type: "forward", action: "ACCEPT" }],
  [`GET ${vnetRules}/options`],
  [`GET ${vnetRules}/rules/0`],
  [`PUT ${vnetRules}/rules/0`, { comment: "x" }],
  [`DELETE ${vnetRules}/rules/0`],
  [`POST ${fabrics}/fabric`, { id: "lab", protocol: "openfabric", ip_prefix: "10.77.0.0/24" }],
  [`GET ${fabrics}/fabric/lab`],
  [`PUT ${fabrics}/fabric/lab`, { protocol: "openfabric", hello_interval: 5 }],
  [`POST ${fabrics}/node/lab`, { node_id: "pve1", protocol: "openfabric", ip: "10.77.0.1" }],
  [`GET ${fabrics}/node/lab`],
  [`GET ${fabrics}/node/lab/pve1`],
  [`PUT ${fabrics}/node/lab/pve1`, { protocol: "openfabric", interfaces: "name=eno2" }],
  [`DELETE ${fabrics}/node/lab/pve1`],
  [`DELETE ${fabrics}/fabric/lab`],
  [`POST ${prefixLists}`, { id: "inner" }],
  [`PUT ${prefixLists}/inner`, { entries: "action=permit,prefix=10.0.0.0/8" }],
  [`GET ${prefixLists}/inner`],
  [`POST ${prefixLists}/inner/entries`, { action: "deny", prefix: "0.0.0.0/0" }],
  [`GET ${prefixLists}/inner/entries`],
  [`GET ${prefixLists}/inner/entries/5`],
  [`PUT ${prefixLists}/inner/entries/5`, { le: 24 }],
  [`DELETE ${prefixLists}/inner/entries/5`],
  [`DELETE ${prefixLists}/inner`],
  [`POST ${routeMaps}`, { "route-map-id": "out", order: 10, action: "permit" }],
  [`GET ${routeMaps}/out/entry/10`],
  [`DELETE ${routeMaps}/out/entry/10`],
  ["POST /cluster/sdn/controllers", { controller: "evpn1", type: "evpn", asn: 65000, peers: "10.10.10.11" }],
  ["POST /cluster/sdn/zones", { zone: "evpn", type: "evpn", controller: "evpn1", "vrf-vxlan": 7 }],
  ["POST /cluster/sdn/vnets", { vnet: "net2", zone: "evpn", tag: 8 }],
  ["PUT /cluster/sdn"],
  [`GET ${node}/sdn/zones/evpn/ip-vrf`],
  [`GET ${node}/sdn/vnets/net2/mac-vrf`],
];

const firewall: readonly StoryStep[] = ["/cluster", `${node}/qemu/100`].flatMap((where): StoryStep[] => [
  [`POST ${where}/firewall/aliases`, { name: "home", cidr: "10.1.0.0/16" }],
  [`GET ${where}/firewall/aliases/home`],
  [`PUT ${where}/firewall/aliases/home`, { cidr: "10.2.0.0/16" }],
  [`POST ${where}/firewall/ipset`, { name: "good" }],
  [`POST ${where}/firewall/ipset/good`, { cidr: "10.1.0.1" }],
  [`PUT ${where}/firewall/ipset/good/10.1.0.1`, { comment: "x" }],
  [`DELETE ${where}/firewall/ipset/good/10.1.0.1`],
  [`DELETE ${where}/firewall/ipset/good`],
]);

const accounts: readonly StoryStep[] = [
  ["POST /access/domains", { realm: "corp", type: "ldap", server1: "ldap.example", base_dn: "dc=x", user_attr: "uid" }],
  ["PUT /access/domains/corp", { comment: "x" }],
  ["POST /access/domains/corp/sync", { scope: "users" }],
  ["POST /cluster/acme/account", { name: "main", contact: "a@lab.example", tos_url: "https://letsencrypt.org" }],
  ["GET /cluster/acme/account/main"],
  ["PUT /cluster/acme/account/main", { contact: "b@lab.example" }],
  ["POST /cluster/acme/plugins", { id: "dns1", type: "dns", api: "acmedns", data: "QQ==" }],
  ["PUT /cluster/acme/plugins/dns1", { disable: 1 }],
  [`PUT ${node}/config`, { acme: "account=main,domains=pve1.lab.example" }],
  [`POST ${node}/certificates/acme/certificate`],
  [`PUT ${node}/certificates/acme/certificate`, { force: 1 }],
  [`DELETE ${node}/certificates/acme/certificate`],
  ["DELETE /cluster/acme/account/main"],
  ["POST /pools", { poolid: "spare" }],
  ["DELETE /pools?poolid=spare"],
  ["POST /pools", { poolid: "spare" }],
  ["DELETE /pools/spare"],
  ["POST /cluster/qemu/custom-cpu-models", { cputype: "custom-old", "reported-model": "kvm64" }],
  ["PUT /cluster/qemu/custom-cpu-models/custom-old", { flags: "+aes" }],
  ["DELETE /cluster/qemu/custom-cpu-models/custom-old"],
];

const machines: readonly StoryStep[] = [
  ["POST /cluster/ha/resources", { sid: "vm:101", state: "started" }],
  ["POST /cluster/ha/resources/vm:101/migrate", { node: "pve2" }],
  ["POST /cluster/ha/resources/vm:101/relocate", { node: "pve1" }],
  ["DELETE /cluster/ha/resources/vm:101"],
  [`POST ${node}/qemu/100/agent/exec`, { command: "hostname" }],
  [`GET ${node}/qemu/100/agent/exec-status?pid=812`],
  [`GET ${node}/qemu/100/agent/file-read?file=/etc/hostname`],
  [`POST ${node}/qemu/100/migrate`, { target: "pve2", online: 1, "with-local-disks": 1 }],
  ["POST /nodes/pve2/migrateall", { target: "pve3", vms: "100", "max-workers": 1 }],
  [`GET ${node}/lxc/200/feature?feature=snapshot`],
  [`POST ${node}/lxc/200/migrate`, { target: "pve3", restart: 1 }],
  [`POST ${node}/vzdump`, { all: 1, storage: "nas" }],
  [`POST ${node}/execute`, { commands: '[{"method":"GET","path":"version"}]' }],
  ["PUT /nodes/pve2/config", { wakeonlan: "00:11:22:33:44:55" }],
  ["POST /nodes/pve2/wakeonlan"],
  [`POST ${node}/status`, { command: "reboot" }],
];

const replication: readonly StoryStep[] = [
  ["POST /storage", { storage: "tank", type: "zfspool", pool: "tank" }],
  [`POST ${node}/qemu`, { vmid: 300, scsi0: "tank:8" }],
  ["POST /cluster/replication", { id: "300-0", type: "local", target: "pve2" }],
  ["GET /cluster/replication/300-0"],
  ["PUT /cluster/replication/300-0", { comment: "x" }],
  [`POST ${node}/replication/300-0/schedule_now`],
  [`GET ${node}/replication/300-0/log`],
  [`GET ${node}/replication/300-0/status`],
];

const disks: readonly StoryStep[] = [
  [`GET ${node}/disks/smart?disk=/dev/sda`],
  ["POST /nodes/pve2/disks/initgpt", { disk: "/dev/sda" }],
  ["PUT /nodes/pve2/disks/wipedisk", { disk: "/dev/sda" }],
  ["POST /nodes/pve2/disks/directory", { name: "files", device: "/dev/sda" }],
  [`POST ${node}/disks/lvm`, { name: "thick", device: "/dev/sdb" }],
  [`DELETE ${node}/disks/lvm/thick?cleanup-disks=1`],
  [`POST ${node}/disks/lvmthin`, { name: "thin", device: "/dev/sdb" }],
  [`GET ${node}/scan/lvmthin?vg=thin`],
  [`POST ${node}/disks/zfs`, { name: "tank", raidlevel: "single", devices: "/dev/sdc" }],
  [`GET ${node}/disks/zfs/tank`],
];

const cephReads = [
  ...[
    "cfg/db",
    "cfg/raw",
    "cfg/value?config-keys=global:fsid",
    "cmd-safety?action=stop&service=osd&id=0",
    "crush",
    "fs",
  ],
  ...[
    "log",
    "mds",
    "mgr",
    "mon",
    "osd",
    "osd/0/lv-info",
    "osd/0/metadata",
    "pool",
    "pool/vm/status",
    "rules",
    "status",
  ],
];
const clusterCeph: readonly StoryStep[] = [
  ...["flags", "flags/noout", "metadata", "status"].map((each): StoryStep => [`GET /cluster/ceph/${each}`]),
  ["PUT /cluster/ceph/flags", { noout: 1 }],
  ["PUT /cluster/ceph/flags/noout", { value: 0 }],
  ...cephReads.map((each): StoryStep => [`GET ${ceph}/${each}`]),
  [`POST ${ceph}/osd/0/out`],
  [`POST ${ceph}/osd/0/in`],
];

const backup = "nas:backup/vzdump-qemu-100-2026_05_30-02_00_00.vma.zst";
const { certificate, key } = await createCertificate("pve1.lab.example");
const upkeep: readonly StoryStep[] = [
  [`DELETE ${node}/tasks/UPID:pve1:00000419:0AC591B1:6A1D1FE0:qmstart:104:operator@pve!ops:`],
  [`GET ${node}/vzdump/extractconfig?volume=${backup}`],
  [`PUT ${node}/storage/nas/content/${backup}`, { protected: 1 }],
  [`PUT ${node}/subscription`, { key: "pve2c-0123456789" }],
  [`POST ${node}/apt/repositories`, { path: "/etc/apt/sources.list.d/debian.sources", index: 0, enabled: 0 }],
  [`PUT ${node}/apt/repositories`, { handle: "test" }],
  [`POST ${node}/certificates/custom`, { certificates: certificate, key }],
];

/** Later releases have rules in the place of groups. */
const groups: readonly StoryStep[] = [
  ["POST /cluster/ha/groups", { group: "front", nodes: "pve1:2,pve2" }],
  ["GET /cluster/ha/groups"],
  ["GET /cluster/ha/groups/front"],
  ["PUT /cluster/ha/groups/front", { comment: "x" }],
  ["DELETE /cluster/ha/groups/front"],
];

/** What a working day asks for beyond the recordings. */
export const stories: readonly Story[] = [
  ...[notifications, networks, firewall, accounts, machines, replication, disks, upkeep].map(
    (steps): Story => ({ seed: "three-nodes", steps }),
  ),
  { seed: "ceph", steps: clusterCeph },
  { seed: "three-nodes", release: "8.4", steps: groups },
];
