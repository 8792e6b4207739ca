/**
 * Words that people ask with for a tool that is about more than its operation, or about a part of it: what is said of
 * the operation does not tell it from the others that use it.
 */
export const toolAskedAs: Readonly<Record<string, string>> = {
  get_alerts:
    "health check of the cluster, problems, anything wrong broken or failing, why did the backup fail last night",
  get_backup_coverage:
    "guests without backup, have no backup, not backed up, unprotected, is everything backed up, old outdated backups",
  get_cluster_resources: "top consumers, busiest guests, running hot, most cpu, most memory, high load, biggest guests",
  get_cluster_stats: "capacity, total use, overcommitted, room for more guests",
  get_storage_quota: "why is the storage full, how full, space left",
  get_vms: "busiest virtual machines, running hot, high cpu load, most memory",
};
