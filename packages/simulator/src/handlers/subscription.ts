import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { settingsOf } from "../world-node-settings.js";
import { need, nodeOf } from "./guest-call.js";

const url = "https://www.proxmox.com/en/proxmox-virtual-environment/pricing";
const serverid = "0123456789ABCDEF0123456789ABCDEF";

function mayDetail(call: Call): boolean {
  return call.allowed(`/nodes/${nodeOf(call)}`, ["Sys.Audit"]);
}

/** A key can be stored, but no shop answers in here: what it is worth stays unknown, and is not made up. */
const read: Handler = (call) => {
  const { subscription } = settingsOf(call.world, nodeOf(call));
  const isDetailed = mayDetail(call);
  if (subscription === undefined) {
    const none = { status: "notfound", message: "There is no subscription key", url };
    return isDetailed ? { ...none, serverid } : none;
  }
  const message = "The shop cannot be reached from here.";
  const facts = { status: "new", message, url };
  const { key, checktime } = subscription;
  const sockets = call.world.nodes.get(nodeOf(call))?.sockets ?? 1;
  return isDetailed ? { ...facts, serverid, key, checktime, sockets, level: key.charAt(4) } : facts;
};

function assertKey(call: Call, key: string): void {
  const licensed = Number(key.charAt(3));
  const sockets = call.world.nodes.get(nodeOf(call))?.sockets ?? 1;
  if (licensed < sockets) {
    die(`wrong number of sockets (${licensed} < ${sockets})`);
  }
}

const write: Handler = (call) => {
  const key = need(call, "key").trim();
  assertKey(call, key);
  settingsOf(call.world, nodeOf(call)).subscription = { key, checktime: call.now() };
};

const check: Handler = (call) => {
  const { subscription } = settingsOf(call.world, nodeOf(call));
  if (subscription !== undefined) {
    subscription.checktime = call.now();
  }
};

/** The subscription key of a node. */
export const subscriptionHandlers: Handlers = {
  "GET /nodes/{node}/subscription": read,
  "PUT /nodes/{node}/subscription": write,
  "POST /nodes/{node}/subscription": check,
  "DELETE /nodes/{node}/subscription": (call) => {
    delete settingsOf(call.world, nodeOf(call)).subscription;
  },
};
