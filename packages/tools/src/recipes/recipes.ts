import type { RecipeName } from "../define.js";
import type { Recipe } from "../invocation.js";
import { addNode } from "./add-node.js";
import { alerts } from "./alerts.js";
import { applyUpdates } from "./apply-updates.js";
import { attachDisk } from "./attach-disk.js";
import { backupConfig } from "./backup-config.js";
import { backupCoverage } from "./backup-coverage.js";
import { backupGuest } from "./backup-guest.js";
import { createBackupJob, deleteBackupJob, listBackupJobs, runBackupJob, updateBackupJob } from "./backup-jobs.js";
import { bulkGuests } from "./bulk-guests.js";
import { cancelTask } from "./cancel-task.js";
import { cephFlags, cephOsds, cephPools, cephStatus } from "./ceph.js";
import { acmeAccounts, deleteCertificate } from "./certificates.js";
import { deleteDisk, detachDisk, moveDisk, resizeDisk } from "./change-disk.js";
import { regenerateCloudInit, setCloudInit, showCloudInit } from "./cloudinit.js";
import { clusterConfig } from "./cluster-config.js";
import { clusterNodes } from "./cluster-nodes.js";
import { clusterResources, guests } from "./cluster-resources.js";
import { clusterStats } from "./cluster-stats.js";
import { openConsole } from "./console.js";
import { createContainer, createGuest } from "./create-guest.js";
import { createToken } from "./create-token.js";
import { deleteBackup } from "./delete-backup.js";
import { deleteGuest } from "./delete-guest.js";
import { deleteVolume } from "./delete-volume.js";
import { downloadTemplate, downloadUrl, listTemplates, urlMetadata } from "./downloads.js";
import { drainNode, showDrainPlan } from "./drain-node.js";
import { firewallLog, firewallOptions } from "./firewall-options.js";
import { createRule, deleteRule, firewallRules, updateRule } from "./firewall-rules.js";
import {
  addIpsetEntry,
  createAlias,
  createIpset,
  deleteAlias,
  deleteIpset,
  firewallAliases,
  firewallIpsets,
  removeIpsetEntry,
} from "./firewall-sets.js";
import { guestCommandResult, guestFreeze, guestPassword, guestTrim, runInGuest } from "./guest-agent.js";
import { guestAgentInfo } from "./guest-agent-info.js";
import { guestConfig } from "./guest-config.js";
import { readGuestFile, writeGuestFile } from "./guest-files.js";
import { haGroups, moveHa } from "./ha-moves.js";
import { disableHa, enableHa } from "./ha-resources.js";
import { haStatus } from "./ha-status.js";
import { listDisks } from "./list-disks.js";
import { makeTemplate } from "./make-template.js";
import { createMapping, deleteMapping, mappings } from "./mappings.js";
import { migrateContainer } from "./migrate-container.js";
import { migrateGuest } from "./migrate-guest.js";
import { createVlan, deleteVlan, nodeNetwork, updateVlan, vlanConfig } from "./network.js";
import { nodeCertificates } from "./node-certificates.js";
import { nodeConfig } from "./node-config.js";
import { nodeLogs } from "./node-logs.js";
import { nodePower } from "./node-power.js";
import { repositories, subscription } from "./node-software.js";
import { permissionReport } from "./permission-report.js";
import { createPool, deletePool, poolMembers, showPool, updatePool } from "./pools.js";
import { pruneBackups, prunePreview } from "./prune-backups.js";
import { createRecord, deleteRecord, updateRecord } from "./record-changes.js";
import { removeNode } from "./remove-node.js";
import { createReplication, replicationJobs } from "./replication.js";
import { replicationLog, runReplication } from "./replication-runs.js";
import { restoreBackup } from "./restore-backup.js";
import { applySdn, rollbackSdn, sdnChanges, sdnList } from "./sdn-changes.js";
import { createSubnet, deleteSubnet, updateSubnet } from "./sdn-subnets.js";
import { createSecurityGroup, securityGroups } from "./security-groups.js";
import { serviceAction } from "./service-action.js";
import { setAcl } from "./set-acl.js";
import { snapshotTree } from "./snapshot-tree.js";
import { statistics } from "./statistics.js";
import { listBackups, storageContent } from "./storage-content.js";
import { storageInfo, storageQuota } from "./storage-info.js";
import { taskLog } from "./task-log.js";
import { clusterTasks, listTasks } from "./tasks.js";
import { listTokens } from "./tokens.js";
import { updateBackup } from "./update-backup.js";
import { updateConfig } from "./update-config.js";
import { uploadBackup } from "./upload-backup.js";
import { vmFromTemplate } from "./vm-from-template.js";

/** The functions that entries name. */
export const recipes: Readonly<Record<RecipeName, Recipe>> = {
  "acme-accounts": acmeAccounts,
  "add-ipset-entry": addIpsetEntry,
  "add-node": addNode,
  alerts: alerts,
  appliances: listTemplates,
  "apply-sdn": applySdn,
  "apply-updates": applyUpdates,
  "attach-disk": attachDisk,
  "backup-config": backupConfig,
  "backup-coverage": backupCoverage,
  "backup-guest": backupGuest,
  "backup-jobs": listBackupJobs,
  "bulk-guests": bulkGuests,
  "cancel-task": cancelTask,
  "ceph-flags": cephFlags,
  "ceph-osds": cephOsds,
  "ceph-pools": cephPools,
  "ceph-status": cephStatus,
  cloudinit: showCloudInit,
  "cloudinit-regenerate": regenerateCloudInit,
  "cloudinit-set": setCloudInit,
  "cluster-config": clusterConfig,
  "cluster-nodes": clusterNodes,
  "cluster-resources": clusterResources,
  "cluster-stats": clusterStats,
  "cluster-tasks": clusterTasks,
  console: openConsole,
  "create-alias": createAlias,
  "create-backup-job": createBackupJob,
  "create-container": createContainer,
  "create-guest": createGuest,
  "create-ipset": createIpset,
  "create-mapping": createMapping,
  "create-pool": createPool,
  "create-record": createRecord,
  "create-replication": createReplication,
  "create-rule": createRule,
  "create-security-group": createSecurityGroup,
  "create-subnet": createSubnet,
  "create-token": createToken,
  "create-vlan": createVlan,
  "delete-alias": deleteAlias,
  "delete-backup": deleteBackup,
  "delete-backup-job": deleteBackupJob,
  "delete-certificate": deleteCertificate,
  "delete-disk": deleteDisk,
  "delete-guest": deleteGuest,
  "delete-ipset": deleteIpset,
  "delete-mapping": deleteMapping,
  "delete-pool": deletePool,
  "delete-record": deleteRecord,
  "delete-rule": deleteRule,
  "delete-subnet": deleteSubnet,
  "delete-vlan": deleteVlan,
  "delete-volume": deleteVolume,
  "detach-disk": detachDisk,
  "disable-ha": disableHa,
  "download-template": downloadTemplate,
  "download-url": downloadUrl,
  "drain-node": drainNode,
  "drain-plan": showDrainPlan,
  "enable-ha": enableHa,
  "firewall-aliases": firewallAliases,
  "firewall-ipsets": firewallIpsets,
  "firewall-log": firewallLog,
  "firewall-options": firewallOptions,
  "firewall-rules": firewallRules,
  "guest-agent-info": guestAgentInfo,
  "guest-config": guestConfig,
  "guest-exec": runInGuest,
  "guest-exec-status": guestCommandResult,
  "guest-file-read": readGuestFile,
  "guest-file-write": writeGuestFile,
  "guest-freeze": guestFreeze,
  "guest-password": guestPassword,
  "guest-trim": guestTrim,
  guests: guests,
  "ha-groups": haGroups,
  "ha-status": haStatus,
  "list-backups": listBackups,
  "list-disks": listDisks,
  "list-tasks": listTasks,
  "make-template": makeTemplate,
  mappings: mappings,
  "migrate-container": migrateContainer,
  "migrate-guest": migrateGuest,
  "move-disk": moveDisk,
  "move-ha": moveHa,
  "node-certificates": nodeCertificates,
  "node-config": nodeConfig,
  "node-logs": nodeLogs,
  "node-network": nodeNetwork,
  "node-power": nodePower,
  "permission-report": permissionReport,
  pool: showPool,
  "pool-members": poolMembers,
  "prune-backups": pruneBackups,
  "prune-preview": prunePreview,
  "remove-ipset-entry": removeIpsetEntry,
  "remove-node": removeNode,
  "replication-jobs": replicationJobs,
  "replication-log": replicationLog,
  repositories: repositories,
  "resize-disk": resizeDisk,
  "restore-backup": restoreBackup,
  "rollback-sdn": rollbackSdn,
  "run-backup-job": runBackupJob,
  "run-replication": runReplication,
  "sdn-changes": sdnChanges,
  "sdn-list": sdnList,
  "security-groups": securityGroups,
  "service-action": serviceAction,
  "set-acl": setAcl,
  "snapshot-tree": snapshotTree,
  statistics: statistics,
  "storage-content": storageContent,
  "storage-info": storageInfo,
  "storage-quota": storageQuota,
  subscription: subscription,
  "task-log": taskLog,
  tokens: listTokens,
  "update-backup": updateBackup,
  "update-backup-job": updateBackupJob,
  "update-config": updateConfig,
  "update-pool": updatePool,
  "update-record": updateRecord,
  "update-rule": updateRule,
  "update-subnet": updateSubnet,
  "update-vlan": updateVlan,
  "upload-backup": uploadBackup,
  "url-metadata": urlMetadata,
  "vlan-config": vlanConfig,
  "vm-from-template": vmFromTemplate,
};
