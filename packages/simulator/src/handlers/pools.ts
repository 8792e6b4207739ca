import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { modifyPrivileges } from "../permissions.js";
import type { Pool } from "../world.js";
import { poolOf } from "../world-guest.js";
import { flag, list, need, text } from "./guest-call.js";
import { underLock } from "./locked.js";
import { assertAllowed } from "./storage-access.js";

/** The pool, or 500 `pool 'x' does not exist`. */
export function poolNamed(call: Call, poolid: string): Pool {
  return call.world.pools.get(poolid) ?? die(`pool '${poolid}' does not exist`);
}

const create: Handler = (call) => {
  const { pools } = call.world;
  const poolid = need(call, "poolid");
  underLock("create pool failed", () => {
    if (pools.has(poolid)) {
      die(`pool '${poolid}' already exists`);
    }
    const cut = poolid.lastIndexOf("/");
    const parent = poolid.slice(0, Math.max(0, cut));
    if (cut > 0 && !pools.has(parent)) {
      die(`parent '${parent}' of pool '${poolid}' does not exist`);
    }
    if (!/^[A-Za-z]/.test(poolid.slice(cut + 1))) {
      die("pool name must start with a letter");
    }
    const comment = text(call, "comment");
    pools.set(poolid, { poolid, ...(comment === undefined ? {} : { comment }), vms: new Set(), storages: new Set() });
  });
};

const update: Handler = (call) => {
  const poolid = need(call, "poolid");
  underLock("update pools failed", () => {
    const pool = poolNamed(call, poolid);
    const comment = text(call, "comment");
    // PVE reads all of user.cfg, changes its copy and writes that: a refusal half-way leaves nothing behind.
    const changes = [
      ...list(call, "vms").map((vmid) => changeGuest(call, pool, Number(vmid))),
      ...list(call, "storage").map((id) => changeStorage(call, pool, id)),
    ];
    if (comment !== undefined) {
      pool.comment = comment;
    }
    for (const change of changes) {
      change();
    }
  });
};

function assertMayModify(call: Call, path: string): void {
  const privs = modifyPrivileges(path);
  if (!call.allowed(path, privs, "any")) {
    assertAllowed(call, path, [privs.join("|")]);
  }
}

function changeGuest(call: Call, pool: Pool, vmid: number): () => void {
  assertMayModify(call, `/vms/${vmid}`);
  if (flag(call, "delete")) {
    return pool.vms.has(vmid) ? () => void pool.vms.delete(vmid) : die(`VM ${vmid} is not a pool member`);
  }
  if (pool.vms.has(vmid)) {
    die(`VM ${vmid} is already a pool member`);
  }
  const before = poolOf(call.world, vmid);
  if (before !== undefined) {
    if (!flag(call, "allow-move")) {
      die(`VM ${vmid} belongs already to pool '${before}' and 'allow-move' is not set`);
    }
    assertAllowed(call, `/pool/${before}`, ["Pool.Allocate"]);
  }
  return () => {
    call.world.pools.get(before ?? "")?.vms.delete(vmid);
    pool.vms.add(vmid);
  };
}

function changeStorage(call: Call, pool: Pool, id: string): () => void {
  assertMayModify(call, `/storage/${id}`);
  const isMember = pool.storages.has(id);
  if (flag(call, "delete")) {
    return isMember ? () => void pool.storages.delete(id) : die(`Storage '${id}' is not a pool member`);
  }
  return isMember ? die(`Storage '${id}' is already a pool member`) : () => void pool.storages.add(id);
}

/** Members that no longer exist do not count. */
const remove: Handler = (call) => {
  const { world } = call;
  const poolid = need(call, "poolid");
  underLock("delete pool failed", () => {
    const pool = poolNamed(call, poolid);
    const sub = [...world.pools.keys()].filter((id) => id.startsWith(`${poolid}/`)).sort()[0];
    const vmid = [...pool.vms].find((id) => world.guests.has(id));
    const storage = [...pool.storages].find((id) => world.storages.has(id));
    if (sub !== undefined) {
      die(`pool '${poolid}' is not empty (contains pool '${sub}')`);
    }
    if (vmid !== undefined) {
      die(`pool '${poolid}' is not empty (contains VM ${vmid})`);
    }
    if (storage !== undefined) {
      die(`pool '${poolid}' is not empty (contains storage '${storage}')`);
    }
    world.pools.delete(poolid);
    world.access.acl = world.access.acl.filter((entry) => entry.path !== `/pool/${poolid}`);
  });
};

/** Changing pools; each deed comes with the pool in the path (the old form) and in a parameter (nested pools, too). */
export const poolChangeHandlers: Handlers = {
  "POST /pools": create,
  "PUT /pools": update,
  "DELETE /pools": remove,
  "PUT /pools/{poolid}": update,
  "DELETE /pools/{poolid}": remove,
};
