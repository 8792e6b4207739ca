import type { Call, Handler } from "../handler.js";
import type { Guest, Node, Pool, Storage } from "../world.js";
import { type Figures, figuresAt } from "../world-figures.js";
import { guestName, isTemplate } from "../world-guest.js";
import { isConfiguredOn, usage } from "../world-storage.js";
import { text } from "./guest-call.js";
import { isAwake, managerState, nodeState, requestedState, sidOf } from "./ha-services.js";
import { networkItems } from "./network-resources.js";

type Item = Readonly<Record<string, unknown>>;
type Usage = ReturnType<typeof usage>;

/** `GET /cluster/resources`: everything the caller may see, filtered item by item. */
export const clusterResources: Handler = (call) => {
  const type = text(call, "type");
  const world = call.world;
  const figures = figuresAt(world, call.now());
  const items: Item[] = [];
  if (type === undefined) {
    items.push(...visiblePools(call).map((pool) => poolItem(call, pool, figures)));
  }
  if (type === undefined || type === "vm") {
    const pools = poolsByVmid(call);
    items.push(
      ...[...world.guests.values()]
        .filter((guest) => call.allowed(`/vms/${guest.vmid}`, ["VM.Audit"]))
        .map((guest) => withExtras(call, guest, guestItem(call, guest, figures), pools.get(guest.vmid))),
    );
  }
  if (type === undefined || type === "node") {
    const managed = isAwake(world.ha, call.now());
    items.push(
      ...[...world.nodes.values()].map((node) => ({
        ...nodeItem(call, node, figures),
        "cgroup-mode": 2,
        ...(managed ? { hastate: nodeState(node) } : {}),
      })),
    );
  }
  if (type === undefined || type === "storage") {
    items.push(...storageItems(call));
  }
  if (type === undefined || type === "sdn") {
    items.push(...networkItems(call, type));
  }
  return items;
};

/** The pools a caller may see. */
export function visiblePools(call: Call): Pool[] {
  return [...call.world.pools.values()].filter((pool) => call.allowed(`/pool/${pool.poolid}`, ["Pool.Audit"]));
}

/** A node as lists show it: figures only with `Sys.Audit` on it. */
export function nodeItem(call: Call, node: Node, figures: Figures): Item {
  const head = { id: `node/${node.node}`, node: node.node, type: "node", level: node.level };
  if (!node.online) {
    return { ...head, status: "offline" };
  }
  if (!call.allowed(`/nodes/${node.node}`, ["Sys.Audit"])) {
    return { ...head, status: "online" };
  }
  const limits = { maxcpu: node.cores, maxmem: node.memory, maxdisk: node.rootfs };
  return { ...head, status: "online", ...limits, ...figures.node(node) };
}

/** A guest as resource lists and pools show it. */
export function guestItem(call: Call, guest: Guest, all: Figures): Item {
  const head = { id: `${guest.kind}/${guest.vmid}`, vmid: guest.vmid, node: guest.node, type: guest.kind };
  const name = guestName(guest);
  if (call.world.nodes.get(guest.node)?.online !== true) {
    return { ...head, name, status: "unknown" };
  }
  const { figures, limits } = all.guest(guest);
  // Written out, because spreading costs most of the time that a list of thousands takes.
  return {
    id: head.id,
    vmid: head.vmid,
    node: head.node,
    type: head.type,
    name,
    status: guest.running === undefined ? "stopped" : "running",
    template: isTemplate(guest) ? 1 : 0,
    maxcpu: Number(limits.cpus),
    maxmem: limits.maxmem,
    maxdisk: limits.maxdisk,
    cpu: figures.cpu,
    mem: figures.mem,
    disk: figures.disk,
    netin: figures.netin,
    netout: figures.netout,
    diskread: figures.diskread,
    diskwrite: figures.diskwrite,
    uptime: figures.uptime,
    memhost: guest.kind === "qemu" ? figures.mem : 0,
  };
}

function poolsByVmid({ world }: Call): ReadonlyMap<number, string> {
  const pools = new Map<number, string>();
  for (const { poolid, vms } of world.pools.values()) {
    for (const vmid of vms) {
      pools.set(vmid, poolid);
    }
  }
  return pools;
}

function withExtras(call: Call, guest: Guest, item: Item, pool: string | undefined): Item {
  const { tags } = guest.config;
  const hasTags = tags !== undefined && tags !== "";
  const resource = call.world.ha.resources.get(sidOf(guest));
  if (pool === undefined && guest.lock === undefined && !hasTags && resource === undefined) {
    return item;
  }
  const extras: Record<string, unknown> = {};
  if (pool !== undefined) {
    extras["pool"] = pool;
  }
  if (guest.lock !== undefined) {
    extras["lock"] = guest.lock;
  }
  if (hasTags) {
    extras["tags"] = tags;
  }
  if (resource !== undefined) {
    extras["hastate"] = managerState(call, sidOf(guest), resource) ?? requestedState(resource);
  }
  return Object.assign(item, extras);
}

function poolItem(call: Call, pool: Pool, all: Figures): Item {
  const head = { id: `/pool/${pool.poolid}`, pool: pool.poolid, type: "pool" };
  const running = [...pool.vms].flatMap((vmid) => {
    const guest = call.world.guests.get(vmid);
    return guest?.running === undefined ? [] : [guest];
  });
  if (running.length === 0) {
    return head;
  }
  const sum = { uptime: 0, mem: 0, maxmem: 0, maxcpu: 0, busy: 0 };
  for (const guest of running) {
    const { figures, limits } = all.guest(guest);
    sum.uptime = Math.max(sum.uptime, figures.uptime);
    sum.mem += figures.mem;
    sum.maxmem += limits.maxmem;
    sum.maxcpu += Number(limits.cpus);
    sum.busy += figures.cpu * Number(limits.cpus);
  }
  const { busy, ...rest } = sum;
  return { ...head, ...rest, cpu: busy / sum.maxcpu };
}

function storageItems(call: Call): Item[] {
  const items: Item[] = [];
  // A shared storage is as full everywhere, and counting its volumes takes a while.
  const shared = new Map<Storage, Usage>();
  for (const node of call.world.nodes.values()) {
    for (const storage of call.world.storages.values()) {
      const mine = !storage.disable && isConfiguredOn(storage, node.node);
      if (mine && call.allowed(`/storage/${storage.storage}`, ["Datastore.Audit"])) {
        const figures = shared.get(storage) ?? usage(storage, node.node);
        if (storage.shared) {
          shared.set(storage, figures);
        }
        items.push(storageItem(storage, node, figures));
      }
    }
  }
  return items;
}

/** A storage on one node, as resource lists and pools show it. */
export function storageItem(storage: Storage, node: Node, { total, used }: Usage = usage(storage, node.node)): Item {
  return {
    id: `storage/${node.node}/${storage.storage}`,
    node: node.node,
    storage: storage.storage,
    type: "storage",
    plugintype: storage.type,
    content: storage.content.join(","),
    shared: storage.shared ? 1 : 0,
    status: node.online ? "available" : "unknown",
    ...(node.online ? { disk: used, maxdisk: total } : {}),
  };
}
