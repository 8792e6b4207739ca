import type { OperationId } from "@pve/client";
import { ToolArgumentError, ToolNotFoundError } from "../errors.js";
import { guestOf, type Invocation, kindOf, textOf } from "../invocation.js";

/** Where a list of rules belongs: the operations that work on it, and their path parameters. */
export interface RuleScope {
  /** As callers write it. */
  readonly name: string;
  readonly path: Readonly<Record<string, string | number>>;
  readonly list: OperationId;
  readonly add: OperationId;
  readonly move: OperationId;
  readonly drop: OperationId;
  /** Switch and policies; a security group has none. */
  readonly options?: OperationId;
}

const CLUSTER = {
  list: "GET /cluster/firewall/rules",
  add: "POST /cluster/firewall/rules",
  move: "PUT /cluster/firewall/rules/{pos}",
  drop: "DELETE /cluster/firewall/rules/{pos}",
  options: "GET /cluster/firewall/options",
} as const;
const GROUP = {
  list: "GET /cluster/firewall/groups/{group}",
  add: "POST /cluster/firewall/groups/{group}",
  move: "PUT /cluster/firewall/groups/{group}/{pos}",
  drop: "DELETE /cluster/firewall/groups/{group}/{pos}",
} as const;
const NODE = {
  list: "GET /nodes/{node}/firewall/rules",
  add: "POST /nodes/{node}/firewall/rules",
  move: "PUT /nodes/{node}/firewall/rules/{pos}",
  drop: "DELETE /nodes/{node}/firewall/rules/{pos}",
  options: "GET /nodes/{node}/firewall/options",
} as const;
const GUEST = {
  qemu: {
    list: "GET /nodes/{node}/qemu/{vmid}/firewall/rules",
    add: "POST /nodes/{node}/qemu/{vmid}/firewall/rules",
    move: "PUT /nodes/{node}/qemu/{vmid}/firewall/rules/{pos}",
    drop: "DELETE /nodes/{node}/qemu/{vmid}/firewall/rules/{pos}",
    options: "GET /nodes/{node}/qemu/{vmid}/firewall/options",
  },
  lxc: {
    list: "GET /nodes/{node}/lxc/{vmid}/firewall/rules",
    add: "POST /nodes/{node}/lxc/{vmid}/firewall/rules",
    move: "PUT /nodes/{node}/lxc/{vmid}/firewall/rules/{pos}",
    drop: "DELETE /nodes/{node}/lxc/{vmid}/firewall/rules/{pos}",
    options: "GET /nodes/{node}/lxc/{vmid}/firewall/options",
  },
} as const;

/**
 * Reads the argument `scope`: `cluster`, `node/<name>`, `guest/<vmid>` or `group/<name>`. A tool about one guest has no
 * such argument. Throws `ToolArgumentError` for anything else, `ToolNotFoundError` for a guest that is not there.
 */
export async function readScope(call: Invocation): Promise<RuleScope> {
  if (call.params["vmid"] !== undefined) {
    const guest = guestOf(call);
    return { name: `guest/${guest.vmid}`, path: guest, ...GUEST[kindOf(call)] };
  }
  const name = textOf(call.args, "scope") ?? "cluster";
  const [, kind, id] = /^(node|guest|vm|ct|group)[/:](\S+)$/.exec(name) ?? [];
  if (name === "cluster") return { name, path: {}, ...CLUSTER };
  if (kind === "node" && id !== undefined) return { name, path: { node: id }, ...NODE };
  if (kind === "group" && id !== undefined) return { name, path: { group: id }, ...GROUP };
  if (kind !== undefined && id !== undefined && /^\d+$/.test(id)) return guestScope(call, Number(id));
  throw new ToolArgumentError({ scope: 'expected "cluster", "node/pve1", "guest/100" or "group/web"' });
}

async function guestScope(call: Invocation, vmid: number): Promise<RuleScope> {
  const rows = await call.pve.call("GET /cluster/resources", { type: "vm" }, call.watch);
  const row = rows.find((one) => one.vmid === vmid);
  if (row?.node === undefined) throw new ToolNotFoundError(`there is no guest ${vmid}, or the token may not see it`);
  const routes = row.type === "lxc" ? GUEST.lxc : GUEST.qemu;
  return { name: `guest/${vmid}`, path: { node: row.node, vmid }, ...routes };
}
