import type { Call, Handler, Handlers } from "../handler.js";
import type { Pool } from "../world.js";
import { figuresAt } from "../world-figures.js";
import { guestItem, storageItem, visiblePools } from "./cluster-resources.js";
import { need, text } from "./guest-call.js";
import { poolNamed } from "./pools.js";

function details(call: Call, pool: Pool): Record<string, unknown> {
  const type = text(call, "type");
  const members: unknown[] = [];
  const figures = figuresAt(call.world, call.now());
  for (const vmid of [...pool.vms].sort((a, b) => a - b)) {
    const guest = call.world.guests.get(vmid);
    if (guest !== undefined && (type === undefined || type === guest.kind)) {
      members.push(guestItem(call, guest, figures));
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
  // PVE asks for the privilege and ignores the answer: everybody sees the members of a pool whose name they know.
  return [details(call, poolNamed(call, poolid))];
};

/** Reading pools. */
export const poolHandlers: Handlers = {
  "GET /pools": listPools,
  "GET /pools/{poolid}": (call) => details(call, poolNamed(call, need(call, "poolid"))),
};
