import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { CephState } from "../world-ceph.js";
import {
  cephMetadata,
  listManagers,
  listMetadataServers,
  listMonitors,
  osdMetadata,
  osdOf,
  osdTree,
  osdVolume,
} from "./ceph-daemons.js";
import { crushMap, listFileSystems, listPools, listRules, readPool } from "./ceph-pools.js";
import {
  changeFlag,
  changeFlags,
  commandSafety,
  configDatabase,
  configValues,
  listFlags,
  notSimulated,
  rawConfig,
  readFlag,
  readLog,
} from "./ceph-settings.js";
import { cephStatus } from "./ceph-status.js";

type CephHandler = (call: Call, ceph: CephState) => unknown;

/** Where Ceph was never installed, whatever asks for it hears which program is missing. */
function installed(handler: CephHandler, program = "ceph-mon"): Handler {
  return (call) => {
    const { ceph } = call.world;
    return ceph === undefined ? die(`binary not installed: /usr/bin/${program}`) : handler(call, ceph);
  };
}

function place(isIn: boolean): CephHandler {
  return (call, ceph) => {
    osdOf(call, ceph).in = isIn;
  };
}

const cluster: Readonly<Record<string, CephHandler>> = {
  "GET flags": listFlags,
  "PUT flags": changeFlags,
  "GET flags/{flag}": readFlag,
  "PUT flags/{flag}": changeFlag,
  "GET metadata": cephMetadata,
  "GET status": cephStatus,
};

const node: Readonly<Record<string, CephHandler>> = {
  "GET cfg/db": configDatabase,
  "GET cfg/raw": rawConfig,
  "GET cfg/value": configValues,
  "GET cmd-safety": commandSafety,
  "GET crush": crushMap,
  "GET fs": listFileSystems,
  "GET log": readLog,
  "GET mds": listMetadataServers,
  "GET mgr": listManagers,
  "GET mon": listMonitors,
  "GET osd": osdTree,
  "GET osd/{osdid}/lv-info": osdVolume,
  "GET osd/{osdid}/metadata": osdMetadata,
  "GET pool": listPools,
  "GET pool/{name}/status": readPool,
  "GET rules": listRules,
  "GET status": cephStatus,
  "POST osd/{osdid}/in": place(true),
  "POST osd/{osdid}/out": place(false),
};

const unchanging =
  "POST fs/{name},DELETE fs/{name},DELETE mds/{name},DELETE mgr/{id},POST mon/{monid},DELETE mon/{monid},POST osd," +
  "DELETE osd/{osdid},POST osd/{osdid}/scrub,POST pool,PUT pool/{name},DELETE pool/{name},POST restart,POST start,POST stop";

function below(path: string, routes: Readonly<Record<string, CephHandler>>): Handlers {
  return Object.fromEntries(
    Object.entries(routes).map(([route, handler]) => [route.replace(" ", ` ${path}/`), installed(handler)]),
  );
}

const index = "cmd-safety cfg crush fs init log mds mgr mon osd pool restart rules start status stop";

/** Ceph: as nodes answer on which it was never installed, and how a cluster that has it is doing. */
export const cephHandlers: Handlers = {
  "GET /cluster/ceph": () => ["flags", "metadata", "status"].map((name) => ({ name })),
  "GET /nodes/{node}/ceph": () => index.split(" ").map((name) => ({ name })),
  "GET /nodes/{node}/ceph/cfg": () => ["raw", "db", "value"].map((name) => ({ name })),
  "GET /nodes/{node}/ceph/osd/{osdid}": () => ["metadata", "lv-info"].map((name) => ({ name })),
  "GET /nodes/{node}/ceph/pool/{name}": () => [{ name: "status" }],
  "POST /nodes/{node}/ceph/init": (call) =>
    call.world.ceph === undefined ? die("Ceph Nautilus required - please run 'pveceph install'") : notSimulated(call),
  "POST /nodes/{node}/ceph/mgr/{id}": installed(notSimulated, "ceph-mgr"),
  "POST /nodes/{node}/ceph/mds/{name}": installed(notSimulated, "ceph-mds"),
  ...below("/nodes/{node}/ceph", Object.fromEntries(unchanging.split(",").map((route) => [route, notSimulated]))),
  ...below("/cluster/ceph", cluster),
  ...below("/nodes/{node}/ceph", node),
};
