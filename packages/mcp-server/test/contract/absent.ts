import type { ResolvedTool } from "@pve/tools";

/** For each argument that names something: what a healthy cluster does not have. */
const absent: Readonly<Record<string, unknown>> = {
  backup_id: "nas:backup/vzdump-qemu-999-2026_01_01-00_00_00.vma.zst",
  "check-node": "pve9",
  cidr: "198.51.100.99",
  container_id: 999,
  disk: "scsi7",
  file: "/nowhere/at/all",
  group: "no-such-group",
  groupid: "nobodies",
  iface: "vmbr99.9",
  id: "999-0",
  leave: "999",
  name: "no-such-name",
  node_name: "pve9",
  pid: 99_999,
  poolid: "nowhere",
  position: 99,
  role: "PVENothing",
  roleid: "Nothing",
  rule: "no-such-rule",
  scope: "guest/999",
  service: "no-such-service",
  sid: "vm:999",
  snap_name: "never-taken",
  source_container_id: 999,
  source_vmid: 999,
  storage: "nowhere",
  subnet: "10.99.0.0/24",
  target_node: "pve9",
  template_vmid: 999,
  task_id: "UPID:pve1:0000FFFF:0AC591B1:6A1D1FE0:qmstart:999:root@pam:",
  tokenid: "no-such-token",
  userid: "nobody@pve",
  vmid: 999,
  vnet: "novnet",
  zone: "nozone",
  vmids: "999",
  volume: "local:iso/none.iso",
};

/** Arguments that name what is to be made, by tool. */
const made: Readonly<Record<string, readonly string[]>> = {
  add_firewall_ipset_entry: ["cidr"],
  add_node_to_cluster: ["node_name"],
  attach_container_volume: ["disk"],
  attach_vm_disk: ["disk"],
  create_backup_job: ["id"],
  create_api_token: ["tokenid"],
  create_container: ["container_id"],
  create_container_advanced: ["container_id"],
  create_container_backup: ["backup_id"],
  create_container_snapshot: ["snap_name"],
  create_firewall_alias: ["name", "cidr"],
  create_firewall_ipset: ["name"],
  create_firewall_rule: ["iface"],
  create_group: ["groupid"],
  create_pool: ["poolid"],
  create_replication_job: ["id"],
  create_ha_group: ["group"],
  create_ha_rule: ["rule"],
  create_resource_mapping: ["id"],
  create_role: ["roleid"],
  create_security_group: ["name"],
  create_sdn_subnet: ["subnet"],
  create_sdn_vnet: ["vnet"],
  create_sdn_zone: ["zone"],
  create_storage: ["storage"],
  create_user: ["userid"],
  create_vlan: ["iface", "cidr"],
  create_vm: ["vmid", "name"],
  create_vm_advanced: ["vmid", "name"],
  create_vm_backup: ["backup_id"],
  create_vm_snapshot: ["snap_name"],
  restore_container_backup: ["container_id", "vmid"],
  restore_vm_backup: ["vmid"],
  upload_backup: ["backup_id"],
  write_vm_file: ["file"],
};

/** Arguments that need not exist: what narrows a list down, or what PVE does not look at. */
const harmless: Readonly<Record<string, readonly string[]>> = {
  // The rules of a guest lie in the cluster's file system: every node name leads there.
  get_vm_firewall_rules: ["node_name"],
  get_node_logs: ["service"],
  // A setting of the thing, not its name.
  update_firewall_rule: ["iface"],
  update_vlan: ["cidr"],
  get_storage_content: ["vmid"],
  list_backups: ["vmid"],
  list_tasks: ["vmid"],
  get_node_tasks: ["vmid"],
};

/** The example with one of the things it names replaced by one that does not exist, for each such argument. */
export function withoutObjects(
  tool: ResolvedTool,
  example: Readonly<Record<string, unknown>>,
): readonly (readonly [argument: string, args: Readonly<Record<string, unknown>>])[] {
  const exempt = [...(made[tool.name] ?? []), ...(harmless[tool.name] ?? [])];
  return Object.keys(tool.inputSchema.properties)
    .filter((argument) => Object.hasOwn(absent, argument) && !exempt.includes(argument))
    .map((argument) => [argument, { ...example, [argument]: absent[argument] }] as const);
}

/** Arguments of a tool that stand in the path of its operation, and so name something, but of which nothing is known here. */
export function unknownNames(tool: ResolvedTool): readonly string[] {
  const exempt = made[tool.name] ?? [];
  const inPath = [...tool.entry.operation.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
  return Object.entries(tool.entry.accepts)
    .filter(([, target]) => inPath.includes(typeof target === "string" ? target : target.for))
    .map(([argument]) => argument)
    .filter((argument) => !Object.hasOwn(absent, argument) && !exempt.includes(argument));
}
