import { die } from "./failure.js";
import type { TaskStart, Value } from "./handler.js";
import type { Guest, World } from "./world.js";

/** Whether more than half of the nodes that have joined are up; a node on its own always is. */
export function isQuorate({ cluster, nodes }: World): boolean {
  const joined = [...nodes.values()].filter(({ awaited }) => !awaited);
  return cluster === undefined || joined.filter(({ online }) => online).length > joined.length / 2;
}

/** What a call that needs quorum is told without it, and after how many simulated milliseconds. */
export interface QuorumRefusal {
  readonly text: string;
  readonly ms: number;
}

/** Operations that ask for quorum before anything else. */
const asking = new RegExp(
  `^(?:${[
    "POST /nodes/{node}/(?:qemu|lxc)(?:/{vmid}/(?:status/start|clone|remote_migrate|mtunnel))?",
    "(?:GET|POST) /nodes/{node}/(?:qemu|lxc)/{vmid}/migrate",
    "POST /nodes/{node}/migrateall",
    "POST /cluster/ha/(?:resources|groups|rules)",
    "POST /cluster/sdn/(?:zones|vnets|vnets/{vnet}/subnets|controllers|ipams|dns)",
    "(?:POST|DELETE) /cluster/config/nodes/{node}",
  ].join("|")})$`,
);

/**
 * The lock under which an operation changes what all nodes share: path, lock, and what is put before its error (`@` is
 * the verb). Without quorum nobody gets it. The first row that fits counts.
 */
const locks: readonly (readonly [path: RegExp, lock: string, step?: string])[] = [
  [/^\/access\/users\/{userid}\/token/, "file-user_cfg", "updating token info failed"],
  [/^\/access\/users\/{userid}\/unlock-tfa/, "file-priv_tfa_cfg"],
  [/^\/access\/users/, "file-user_cfg", "@ user failed"],
  [/^\/access\/groups/, "file-user_cfg", "@ group failed"],
  [/^\/access\/roles/, "file-user_cfg", "@ role failed"],
  [/^\/access\/acl/, "file-user_cfg", "ACL update failed"],
  [/^\/access\/tfa/, "file-priv_tfa_cfg"],
  [/^\/access\/domains(?:\/{realm})?$/, "file-domains_cfg", "@ auth server failed"],
  [/^\/pools/, "file-user_cfg", "@ pool failed"],
  [/^\/storage/, "file-storage_cfg", "@ storage failed"],
  [/^\/cluster\/(?:backup|jobs\/realm-sync)/, "file-jobs_cfg"],
  [/^\/cluster\/replication/, "file-replication_cfg"],
  [/^\/cluster\/metrics\/server/, "file-status_cfg"],
  [/^\/cluster\/options/, "file-datacenter_cfg"],
  [/^\/cluster\/acme\/plugins/, "file-priv_acme_plugins_cfg"],
  [/^\/cluster\/notifications\/(?:endpoints|matchers)/, "file-notifications_cfg"],
  [/^\/cluster\/qemu\/custom-cpu-models/, "file-virtual-guest_cpu-models_conf"],
  [/^\/cluster\/mapping\/dir/, "file-mapping_directory_cfg", "@ directory mapping failed"],
  [/^\/cluster\/mapping\/pci/, "file-mapping_pci_cfg", "@ hardware mapping failed"],
  [/^\/cluster\/mapping\/usb/, "file-mapping_usb_cfg", "@ hardware mapping failed"],
  [/^\/cluster\/ha\/resources\/{sid}\/(?:migrate|relocate)/, "domain-ha"],
  [/^\/cluster\/ha\/resources/, "domain-ha", "@ resource failed"],
  [/^\/cluster\/ha\/groups/, "domain-ha", "@ ha group failed"],
  [/^\/cluster\/ha\/rules/, "domain-ha", "@ ha rule failed"],
  [/^\/cluster\/ha\/status/, "domain-ha"],
  [/^\/cluster\/sdn\/zones/, "domain-sdn", "@ sdn zone object failed"],
  [/^\/cluster\/sdn\/vnets\/{vnet}\/subnets/, "domain-sdn", "@ sdn subnet object failed"],
  [/^\/cluster\/sdn\/vnets\/{vnet}\/firewall/, "firewall-vnet-{vnet}"],
  [/^\/cluster\/sdn\/vnets/, "domain-sdn", "@ sdn vnet object failed"],
  [/^\/cluster\/sdn\/controllers/, "domain-sdn", "@ sdn controller object failed"],
  [/^\/cluster\/sdn/, "domain-sdn"],
  [/^\/cluster\/firewall/, "firewall-cluster"],
  [/^\/nodes\/{node}\/firewall/, "firewall-host-{node}"],
  [/^\/nodes\/{node}\/(?:qemu|lxc)\/{vmid}\/firewall/, "firewall-vm-{vmid}"],
];

/** Steps whose name is not made of the verb. */
const namedSteps: Readonly<Record<string, string>> = {
  "POST /access/users/{userid}/token/{tokenid}": "generating token failed",
  "DELETE /access/users/{userid}/token/{tokenid}": "deleting token failed",
  "POST /access/domains": "add auth server failed",
  "PUT /pools": "update pools failed",
  "PUT /pools/{poolid}": "update pools failed",
  "PUT /cluster/ha/resources/{sid}": "update resources config failed",
  "PUT /cluster/ha/rules/{rule}": "update HA rules failed",
  "DELETE /cluster/mapping/dir/{id}": "delete dir mapping failed",
  "DELETE /cluster/mapping/pci/{id}": "delete pci mapping failed",
  "DELETE /cluster/mapping/usb/{id}": "delete usb mapping failed",
};
const verbs: Readonly<Record<string, string>> = { POST: "create", PUT: "update", DELETE: "delete" };
/** How long a node tries to get a lock. */
const lockTimeout = 10_000;

/** Why an operation cannot be done just now; nothing while the cluster is quorate or where quorum is not needed. */
export function quorumRefusal(
  world: World,
  route: string,
  params: Readonly<Record<string, Value>>,
): QuorumRefusal | undefined {
  if (isQuorate(world)) {
    return undefined;
  }
  if (asking.test(route)) {
    return { text: "cluster not ready - no quorum?", ms: 0 };
  }
  const [method = "", path = ""] = route.split(" ");
  if (method === "GET") {
    return undefined;
  }
  if (/^\/nodes\/{node}\/(?:qemu|lxc)\/{vmid}\/config$/.test(path) && method === "PUT") {
    const kind = path.includes("/lxc/") ? "lxc" : "qemu";
    return { text: unwritable(kind, String(params["node"]), String(params["vmid"])), ms: 0 };
  }
  const [, lock, step] = locks.find(([pattern]) => pattern.test(path)) ?? [];
  if (lock === undefined) {
    return undefined;
  }
  const name = lock.replace(/{(\w+)}/, (_all, key: string) => String(params[key]));
  const prefix = namedSteps[route] ?? step?.replace("@", verbs[method] ?? "");
  return { text: `${prefix === undefined ? "" : `${prefix}: `}cfs-lock '${name}' error: no quorum!`, ms: lockTimeout };
}

/** Workers that write a guest's configuration, most of them before they do anything else. */
const writers = new Set(
  (
    "qmconfig qmsnapshot qmdelsnapshot qmrollback qmtemplate qmmove qmsuspend qmdestroy resize " +
    "vzsnapshot vzdelsnapshot vzrollback vztemplate vzdestroy move_volume"
  ).split(" "),
);

/** The same task, which ends at once if it has to write and the cluster is not quorate by then. */
export function heldByQuorum(world: World, task: TaskStart): TaskStart {
  if (!writers.has(task.type)) {
    return task;
  }
  return {
    ...task,
    *work() {
      const guest = world.guests.get(Number.parseInt(task.id, 10));
      if (guest !== undefined) {
        assertWritable(world, guest);
      }
      yield* task.work();
    },
  };
}

/** Ends a worker that wants to write a guest's configuration without quorum. */
export function assertWritable(world: World, { kind, node, vmid }: Guest): void {
  if (!isQuorate(world)) {
    die(unwritable(kind, node, String(vmid)));
  }
}

function unwritable(kind: Guest["kind"], node: string, vmid: string): string {
  const folder = kind === "qemu" ? "qemu-server" : "lxc";
  return `unable to open file '/etc/pve/nodes/${node}/${folder}/${vmid}.conf.tmp.1180' - Permission denied`;
}
