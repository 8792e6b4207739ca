import { die } from "../failure.js";
import type { Handler, Handlers } from "../handler.js";
import { disksOfNode } from "../world-disks.js";
import { need, nodeOf, number } from "./guest-call.js";

/** The exports and shares of a server, if a storage of the cluster names it; others cannot be reached from here. */
const scanNfs: Handler = (call) => {
  const server = need(call, "server");
  const exports = [...call.world.storages.values()]
    .filter((storage) => storage.type === "nfs" && storage.config["server"] === server)
    .map((storage) => ({ path: String(storage.config["export"]), options: "*" }));
  return exports.length > 0
    ? exports
    : die(`command '/sbin/showmount --no-headers --exports ${server}' failed: exit code 1`);
};

const scanCifs: Handler = (call) => {
  const server = need(call, "server");
  return [...call.world.storages.values()]
    .filter((storage) => storage.type === "cifs" && storage.config["server"] === server)
    .map((storage) => ({ share: String(storage.config["share"]), description: "" }));
};

const scanIscsi: Handler = (call) => {
  const portal = need(call, "portal");
  const targets = [...call.world.storages.values()]
    .filter((storage) => storage.type === "iscsi" && storage.config["portal"] === portal)
    .map((storage) => ({ target: String(storage.config["target"]), portal }));
  return targets.length > 0
    ? targets
    : die(`command '/usr/bin/iscsiadm --mode discovery --type sendtargets --portal ${portal}' failed: exit code 4`);
};

const scanPbs: Handler = (call) => {
  const server = need(call, "server");
  const port = number(call, "port") ?? 8007;
  return die(`error fetching datastores - 500 Can't connect to ${server}:${port} (Network is unreachable)`);
};

const columns =
  "vg_name,lv_name,lv_size,lv_attr,pool_lv,data_percent,metadata_percent,snap_percent,uuid,tags,metadata_size,time";

const scanThin: Handler = (call) => {
  const vg = need(call, "vg");
  const { groups, thinPools } = disksOfNode(call.world, nodeOf(call));
  if (!groups.some((group) => group.name === vg)) {
    die(
      `command '/sbin/lvs --separator : --noheadings --units b --unbuffered --nosuffix --config 'report/time_format="%s"' --options ${columns} ${vg}' failed: exit code 5`,
    );
  }
  return thinPools.filter((pool) => pool.vg === vg).map(({ lv }) => ({ lv }));
};

const index = ["cifs", "iscsi", "lvm", "nfs", "pbs", "zfs"];

/** What storages could be made of. */
export const scanHandlers: Handlers = {
  "GET /nodes/{node}/scan": () => index.map((method) => ({ method })),
  "GET /nodes/{node}/scan/nfs": scanNfs,
  "GET /nodes/{node}/scan/cifs": scanCifs,
  "GET /nodes/{node}/scan/iscsi": scanIscsi,
  "GET /nodes/{node}/scan/pbs": scanPbs,
  "GET /nodes/{node}/scan/lvm": (call) =>
    disksOfNode(call.world, nodeOf(call)).groups.map(({ name }) => ({ vg: name })),
  "GET /nodes/{node}/scan/lvmthin": scanThin,
  "GET /nodes/{node}/scan/zfs": (call) =>
    disksOfNode(call.world, nodeOf(call)).zfsPools.map(({ name, size }) => ({ pool: name, size, free: size })),
};
