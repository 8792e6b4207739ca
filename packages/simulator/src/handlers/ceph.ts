import { die } from "../failure.js";
import type { Handler, Handlers } from "../handler.js";

/** The nodes have no Ceph: whatever asks for it hears which program is missing. */
const without =
  (program: string): Handler =>
  () =>
    die(`binary not installed: /usr/bin/${program}`);

const noMonitor = without("ceph-mon");

const index = "cmd-safety cfg crush fs init log mds mgr mon osd pool restart rules start status stop";

const cluster = ["GET flags", "PUT flags", "GET flags/{flag}", "PUT flags/{flag}", "GET metadata", "GET status"];

const node = [
  "GET cfg/db",
  "GET cfg/raw",
  "GET cfg/value",
  "GET cmd-safety",
  "GET crush",
  "GET fs",
  "POST fs/{name}",
  "DELETE fs/{name}",
  "GET log",
  "GET mds",
  "GET mgr",
  "GET mon",
  "POST mon/{monid}",
  "DELETE mon/{monid}",
  "GET osd",
  "POST osd",
  "DELETE osd/{osdid}",
  "POST osd/{osdid}/in",
  "POST osd/{osdid}/out",
  "POST osd/{osdid}/scrub",
  "GET osd/{osdid}/lv-info",
  "GET osd/{osdid}/metadata",
  "GET pool",
  "POST pool",
  "PUT pool/{name}",
  "DELETE pool/{name}",
  "GET pool/{name}/status",
  "POST restart",
  "GET rules",
  "POST start",
  "GET status",
  "POST stop",
];

function below(path: string, routes: readonly string[]): Handlers {
  return Object.fromEntries(routes.map((route) => [route.replace(" ", ` ${path}/`), noMonitor]));
}

/** Ceph, as nodes answer on which it was never installed. */
export const cephHandlers: Handlers = {
  "GET /cluster/ceph": () => ["flags", "metadata", "status"].map((name) => ({ name })),
  "GET /nodes/{node}/ceph": () => index.split(" ").map((name) => ({ name })),
  "GET /nodes/{node}/ceph/cfg": () => ["raw", "db", "value"].map((name) => ({ name })),
  "GET /nodes/{node}/ceph/osd/{osdid}": () => ["metadata", "lv-info"].map((name) => ({ name })),
  "GET /nodes/{node}/ceph/pool/{name}": () => [{ name: "status" }],
  "POST /nodes/{node}/ceph/init": () => die("Ceph Nautilus required - please run 'pveceph install'"),
  "POST /nodes/{node}/ceph/mgr/{id}": without("ceph-mgr"),
  "DELETE /nodes/{node}/ceph/mgr/{id}": noMonitor,
  "POST /nodes/{node}/ceph/mds/{name}": without("ceph-mds"),
  "DELETE /nodes/{node}/ceph/mds/{name}": noMonitor,
  ...below("/cluster/ceph", cluster),
  ...below("/nodes/{node}/ceph", node),
};
