import type { Risk } from "@pve/tools";

const LOOK = [
  "get_alerts",
  "get_cluster_resources",
  "get_cluster_status",
  "get_node_status",
  "get_task_log",
  "get_vm_config",
  "get_vm_status",
  "list_tasks",
] as const;

const CHANGE = ["clone_vm", "create_vm_backup", "create_vm_snapshot", "start_vm", "update_vm_config"] as const;

/** What is listed by default, by how far a caller may go: what people ask for most, few enough to be read at once. */
export const defaultTools: Readonly<Record<Risk, readonly string[]>> = {
  read: [
    ...LOOK,
    "get_container_config",
    "get_container_status",
    "get_containers",
    "get_node_logs",
    "get_nodes",
    "get_storage",
    "get_task_status",
    "get_vms",
    "list_backups",
  ],
  change: [...LOOK, ...CHANGE, "migrate_vm", "shutdown_vm", "start_container"],
  destroy: [...LOOK, ...CHANGE, "delete_vm", "restore_vm_snapshot", "stop_vm"],
};
