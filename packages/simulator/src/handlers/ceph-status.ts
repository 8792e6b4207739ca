import type { Call } from "../handler.js";
import { type CephState, cephUsage, cephVersion, isOnline, isUp } from "../world-ceph.js";

interface Check {
  readonly severity: "HEALTH_WARN" | "HEALTH_ERR";
  readonly summary: { readonly message: string; readonly count: number };
  readonly detail: readonly { readonly message: string }[];
  readonly muted: false;
}

function check(message: string, count: number, detail: readonly string[]): Check {
  return {
    severity: "HEALTH_WARN",
    summary: { message, count },
    detail: detail.map((text) => ({ message: text })),
    muted: false,
  };
}

/** What Ceph complains about. */
function checksOf({ world }: Call, ceph: CephState): Record<string, Check> {
  const down = ceph.osds.filter((osd) => osd.in && !isUp(world, osd));
  const away = ceph.monitors.filter((node) => !isOnline(world, node));
  const checks: Record<string, Check> = {};
  if (away.length > 0) {
    const quorum = `${ceph.monitors.length - away.length}/${ceph.monitors.length} mons down, quorum`;
    checks["MON_DOWN"] = check(
      `${quorum} ${ceph.monitors.filter((node) => !away.includes(node)).join(",")}`,
      away.length,
      away.map((node) => `mon.${node} is down (out of quorum)`),
    );
  }
  if (ceph.flags.size > 0) {
    checks["OSDMAP_FLAGS"] = check(`${[...ceph.flags].sort().join(",")} flag(s) set`, ceph.flags.size, []);
  }
  if (down.length > 0) {
    const detail = down.map(({ id, node }) => `osd.${id} (root=default,host=${node}) is down`);
    checks["OSD_DOWN"] = check(`${down.length} osds down`, down.length, detail);
    const { degraded } = groups(ceph, down.length);
    const text = `Degraded data redundancy: ${degraded} pgs degraded, ${degraded} pgs undersized`;
    checks["PG_DEGRADED"] = check(text, degraded, []);
  }
  return checks;
}

/** Placement groups in all, and those that lack a copy. */
function groups(ceph: CephState, down: number): { readonly all: number; readonly degraded: number } {
  const all = ceph.pools.reduce((sum, { pgs }) => sum + pgs, 0);
  return { all, degraded: Math.floor((all * down * 3) / ceph.osds.length) };
}

/** Both addresses of a daemon on a node. */
export function monitorAddresses(
  { world }: Call,
  node: string,
): { readonly type: string; readonly addr: string; readonly nonce: 0 }[] {
  const ip = world.nodes.get(node)?.ip ?? "";
  return [
    { type: "v2", addr: `${ip}:3300`, nonce: 0 },
    { type: "v1", addr: `${ip}:6789`, nonce: 0 },
  ];
}

function monitors(call: Call, ceph: CephState): Record<string, unknown> {
  const created = new Date(ceph.created * 1000).toISOString().replace("Z", "000Z");
  return {
    epoch: 3,
    fsid: ceph.fsid,
    modified: created,
    created,
    min_mon_release: 19,
    min_mon_release_name: cephVersion.name,
    mons: ceph.monitors.map((name, rank) => ({
      rank,
      name,
      public_addrs: { addrvec: monitorAddresses(call, name) },
      addr: `${call.world.nodes.get(name)?.ip}:6789/0`,
      public_addr: `${call.world.nodes.get(name)?.ip}:6789/0`,
      priority: 0,
      weight: 0,
      crush_location: "{}",
    })),
  };
}

function placement(call: Call, ceph: CephState): Record<string, unknown> {
  const { total, used } = cephUsage(ceph);
  const down = ceph.osds.filter((osd) => osd.in && !isUp(call.world, osd)).length;
  const { all, degraded } = groups(ceph, down);
  const states = [
    { state_name: "active+clean", count: all - degraded },
    { state_name: "active+undersized+degraded", count: degraded },
  ];
  const data = Math.floor(ceph.pools.reduce((sum, { stored }) => sum + stored, 0));
  const objects = Math.ceil(data / 4 / 1024 ** 2);
  return {
    pgs_by_state: states.filter(({ count }) => count > 0),
    num_pgs: all,
    num_pools: ceph.pools.length,
    num_objects: objects,
    data_bytes: data,
    bytes_used: used,
    bytes_avail: total - used,
    bytes_total: total,
    ...(degraded === 0
      ? {}
      : {
          degraded_objects: Math.floor((objects * degraded) / all),
          degraded_total: objects * 3,
          degraded_ratio: degraded / all / 3,
        }),
    read_bytes_sec: 184_320,
    write_bytes_sec: 1_150_976,
    read_op_per_sec: 12,
    write_op_per_sec: 74,
  };
}

/** The active one first, then those that stand by; none of those that are down. */
export function ranked(
  { world }: Call,
  nodes: readonly string[],
): readonly [active: string | undefined, standbys: string[]] {
  const [active, ...standbys] = nodes.filter((node) => isOnline(world, node));
  return [active, standbys];
}

/** What `ceph status` says, as PVE passes it on. */
export function cephStatus(call: Call, ceph: CephState): Record<string, unknown> {
  const checks = checksOf(call, ceph);
  const quorum = ceph.monitors.filter((node) => isOnline(call.world, node));
  const [manager, others] = ranked(call, ceph.managers);
  const [metadata, standbys] = ranked(call, ceph.metadataServers);
  return {
    fsid: ceph.fsid,
    health: { status: Object.keys(checks).length > 0 ? "HEALTH_WARN" : "HEALTH_OK", checks, mutes: [] },
    election_epoch: 42,
    quorum: quorum.map((node) => ceph.monitors.indexOf(node)),
    quorum_names: quorum,
    quorum_age: 86_400,
    monmap: monitors(call, ceph),
    osdmap: {
      epoch: 871,
      num_osds: ceph.osds.length,
      num_up_osds: ceph.osds.filter((osd) => isUp(call.world, osd)).length,
      num_in_osds: ceph.osds.filter((osd) => osd.in).length,
      num_remapped_pgs: 0,
    },
    pgmap: placement(call, ceph),
    fsmap: {
      epoch: 12,
      by_rank:
        metadata === undefined ? [] : [{ filesystem_id: 1, rank: 0, name: metadata, status: "up:active", gid: 14_132 }],
      "up:standby": standbys.length,
    },
    mgrmap: {
      available: manager !== undefined,
      active_name: manager ?? "",
      num_standbys: others.length,
      standbys: others.map((name) => ({ name })),
      modules: ["iostat", "nfs"],
      services: {},
    },
    servicemap: { epoch: 1, modified: "0.000000", services: {} },
    progress_events: {},
  };
}
