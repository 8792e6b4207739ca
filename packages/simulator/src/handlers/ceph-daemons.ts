import { die } from "../failure.js";
import type { Call } from "../handler.js";
import { type CephOsd, type CephState, cephVersion, cephVersionText, isOnline, isUp } from "../world-ceph.js";
import { noise } from "../world-random.js";
import { monitorAddresses, ranked } from "./ceph-status.js";
import { need, number, text } from "./guest-call.js";

const version = { ceph_version: cephVersionText, ceph_version_short: cephVersion.short };

function presence({ world }: Call, name: string): Record<string, unknown> {
  return { name, host: name, service: 1, direxists: 1, ...(isOnline(world, name) ? version : {}) };
}

/** Monitors with their place in the quorum. */
export function listMonitors(call: Call, { monitors }: CephState): unknown {
  return monitors.map((name, rank) => ({
    ...presence(call, name),
    addr: `${call.world.nodes.get(name)?.ip}:6789/0`,
    rank,
    ...(isOnline(call.world, name) ? { quorum: 1, state: "running" } : { state: "stopped" }),
  }));
}

/** Managers, one of them active. */
export function listManagers(call: Call, { managers }: CephState): unknown {
  const [active] = ranked(call, managers);
  return managers.map((name) => {
    const state = name === active ? "active" : isOnline(call.world, name) ? "standby" : "stopped";
    return { ...presence(call, name), addr: call.world.nodes.get(name)?.ip, state };
  });
}

/** Metadata servers, one of them active. */
export function listMetadataServers(call: Call, { metadataServers, fileSystems }: CephState): unknown {
  const [active] = ranked(call, metadataServers);
  return metadataServers.map((name) => {
    const address = `${call.world.nodes.get(name)?.ip}:6801/2718281828`;
    if (name === active) {
      return { ...presence(call, name), addr: address, state: "up:active", rank: 0, fs_name: fileSystems[0]?.name };
    }
    const isStandby = isOnline(call.world, name);
    return {
      ...presence(call, name),
      ...(isStandby ? { addr: address } : {}),
      state: isStandby ? "up:standby" : "stopped",
    };
  });
}

/** A disk's weight is its size in TiB. */
function weightOf(osd: CephOsd): number {
  return Math.round((osd.size / 1024 ** 4) * 1e5) / 1e5;
}

function branch(call: Call, ceph: CephState, osd: CephOsd): Record<string, unknown> {
  const up = isUp(call.world, osd);
  const latency = up ? Math.ceil(noise(osd.id, call.now() / 60) * 3) : 0;
  const groups = ceph.pools.reduce((sum, { pgs, size }) => sum + pgs * size, 0) / ceph.osds.length;
  return {
    id: String(osd.id),
    name: `osd.${osd.id}`,
    type: "osd",
    status: up ? "up" : "down",
    in: osd.in ? 1 : 0,
    host: osd.node,
    crush_weight: weightOf(osd),
    reweight: osd.in ? 1 : 0,
    device_class: "ssd",
    osdtype: "bluestore",
    blfsdev: 1,
    pgs: up ? Math.floor(groups) : 0,
    total_space: osd.size,
    bytes_used: osd.used,
    percent_used: (osd.used / osd.size) * 100,
    apply_latency_ms: latency,
    commit_latency_ms: latency,
    leaf: 1,
    ...(up ? version : {}),
  };
}

/** The tree of hosts and their daemons. */
export function osdTree(call: Call, ceph: CephState): unknown {
  const hosts = [...new Set(ceph.osds.map(({ node }) => node))];
  const children = hosts.map((host, index) => ({
    id: String(-3 - 2 * index),
    name: host,
    type: "host",
    leaf: 0,
    ...(isOnline(call.world, host) ? { version: cephVersion.short } : {}),
    children: ceph.osds.filter(({ node }) => node === host).map((osd) => branch(call, ceph, osd)),
  }));
  const flags = ["sortbitwise", "recovery_deletes", "purged_snapdirs", "pglog_hardlimit", ...ceph.flags].join(",");
  const root = { id: "-1", name: "default", type: "root", leaf: 0, children };
  return { root: { leaf: 0, children: [root] }, flags };
}

/** The daemon of the path on the node of the path. */
export function osdOf(call: Call, ceph: CephState): CephOsd {
  const id = number(call, "osdid");
  return (
    ceph.osds.find((osd) => osd.id === id && osd.node === need(call, "node")) ??
    die(`OSD '${id}' does not exists on host '${need(call, "node")}'`)
  );
}

/** What a daemon says of itself and of its disk. */
export function osdMetadata(call: Call, ceph: CephState): unknown {
  const osd = osdOf(call, ceph);
  const ip = call.world.nodes.get(osd.node)?.ip;
  const address = (port: number): string => `[v2:${ip}:${port}/31415,v1:${ip}:${port + 1}/31415]`;
  const port = 6800 + 8 * (osd.id % 2);
  return {
    osd: {
      id: osd.id,
      hostname: osd.node,
      version: cephVersionText,
      osd_data: `/var/lib/ceph/osd/ceph-${osd.id}`,
      osd_objectstore: "bluestore",
      mem_usage: isUp(call.world, osd) ? 2_147_483_648 : 0,
      encrypted: 0,
      front_addr: address(port),
      back_addr: address(port + 2),
      hb_front_addr: address(port + 4),
      hb_back_addr: address(port + 6),
      ...(isUp(call.world, osd) ? { pid: 2400 + osd.id } : {}),
    },
    devices: [
      {
        device: "block",
        dev_node: `dm-${osd.id}`,
        physical_device: osd.device.replace("/dev/", ""),
        size: osd.size,
        support_discard: 1,
        type: "ssd",
      },
    ],
  };
}

/** The logical volume below a daemon. */
export function osdVolume(call: Call, ceph: CephState): unknown {
  const osd = osdOf(call, ceph);
  const type = text(call, "type") ?? "block";
  if (type !== "block") {
    return die(`volume '${type}' not found for osd.${osd.id} on '${osd.node}'`);
  }
  const vg = `ceph-${ceph.fsid.replace(/^.{8}/, String(osd.id).padStart(8, "0"))}`;
  const lv = `osd-block-${ceph.fsid.replace(/.{12}$/, String(osd.id).padStart(12, "0"))}`;
  return {
    creation_time: new Date((ceph.created + 60 * osd.id) * 1000).toISOString().slice(0, 19).replace("T", " "),
    lv_name: lv,
    lv_path: `/dev/${vg}/${lv}`,
    lv_size: osd.size,
    lv_uuid: lv.slice(-36),
    vg_name: vg,
  };
}

/** Versions and places of all daemons, by kind. */
export function cephMetadata(call: Call, ceph: CephState): unknown {
  const facts = (hostname: string): Record<string, unknown> => ({
    hostname,
    ...version,
    ceph_release: cephVersion.name,
    mem_swap_kb: 8_388_604,
    mem_total_kb: Math.floor((call.world.nodes.get(hostname)?.memory ?? 0) / 1024),
  });
  const running = (nodes: readonly string[]): string[] => nodes.filter((node) => isOnline(call.world, node));
  const byName = (nodes: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(
      running(nodes).map((name) => [`${name}@${name}`, { ...facts(name), name, addr: call.world.nodes.get(name)?.ip }]),
    );
  const parts = cephVersion.short.split(".");
  return {
    mon: Object.fromEntries(
      running(ceph.monitors).map((name) => {
        const addrs = `[${monitorAddresses(call, name)
          .map(({ type, addr }) => `${type}:${addr}/0`)
          .join(",")}]`;
        return [`${name}@${name}`, { ...facts(name), name, addrs }];
      }),
    ),
    mgr: byName(ceph.managers),
    mds: byName(ceph.metadataServers),
    osd: ceph.osds
      .filter((osd) => isUp(call.world, osd))
      .map(({ id, node, device }) => ({
        id,
        ...facts(node),
        devices: device.replace("/dev/", ""),
        front_addr: call.world.nodes.get(node)?.ip,
        back_addr: call.world.nodes.get(node)?.ip,
        osd_data: `/var/lib/ceph/osd/ceph-${id}`,
        osd_objectstore: "bluestore",
      })),
    node: Object.fromEntries(
      running([...call.world.nodes.keys()]).map((node) => [
        node,
        { buildcommit: cephVersion.commit, version: { parts, str: cephVersion.short } },
      ]),
    ),
  };
}
