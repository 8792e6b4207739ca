import { clientOf } from "./any-release.js";
import type { PveHandle } from "./client.js";
import { PveRequestError } from "./errors.js";
import { linkOf } from "./link.js";

/** Where a guest is, and what it is. */
export interface GuestPlace {
  readonly node: string;
  readonly kind: "qemu" | "lxc";
}

/** How to look a guest up. */
export interface FindGuestOptions {
  /** Asks the cluster in any case. */
  readonly fresh?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const ROUTE = "GET /cluster/resources";
/** By connection: clients with other options share it, clients of another cluster or caller over the same transport do not. */
const caches = new WeakMap<object, Map<number, GuestPlace>>();

/**
 * Finds the node of a guest, and whether it is a virtual machine or a container. What is known is remembered, as guests
 * seldom move; `withGuest` notices when one did. Route: `GET /cluster/resources`.
 * @throws PveRequestError with kind `not-found` when there is no such guest, or the caller may not see it
 */
export async function findGuest(pve: PveHandle, vmid: number, options: FindGuestOptions = {}): Promise<GuestPlace> {
  const cache = cacheOf(pve);
  const known = options.fresh === true ? undefined : cache.get(vmid);
  if (known !== undefined) return known;
  const guests = await clientOf(pve).call(ROUTE, { type: "vm" }, { signal: options.signal });
  cache.clear();
  for (const { vmid: id, node, type } of guests) {
    if (node !== undefined && (type === "qemu" || type === "lxc")) cache.set(Number(id), { node, kind: type });
  }
  const found = cache.get(vmid);
  if (found !== undefined) return found;
  const reason = `no guest ${vmid} among those that the caller may see (VM.Audit)`;
  throw new PveRequestError({ operation: ROUTE, status: 200, reason, fields: {}, kind: "not-found" });
}

/**
 * Calls `work` with the place of a guest. When PVE refuses because the guest's configuration is not there (it was
 * migrated, or the id has been given to a guest of another kind), the place is looked up again, and if it has changed,
 * `work` called once more.
 * @throws whatever `work` throws; PveRequestError with kind `not-found` when the guest is gone
 */
export async function withGuest<T>(
  pve: PveHandle,
  vmid: number,
  work: (place: GuestPlace) => Promise<T>,
  options: FindGuestOptions = {},
): Promise<T> {
  const place = await findGuest(pve, vmid, options);
  try {
    return await work(place);
  } catch (error) {
    if (!saysElsewhere(error, vmid)) throw error;
    cacheOf(pve).delete(vmid);
    const now = await findGuest(pve, vmid, { ...options, fresh: true });
    if (now.node === place.node && now.kind === place.kind) throw error;
    return work(now);
  }
}

function cacheOf(pve: PveHandle): Map<number, GuestPlace> {
  const { endpoints } = linkOf(pve);
  const cache = caches.get(endpoints) ?? new Map<number, GuestPlace>();
  caches.set(endpoints, cache);
  return cache;
}

function saysElsewhere(error: unknown, vmid: number): boolean {
  if (!(error instanceof PveRequestError)) return false;
  return new RegExp(`Configuration file '[^']*/${vmid}\\.conf' does not exist`).test(error.reason);
}
