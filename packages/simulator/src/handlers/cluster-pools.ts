import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Pool } from "../world.js";
import { guestItem, storageItem, visiblePools } from "./cluster-resources.js";
import { need, text } from "./guest-call.js";

function poolNamed(call: Call, poolid: string): Pool {
  return call.world.pools.get(poolid) ?? die(`pool '${poolid}' does not exist`);
}

function details(call: Call, pool: Pool): Record<string, unknown> {
  const type = text(call, "type");
  const members: unknown[] = [];
  for (const vmid of [...pool.vms].sort((a, b) => a - b)) {
    const guest = call.world.guests.get(vmid);
    if (guest !== undefined && (type === undefined || type === guest.kind)) {
      members.push(guestItem(call, guest));
    }
  }
  for (const id of type === undefined || type === "storage" ? pool.storages : []) {
    const storage = call.world.storages.get(id);
    const node = call.world.nodes.get(storage?.nodes?.[0] ?? call.world.entry);
    if (storage !== undefined && node !== undefined) {
      members.push(storageItem(storage, node));
    }
  }
  return { ...summary(pool), members };
}

function summary(pool: Pool): Record<string, unknown> {
  return { poolid: pool.poolid, ...(pool.comment === undefined ? {} : { comment: pool.comment }) };
}

const listPools: Handler = (call) => {
  const poolid = text(call, "poolid");
  if (poolid === undefined) {
    return visiblePools(call).map(summary);
  }
  const pool = poolNamed(call, poolid);
  return call.allowed(`/pool/${poolid}`, ["Pool.Audit"]) ? [details(call, pool)] : [];
};

/** Reading pools. */
export const poolHandlers: Handlers = {
  "GET /pools": listPools,
  "GET /pools/{poolid}": (call) => details(call, poolNamed(call, need(call, "poolid"))),
};
