import type { RecipeName } from "../define.js";
import type { JsonSchema, ObjectSchema } from "../schema.js";
import { taskSchema } from "../task-answer.js";
import { cancelTaskOutput } from "./cancel-task.js";
import { clusterNodesOutput } from "./cluster-nodes.js";
import { clusterResourcesOutput, guestsOutput } from "./cluster-resources.js";
import { clusterStatsOutput } from "./cluster-stats.js";
import { deleteGuestOutput } from "./delete-guest.js";
import { guestConfigOutput } from "./guest-config.js";
import { migrateGuestOutput } from "./migrate-guest.js";
import { snapshotTreeOutput } from "./snapshot-tree.js";
import { backupsOutput, storageContentOutput } from "./storage-content.js";
import { storageInfoOutput, storageQuotaOutput } from "./storage-info.js";
import { taskLogOutput } from "./task-log.js";
import { tasksOutput } from "./tasks.js";
import { updateConfigOutput } from "./update-config.js";

/** What each recipe answers; where it lists what its operation returns, made from the schema of one row. */
export const recipeOutputs: Readonly<Record<RecipeName, ObjectSchema | ((items: JsonSchema) => ObjectSchema)>> = {
  "cancel-task": cancelTaskOutput,
  "cluster-nodes": clusterNodesOutput,
  "cluster-resources": clusterResourcesOutput,
  "cluster-stats": clusterStatsOutput,
  "cluster-tasks": tasksOutput,
  "create-container": taskSchema,
  "create-guest": taskSchema,
  "delete-guest": deleteGuestOutput,
  "guest-config": guestConfigOutput,
  guests: guestsOutput,
  "list-backups": backupsOutput,
  "list-tasks": tasksOutput,
  "migrate-guest": migrateGuestOutput,
  "snapshot-tree": snapshotTreeOutput,
  "storage-content": storageContentOutput,
  "storage-info": storageInfoOutput,
  "storage-quota": storageQuotaOutput,
  "task-log": taskLogOutput,
  "update-config": updateConfigOutput,
};
