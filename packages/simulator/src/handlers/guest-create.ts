import { denied, die, PveFailure } from "../failure.js";
import type { Call } from "../handler.js";
import type { Config, Guest, GuestKind, Volume } from "../world.js";
import { guestWord } from "../world-guest.js";
import { removeVolume } from "../world-storage.js";
import { text } from "./guest-call.js";

/** A new guest that is locked while a worker fills it. */
export function newGuest(kind: GuestKind, vmid: number, node: string, config: Config, lock: string): Guest {
  return { vmid, kind, node, config, pending: { set: {}, remove: {} }, snapshots: [], lock, behaviour: {} };
}

/** Who already has the number, as PVE words it: `VM 100 already exists on node 'pve1'`. */
export function takenBy(call: Call, vmid: number): string | undefined {
  const guest = call.world.guests.get(vmid);
  return guest === undefined ? undefined : `${guestWord(guest.kind)} ${vmid} already exists on node '${guest.node}'`;
}

/** Creating needs the privilege on the new number or on the pool; the refusal names neither. */
export function assertMayCreate(call: Call, vmid: number, priv = "VM.Allocate"): void {
  const pool = text(call, "pool");
  if (pool !== undefined && !call.world.pools.has(pool)) {
    denied(`pool '${pool}' does not exist`);
  }
  if (!call.allowed(`/vms/${vmid}`, [priv]) && (pool === undefined || !call.allowed(`/pool/${pool}`, [priv]))) {
    throw new PveFailure(403, "Permission check failed");
  }
}

/** Puts a guest into the pool that was asked for. */
export function joinPool(call: Call, vmid: number): void {
  call.world.pools.get(text(call, "pool") ?? "")?.vms.add(vmid);
}

/** Undoes a half-made guest: its configuration and what was allocated for it. */
export function discardGuest(call: Call, guest: Guest, volumes: readonly Volume[]): void {
  for (const volume of volumes) {
    removeVolume(call.world, volume);
  }
  if (call.world.guests.get(guest.vmid) === guest) {
    call.world.guests.delete(guest.vmid);
  }
  for (const pool of call.world.pools.values()) {
    pool.vms.delete(guest.vmid);
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Ends a worker with the prefix PVE puts in front of the reason. */
export function failAs(prefix: string, error: unknown): never {
  const message = messageOf(error);
  die(message === "received interrupt" ? message : `${prefix} - ${message}`);
}
