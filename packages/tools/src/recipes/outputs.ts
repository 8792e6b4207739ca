import type { RecipeName } from "../define.js";
import type { JsonSchema, ObjectSchema } from "../schema.js";
import { taskSchema } from "../task-answer.js";
import { addNodeOutput } from "./add-node.js";
import { alertsOutput } from "./alerts.js";
import { applyUpdatesOutput } from "./apply-updates.js";
import { backupConfigOutput } from "./backup-config.js";
import { backupCoverageOutput } from "./backup-coverage.js";
import { backupGuestOutput } from "./backup-guest.js";
import { backupJobsOutput, createBackupJobOutput, deleteBackupJobOutput, runBackupJobOutput } from "./backup-jobs.js";
import { bulkGuestsOutput } from "./bulk-guests.js";
import { cancelTaskOutput } from "./cancel-task.js";
import { cephListOutput, cephStatusOutput } from "./ceph.js";
import { acmeAccountsOutput } from "./certificates.js";
import {
  attachDiskOutput,
  deleteDiskOutput,
  detachDiskOutput,
  moveDiskOutput,
  resizeDiskOutput,
} from "./change-disk.js";
import { cloudInitOutput, regenerateCloudInitOutput, setCloudInitOutput } from "./cloudinit.js";
import { clusterConfigOutput } from "./cluster-config.js";
import { clusterNodesOutput } from "./cluster-nodes.js";
import { clusterResourcesOutput, guestsOutput } from "./cluster-resources.js";
import { clusterStatsOutput } from "./cluster-stats.js";
import { consoleOutput } from "./console.js";
import { createTokenOutput } from "./create-token.js";
import { deleteBackupOutput } from "./delete-backup.js";
import { deleteGuestOutput } from "./delete-guest.js";
import { deleteVolumeOutput } from "./delete-volume.js";
import { downloadOutput, templatesOutput, urlMetadataOutput } from "./downloads.js";
import { drainNodeOutput, planDrainOutput } from "./drain-node.js";
import { firewallLogOutput, firewallOptionsOutput } from "./firewall-options.js";
import { firewallRulesOutput, ruleChangeOutput, updateRuleOutput } from "./firewall-rules.js";
import { aliasesOutput, ipsetsOutput, namesChangeOutput } from "./firewall-sets.js";
import { guestCommandOutput, guestFreezeOutput, guestPasswordOutput, guestTrimOutput } from "./guest-agent.js";
import { guestAgentInfoOutput } from "./guest-agent-info.js";
import { guestConfigOutput } from "./guest-config.js";
import { guestFileOutput, guestFileWriteOutput } from "./guest-files.js";
import { haGroupsOutput, moveHaOutput } from "./ha-moves.js";
import { haResourceOutput } from "./ha-resources.js";
import { haStatusOutput } from "./ha-status.js";
import { listDisksOutput } from "./list-disks.js";
import { makeTemplateOutput } from "./make-template.js";
import { mappingsOutput } from "./mappings.js";
import { migrateGuestOutput } from "./migrate-guest.js";
import { nodeNetworkOutput, vlanConfigOutput, writeVlanOutput } from "./network.js";
import { nodeCertificatesOutput } from "./node-certificates.js";
import { nodeConfigOutput } from "./node-config.js";
import { nodeLogsOutput } from "./node-logs.js";
import { nodePowerOutput } from "./node-power.js";
import { repositoriesOutput, subscriptionOutput } from "./node-software.js";
import { permissionReportOutput } from "./permission-report.js";
import { deletePoolOutput, poolChangeOutput, poolMembersOutput, poolOutput } from "./pools.js";
import { pruneBackupsOutput, prunePreviewOutput } from "./prune-backups.js";
import { createRecordOutput, deleteRecordOutput, updateRecordOutput } from "./record-changes.js";
import { removeNodeOutput } from "./remove-node.js";
import { createReplicationOutput, replicationJobsOutput } from "./replication.js";
import { replicationLogOutput, runReplicationOutput } from "./replication-runs.js";
import { restoreBackupOutput } from "./restore-backup.js";
import { applySdnOutput, rollbackSdnOutput, sdnChangesOutput, sdnListOutput } from "./sdn-changes.js";
import { createGroupOutput, securityGroupsOutput } from "./security-groups.js";
import { serviceActionOutput } from "./service-action.js";
import { setAclOutput } from "./set-acl.js";
import { snapshotTreeOutput } from "./snapshot-tree.js";
import { statisticsOutput } from "./statistics.js";
import { backupsOutput, storageContentOutput } from "./storage-content.js";
import { storageInfoOutput, storageQuotaOutput } from "./storage-info.js";
import { taskLogOutput } from "./task-log.js";
import { tasksOutput } from "./tasks.js";
import { tokensOutput } from "./tokens.js";
import { updateBackupOutput } from "./update-backup.js";
import { updateConfigOutput } from "./update-config.js";
import { uploadBackupOutput } from "./upload-backup.js";
import { vmFromTemplateOutput } from "./vm-from-template.js";

/** What each recipe answers; where it lists what its operation returns, made from the schema of one row. */
export const recipeOutputs: Readonly<Record<RecipeName, ObjectSchema | ((items: JsonSchema) => ObjectSchema)>> = {
  "acme-accounts": acmeAccountsOutput,
  "add-ipset-entry": namesChangeOutput,
  "add-node": addNodeOutput,
  alerts: alertsOutput,
  appliances: templatesOutput,
  "apply-sdn": applySdnOutput,
  "apply-updates": applyUpdatesOutput,
  "attach-disk": attachDiskOutput,
  "backup-config": backupConfigOutput,
  "backup-coverage": backupCoverageOutput,
  "backup-guest": backupGuestOutput,
  "backup-jobs": backupJobsOutput,
  "bulk-guests": bulkGuestsOutput,
  "cancel-task": cancelTaskOutput,
  "ceph-flags": cephListOutput,
  "ceph-osds": cephListOutput,
  "ceph-pools": cephListOutput,
  "ceph-status": cephStatusOutput,
  cloudinit: cloudInitOutput,
  "cloudinit-regenerate": regenerateCloudInitOutput,
  "cloudinit-set": setCloudInitOutput,
  "cluster-config": clusterConfigOutput,
  "cluster-nodes": clusterNodesOutput,
  "cluster-resources": clusterResourcesOutput,
  "cluster-stats": clusterStatsOutput,
  "cluster-tasks": tasksOutput,
  console: consoleOutput,
  "create-alias": namesChangeOutput,
  "create-backup-job": createBackupJobOutput,
  "create-container": taskSchema,
  "create-guest": taskSchema,
  "create-ipset": namesChangeOutput,
  "create-mapping": createRecordOutput,
  "create-pool": poolChangeOutput,
  "create-record": createRecordOutput,
  "create-replication": createReplicationOutput,
  "create-rule": ruleChangeOutput,
  "create-security-group": createGroupOutput,
  "create-subnet": createRecordOutput,
  "create-token": createTokenOutput,
  "create-vlan": writeVlanOutput,
  "delete-alias": namesChangeOutput,
  "delete-backup": deleteBackupOutput,
  "delete-backup-job": deleteBackupJobOutput,
  "delete-certificate": deleteRecordOutput,
  "delete-disk": deleteDiskOutput,
  "delete-guest": deleteGuestOutput,
  "delete-ipset": namesChangeOutput,
  "delete-mapping": deleteRecordOutput,
  "delete-pool": deletePoolOutput,
  "delete-record": deleteRecordOutput,
  "delete-rule": ruleChangeOutput,
  "delete-subnet": deleteRecordOutput,
  "delete-vlan": writeVlanOutput,
  "delete-volume": deleteVolumeOutput,
  "detach-disk": detachDiskOutput,
  "disable-ha": haResourceOutput,
  "download-template": downloadOutput,
  "download-url": downloadOutput,
  "drain-node": drainNodeOutput,
  "drain-plan": planDrainOutput,
  "enable-ha": haResourceOutput,
  "firewall-aliases": aliasesOutput,
  "firewall-ipsets": ipsetsOutput,
  "firewall-log": firewallLogOutput,
  "firewall-options": firewallOptionsOutput,
  "firewall-rules": firewallRulesOutput,
  "guest-agent-info": guestAgentInfoOutput,
  "guest-config": guestConfigOutput,
  "guest-exec": guestCommandOutput,
  "guest-exec-status": guestCommandOutput,
  "guest-file-read": guestFileOutput,
  "guest-file-write": guestFileWriteOutput,
  "guest-freeze": guestFreezeOutput,
  "guest-password": guestPasswordOutput,
  "guest-trim": guestTrimOutput,
  guests: guestsOutput,
  "ha-groups": haGroupsOutput,
  "ha-status": haStatusOutput,
  "list-backups": backupsOutput,
  "list-disks": listDisksOutput,
  "list-tasks": tasksOutput,
  "make-template": makeTemplateOutput,
  mappings: mappingsOutput,
  "migrate-container": migrateGuestOutput,
  "migrate-guest": migrateGuestOutput,
  "move-disk": moveDiskOutput,
  "move-ha": moveHaOutput,
  "node-certificates": nodeCertificatesOutput,
  "node-config": nodeConfigOutput,
  "node-logs": nodeLogsOutput,
  "node-network": nodeNetworkOutput,
  "node-power": nodePowerOutput,
  "permission-report": permissionReportOutput,
  pool: poolOutput,
  "pool-members": poolMembersOutput,
  "prune-backups": pruneBackupsOutput,
  "prune-preview": prunePreviewOutput,
  "remove-ipset-entry": namesChangeOutput,
  "remove-node": removeNodeOutput,
  "replication-jobs": replicationJobsOutput,
  "replication-log": replicationLogOutput,
  repositories: repositoriesOutput,
  "resize-disk": resizeDiskOutput,
  "restore-backup": restoreBackupOutput,
  "rollback-sdn": rollbackSdnOutput,
  "run-backup-job": runBackupJobOutput,
  "run-replication": runReplicationOutput,
  "sdn-changes": sdnChangesOutput,
  "sdn-list": sdnListOutput,
  "security-groups": securityGroupsOutput,
  "service-action": serviceActionOutput,
  "set-acl": setAclOutput,
  "snapshot-tree": snapshotTreeOutput,
  statistics: statisticsOutput,
  "storage-content": storageContentOutput,
  "storage-info": storageInfoOutput,
  "storage-quota": storageQuotaOutput,
  subscription: subscriptionOutput,
  "task-log": taskLogOutput,
  tokens: tokensOutput,
  "update-backup": updateBackupOutput,
  "update-backup-job": updateRecordOutput,
  "update-config": updateConfigOutput,
  "update-pool": poolChangeOutput,
  "update-record": updateRecordOutput,
  "update-rule": updateRuleOutput,
  "update-subnet": updateRecordOutput,
  "update-vlan": writeVlanOutput,
  "upload-backup": uploadBackupOutput,
  "url-metadata": urlMetadataOutput,
  "vlan-config": vlanConfigOutput,
  "vm-from-template": vmFromTemplateOutput,
};
