import { isRecord, type Json } from "../schema.js";
import { plain, type Row } from "../window.js";

/** The figures of `GET /cluster/ceph/status` that say how Ceph is doing; what is not there is left out. */
export function summarizeCeph({ health, monmap, quorum_names, osdmap, pgmap }: Row): Record<string, Json> {
  const osds = recordOf(recordOf(osdmap)["osdmap"] ?? osdmap);
  const groups = recordOf(pgmap);
  const monitors = recordOf(monmap)["mons"];
  const shown: Row = {
    health: recordOf(health)["status"],
    reasons: reasonsOf(recordOf(health)["checks"]),
    monitors: { in_quorum: quorum_names, total: Array.isArray(monitors) ? monitors.length : undefined },
    osds: { total: osds["num_osds"], up: osds["num_up_osds"], in: osds["num_in_osds"] },
    placement_groups: statesOf(groups["pgs_by_state"]),
    bytes: {
      total: groups["bytes_total"],
      used: groups["bytes_used"],
      available: groups["bytes_avail"],
      data: groups["data_bytes"],
    },
  };
  return recordOf(plain(shown)) as Record<string, Json>;
}

/** The OSDs of the tree that `GET /nodes/{node}/ceph/osd` answers with, each with its host. */
export function flattenOsds(root: unknown, host?: string): readonly Json[] {
  const { type, name, children } = recordOf(root);
  const here = type === "host" ? String(name) : host;
  const inner = Array.isArray(children) ? children.flatMap((child) => flattenOsds(child, here)) : [];
  return type === "osd" ? [shownOsd(recordOf(root), here), ...inner] : inner;
}

function shownOsd(osd: Row, host: string | undefined): Json {
  return plain({
    osd: osd["name"],
    host,
    status: osd["status"],
    in: osd["in"] === undefined ? undefined : Boolean(Number(osd["in"])),
    class: osd["device_class"],
    bytes: osd["total_space"],
    used_bytes: osd["bytes_used"],
    percent_used: osd["percent_used"],
    groups: osd["pgs"],
  });
}

function reasonsOf(checks: unknown): readonly string[] {
  return Object.entries(recordOf(checks)).map(([name, check]) => {
    const { summary, severity } = recordOf(check);
    return `${name}: ${String(recordOf(summary)["message"] ?? severity ?? "")}`;
  });
}

function statesOf(states: unknown): Row {
  const rows = Array.isArray(states) ? states.filter(isRecord) : [];
  return Object.fromEntries(rows.map((row) => [String(row["state_name"]), row["count"]]));
}

function recordOf(value: unknown): Row {
  return isRecord(value) ? value : {};
}
