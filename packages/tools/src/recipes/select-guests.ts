import type { ResultOf } from "@pve/client";
import { ToolArgumentError, ToolNotFoundError } from "../errors.js";
import { type GuestKind, type Invocation, textOf } from "../invocation.js";
import { namesIn } from "./names-in.js";

/** A guest as the cluster lists it. */
export interface ListedGuest {
  readonly vmid: number;
  readonly node: string;
  readonly kind: GuestKind;
  readonly name: string;
  readonly running: boolean;
  readonly template: boolean;
  readonly lock: string | undefined;
  /** Whether HA looks after it. */
  readonly ha: boolean;
  /** Memory it may use, in bytes. */
  readonly maxmem: number;
  readonly pool: string | undefined;
  readonly tags: readonly string[];
}

/** The guests that were chosen, and the VMIDs of which there is none. */
export interface Selection {
  readonly guests: readonly ListedGuest[];
  readonly missing: readonly number[];
}

/**
 * The guests that `vmids`, `node_name`, `pool` and `tag` choose together. Without any of them nothing is chosen: throws
 * `ToolArgumentError`; `ToolNotFoundError` when no guest fits. Templates count only where they are named.
 */
export async function selectGuests(call: Invocation): Promise<Selection> {
  const vmids = namesIn(call.args["vmids"]).map(vmidOf);
  const [node, pool, tag] = ["node_name", "pool", "tag"].map((name) => textOf(call.args, name));
  if (vmids.length === 0 && node === undefined && pool === undefined && tag === undefined) {
    throw new ToolArgumentError({ vmids: "missing: choose guests by vmids, node_name, pool or tag" });
  }
  const all = await listGuests(call);
  const guests = all.filter(
    (guest) =>
      (vmids.length === 0 ? !guest.template : vmids.includes(guest.vmid)) &&
      [undefined, guest.node].includes(node) &&
      [undefined, guest.pool].includes(pool) &&
      (tag === undefined || guest.tags.includes(tag)),
  );
  if (guests.length === 0) {
    const asked = ["vmids", "node_name", "pool", "tag"].filter((name) => call.args[name] !== undefined);
    throw new ToolNotFoundError(
      `no guest fits ${asked.join(" and ")}, or none that the token may see; nothing was done`,
      "get_cluster_resources with type vm lists guests with node, pool and tags.",
    );
  }
  const found = new Set(guests.map(({ vmid }) => vmid));
  return { guests, missing: [...new Set(vmids)].filter((vmid) => !found.has(vmid)) };
}

/** Every guest that the token may see, by VMID. */
export async function listGuests(call: Invocation): Promise<readonly ListedGuest[]> {
  const rows = await call.pve.call("GET /cluster/resources", { type: "vm" }, call.watch);
  return rows.flatMap(guestOf).sort((a, b) => a.vmid - b.vmid);
}

function guestOf(row: ResultOf<"GET /cluster/resources">[number]): readonly ListedGuest[] {
  const { vmid, node } = row;
  if (vmid === undefined || node === undefined) return [];
  const tags: unknown = row.tags;
  return [
    {
      vmid,
      node,
      kind: row.type === "lxc" ? "lxc" : "qemu",
      name: row.name ?? "",
      running: row.status === "running",
      template: row.template === true,
      lock: row.lock,
      ha: row.hastate !== undefined && row.hastate !== "ignored",
      maxmem: row.maxmem ?? 0,
      pool: row.pool,
      tags: Array.isArray(tags) ? tags.map(String) : namesIn(tags),
    },
  ];
}

function vmidOf(text: string): number {
  const vmid = Number(text);
  if (Number.isInteger(vmid) && vmid >= 100) return vmid;
  throw new ToolArgumentError({ vmids: `expected VMIDs, got ${JSON.stringify(text.slice(0, 24))}` });
}
