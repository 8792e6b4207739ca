import { ToolArgumentError, ToolNotFoundError } from "../errors.js";
import { type Invocation, textOf } from "../invocation.js";
import { knownNode } from "./known-node.js";

const BASES = {
  cluster: "/cluster/firewall",
  node: "/nodes/{node}/firewall",
  qemu: "/nodes/{node}/qemu/{vmid}/firewall",
  lxc: "/nodes/{node}/lxc/{vmid}/firewall",
} as const;

/** A firewall: of the cluster, a node or a guest. */
export interface FirewallPlace<Kind extends keyof typeof BASES = keyof typeof BASES> {
  /** As callers write it. */
  readonly name: string;
  readonly kind: Kind;
  readonly base: (typeof BASES)[Kind];
  readonly path: Readonly<Record<string, string | number>>;
}

/**
 * The firewall that the argument `scope` names. Throws `ToolArgumentError` for one that is none, `ToolNotFoundError` for a
 * node or guest that is not there.
 */
export async function firewallPlace(call: Invocation): Promise<FirewallPlace> {
  const name = textOf(call.args, "scope") ?? "cluster";
  const [, kind, id = ""] = /^(node|guest|vm|ct)[/:](\S+)$/.exec(name) ?? [];
  if (name === "cluster") return { name, kind: "cluster", base: BASES.cluster, path: {} };
  if (kind === "node") return { name, kind, base: BASES.node, path: { node: (await knownNode(call, id)).node } };
  if (kind === undefined || !/^\d+$/.test(id)) {
    throw new ToolArgumentError({ scope: 'expected "cluster", "node/pve1" or "guest/100"' });
  }
  const rows = await call.pve.call("GET /cluster/resources", { type: "vm" }, call.watch);
  const row = rows.find((one) => one.vmid === Number(id));
  if (row?.node === undefined) throw new ToolNotFoundError(`there is no guest ${id}, or the token may not see it`);
  const type = row.type === "lxc" ? "lxc" : "qemu";
  return { name: `guest/${id}`, kind: type, base: BASES[type], path: { node: row.node, vmid: Number(id) } };
}

/** The firewall that `scope` names, where nodes have none of their own of what it is about. */
export async function namesPlace(call: Invocation): Promise<FirewallPlace<"cluster" | "qemu" | "lxc">> {
  const { name, path, kind } = await firewallPlace(call);
  if (kind !== "node") return { name, path, kind, base: BASES[kind] };
  throw new ToolArgumentError({ scope: "nodes have none of their own: cluster, or guest/100" });
}
