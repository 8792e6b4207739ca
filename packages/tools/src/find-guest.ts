import type { PveClient } from "@pve/client";
import { ToolNotFoundError } from "./errors.js";
import type { GuestKind } from "./invocation.js";

const KINDS = { qemu: "virtual machine", lxc: "container" };

/** Where a guest is, as the cluster lists it. */
export interface FoundGuest {
  readonly vmid: number;
  readonly node: string;
  readonly type: GuestKind;
  readonly name: string | undefined;
}

/**
 * Finds the node of a guest. Throws `ToolNotFoundError` when there is none of that VMID that the token may see, or
 * when it is not of the wanted kind; without one, both kinds will do.
 */
export async function findGuest(
  pve: PveClient,
  vmid: number,
  kind: GuestKind | undefined,
  watch: { readonly signal?: AbortSignal },
): Promise<FoundGuest> {
  const rows = await pve.call("GET /cluster/resources", { type: "vm" }, watch);
  const row = rows.find((one) => one.vmid === vmid);
  if (row?.node === undefined) {
    throw new ToolNotFoundError(
      `there is no guest ${vmid}, or the token may not see it`,
      "get_cluster_resources with type vm lists the guests that the token may see (VM.Audit on /vms/<vmid>).",
    );
  }
  const type = row.type === "lxc" ? "lxc" : "qemu";
  if (kind !== undefined && type !== kind) {
    const other = type === "lxc" ? "container" : "vm";
    throw new ToolNotFoundError(
      `guest ${vmid} is a ${KINDS[type]}, not a ${KINDS[kind]}`,
      `Use the tools with ${other} in their name.`,
    );
  }
  return { vmid, node: row.node, type, name: row.name };
}
