import { die } from "../failure.js";
import type { Call } from "../handler.js";
import { type CephPool, type CephState, cephUsage } from "../world-ceph.js";
import { flag, need } from "./guest-call.js";

const rule = "replicated_rule";

function figures(ceph: CephState, pool: CephPool): { readonly bytes_used: number; readonly percent_used: number } {
  const { total, used } = cephUsage(ceph);
  const bytes = Math.floor(pool.stored * pool.size);
  return { bytes_used: bytes, percent_used: bytes / (bytes + Math.max(1, total - used)) };
}

function autoscale({ pgs, stored, size, name, id }: CephPool): Record<string, unknown> {
  return {
    pool_name: name,
    pool_id: id,
    pg_autoscale_mode: "on",
    pg_num_target: pgs,
    pg_num_ideal: pgs,
    pg_num_final: pgs,
    logical_used: Math.floor(stored),
    raw_used: Math.floor(stored * size),
    would_adjust: false,
    bias: 1,
    crush_root_id: -1,
  };
}

/** Pools with how full they are. */
export function listPools(_call: Call, ceph: CephState): unknown {
  return ceph.pools.map((pool) => ({
    pool: pool.id,
    pool_name: pool.name,
    type: "replicated",
    size: pool.size,
    min_size: pool.min_size,
    pg_num: pool.pgs,
    pg_num_final: pool.pgs,
    pg_autoscale_mode: "on",
    crush_rule: 0,
    crush_rule_name: rule,
    application_metadata: { [pool.application]: {} },
    autoscale_status: autoscale(pool),
    ...figures(ceph, pool),
  }));
}

/** The settings of one pool; with `verbose` its figures as well. */
export function readPool(call: Call, ceph: CephState): unknown {
  const name = need(call, "name");
  const pool = ceph.pools.find((each) => each.name === name) ?? die(`pool '${name}' does not exist`);
  const { bytes_used, percent_used } = figures(ceph, pool);
  return {
    id: pool.id,
    name,
    size: pool.size,
    min_size: pool.min_size,
    pg_num: pool.pgs,
    pgp_num: pool.pgs,
    pg_autoscale_mode: "on",
    crush_rule: rule,
    application: pool.application,
    application_list: [pool.application],
    ...Object.fromEntries(["nodelete", "nopgchange", "nosizechange", "noscrub", "nodeep-scrub"].map((key) => [key, 0])),
    fast_read: 0,
    hashpspool: 1,
    use_gmt_hitset: 1,
    write_fadvise_dontneed: 0,
    ...(flag(call, "verbose")
      ? { statistics: { bytes_used, percent_used, stored: Math.floor(pool.stored) }, autoscale_status: autoscale(pool) }
      : {}),
  };
}

/** File systems with their pools. */
export function listFileSystems(_call: Call, { fileSystems, pools }: CephState): unknown {
  const idOf = (name: string): number | undefined => pools.find((pool) => pool.name === name)?.id;
  return fileSystems.map(({ name, metadata, data }) => ({
    name,
    metadata_pool: metadata,
    metadata_pool_id: idOf(metadata),
    data_pool: data,
    data_pools: [data],
    data_pool_ids: [idOf(data)],
  }));
}

/** The rules that place data. */
export function listRules(): unknown {
  return [{ name: rule }];
}

/** The map that places data, as text. */
export function crushMap(_call: Call, { osds }: CephState): string {
  const hosts = [...new Set(osds.map(({ node }) => node))];
  const devices = osds.map(({ id }) => `device ${id} osd.${id} class ssd`);
  const buckets = hosts.map((host, index) => {
    const items = osds.filter(({ node }) => node === host).map(({ id }) => `\titem osd.${id} weight 1.00000`);
    return `host ${host} {\n\tid ${-3 - 2 * index}\n\talg straw2\n\thash 0\n${items.join("\n")}\n}`;
  });
  const root = `root default {\n\tid -1\n\talg straw2\n\thash 0\n${hosts.map((host) => `\titem ${host} weight 2.00000`).join("\n")}\n}`;
  const steps = ["take default", "chooseleaf firstn 0 type host", "emit"].map((step) => `\tstep ${step}`);
  const rules = `rule ${rule} {\n\tid 0\n\ttype replicated\n${steps.join("\n")}\n}`;
  return [
    "# begin crush map",
    ...devices,
    "",
    "type 0 osd",
    "type 1 host",
    "type 11 root",
    "",
    ...buckets,
    root,
    rules,
    "# end crush map",
    "",
  ].join("\n");
}
