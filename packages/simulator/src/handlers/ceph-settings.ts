import { invalid, PveFailure } from "../failure.js";
import type { Call } from "../handler.js";
import { type CephState, isUp } from "../world-ceph.js";
import { need, number, text } from "./guest-call.js";

const flags: Readonly<Record<string, string>> = {
  nobackfill: "Backfilling of PGs is suspended.",
  "nodeep-scrub": "Deep Scrubbing is disabled.",
  nodown: "OSD failure reports are being ignored, such that the monitors will not mark OSDs down.",
  noin: "OSDs that were previously marked out will not be marked back in when they start.",
  noout: "OSDs will not automatically be marked out after the configured interval.",
  norebalance: "Rebalancing of PGs is suspended.",
  norecover: "Recovery of PGs is suspended.",
  noscrub: "Scrubbing is disabled.",
  notieragent: "Cache tiering activity is suspended.",
  noup: "OSDs are not allowed to start.",
  pause: "Pauses reads and writes.",
};

/** All flags with whether they are set. */
export function listFlags(_call: Call, ceph: CephState): unknown {
  return Object.entries(flags).map(([name, description]) => ({
    name,
    value: ceph.flags.has(name) ? 1 : 0,
    description,
  }));
}

/** Whether one flag is set. */
export function readFlag(call: Call, ceph: CephState): unknown {
  return ceph.flags.has(need(call, "flag")) ? 1 : 0;
}

function setFlag(ceph: CephState, name: string, isSet: boolean): void {
  if (isSet) {
    ceph.flags.add(name);
  } else {
    ceph.flags.delete(name);
  }
}

/** Sets or clears one flag. */
export function changeFlag(call: Call, ceph: CephState): void {
  setFlag(ceph, need(call, "flag"), call.params["value"] === 1);
}

/** Sets and clears several flags, in a task. */
export function changeFlags(call: Call, ceph: CephState): string {
  const given = Object.keys(flags).filter((name) => call.params[name] !== undefined);
  return call.startTask({
    node: call.world.entry,
    type: "cephsetflags",
    id: "",
    *work() {
      for (const name of given) {
        const isSet = call.params[name] === 1;
        yield { ms: 100, log: `${isSet ? "set" : "unset"} flag '${name}'` };
        setFlag(ceph, name, isSet);
      }
    },
  });
}

function sections(call: Call, { fsid, monitors }: CephState): Record<string, Record<string, string>> {
  const addresses = monitors.map((node) => call.world.nodes.get(node)?.ip ?? "");
  return {
    global: {
      auth_client_required: "cephx",
      auth_cluster_required: "cephx",
      auth_service_required: "cephx",
      cluster_network: "10.10.10.0/24",
      fsid,
      mon_allow_pool_delete: "true",
      mon_host: addresses.join(" "),
      ms_bind_ipv4: "true",
      ms_bind_ipv6: "false",
      osd_pool_default_min_size: "2",
      osd_pool_default_size: "3",
      public_network: "10.10.10.0/24",
    },
    client: { keyring: "/etc/pve/priv/$cluster.$name.keyring" },
    ...Object.fromEntries(monitors.map((node, at) => [`mon.${node}`, { public_addr: addresses[at] ?? "" }])),
  };
}

/** The configuration file. */
export function rawConfig(call: Call, ceph: CephState): string {
  return Object.entries(sections(call, ceph))
    .map(
      ([name, entries]) =>
        `[${name}]\n${Object.entries(entries)
          .map(([key, value]) => `\t${key} = ${value}\n`)
          .join("")}`,
    )
    .join("\n");
}

/** Values of the configuration file, asked for as `section:key`. */
export function configValues(call: Call, ceph: CephState): unknown {
  const file = sections(call, ceph);
  const found: Record<string, Record<string, string>> = {};
  for (const each of need(call, "config-keys")
    .split(/[;, ]+/)
    .filter((part) => part !== "")) {
    const [section = "", key = ""] = each.split(":").map((part) => part.replaceAll("-", "_"));
    const value = file[section]?.[key];
    if (value !== undefined) {
      found[section] = { ...found[section], [key]: value };
    }
  }
  return found;
}

/** What is set in the monitors' own database. */
export function configDatabase(): unknown {
  const entry = { mask: "", can_update_at_runtime: true };
  return [
    { section: "mon", name: "auth_allow_insecure_global_id_reclaim", value: "false", level: "advanced", ...entry },
    { section: "osd", name: "osd_mclock_max_capacity_iops_ssd", value: "21500", level: "basic", ...entry },
  ];
}

/** Whether a daemon can be stopped or taken away without harm. */
export function commandSafety(call: Call, ceph: CephState): unknown {
  const [service, id, action] = [need(call, "service"), need(call, "id"), need(call, "action")];
  if (service !== "osd") {
    const others = service === "mon" ? ceph.monitors : ceph.metadataServers;
    if (!others.includes(id)) {
      return { safe: 0, status: `${service}.${id} does not exist` };
    }
    return { safe: others.length > 2 || service === "mds" ? 1 : 0, status: "" };
  }
  const down = ceph.osds.filter((osd) => !isUp(call.world, osd));
  const osd = ceph.osds.find((each) => String(each.id) === id) ?? invalid({ id: `no such osd '${id}'` });
  const isSafe = action === "stop" ? down.length === 0 : !osd.in;
  return { safe: isSafe ? 1 : 0, ...(isSafe ? {} : { status: `osd.${id} still holds data that is needed` }) };
}

/** The cluster's log, oldest line first. */
export function readLog(call: Call, ceph: CephState): unknown {
  const start = number(call, "start") ?? 0;
  const lines = [
    `${stamp(ceph.created)} mon.pve1 (mon.0) 1 : cluster [INF] mkfs ${ceph.fsid}`,
    ...ceph.osds
      .filter((osd) => !isUp(call.world, osd))
      .map(
        ({ id }) =>
          `${stamp(call.now() - 6 * 3600)} mon.pve1 (mon.0) 8714 : cluster [INF] osd.${id} failed (root=default)`,
      ),
  ];
  call.total = lines.length;
  const limit = Number(text(call, "limit") ?? 50);
  return lines.map((t, index) => ({ n: index + 1, t })).slice(start, start + limit);
}

function stamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace("Z", "+0000");
}

/** Ceph can be looked at here; what would change it beyond flags and places is not simulated. */
export function notSimulated(call: Call): never {
  throw new PveFailure(
    501,
    `not simulated\nthe simulator has no behaviour for '${call.route}' where Ceph is installed`,
  );
}
