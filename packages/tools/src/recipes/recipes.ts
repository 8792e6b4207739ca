import type { RecipeName } from "../define.js";
import type { Recipe } from "../invocation.js";
import { cancelTask } from "./cancel-task.js";
import { clusterNodes } from "./cluster-nodes.js";
import { clusterResources, guests } from "./cluster-resources.js";
import { clusterStats } from "./cluster-stats.js";
import { createContainer, createGuest } from "./create-guest.js";
import { deleteGuest } from "./delete-guest.js";
import { guestConfig } from "./guest-config.js";
import { migrateGuest } from "./migrate-guest.js";
import { snapshotTree } from "./snapshot-tree.js";
import { listBackups, storageContent } from "./storage-content.js";
import { storageInfo, storageQuota } from "./storage-info.js";
import { taskLog } from "./task-log.js";
import { clusterTasks, listTasks } from "./tasks.js";
import { updateConfig } from "./update-config.js";

/** The functions that entries name. */
export const recipes: Readonly<Record<RecipeName, Recipe>> = {
  "cancel-task": cancelTask,
  "cluster-nodes": clusterNodes,
  "cluster-resources": clusterResources,
  "cluster-stats": clusterStats,
  "cluster-tasks": clusterTasks,
  "create-container": createContainer,
  "create-guest": createGuest,
  "delete-guest": deleteGuest,
  "guest-config": guestConfig,
  guests,
  "list-backups": listBackups,
  "list-tasks": listTasks,
  "migrate-guest": migrateGuest,
  "snapshot-tree": snapshotTree,
  "storage-content": storageContent,
  "storage-info": storageInfo,
  "storage-quota": storageQuota,
  "task-log": taskLog,
  "update-config": updateConfig,
};
