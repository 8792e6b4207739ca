import type { Row } from "./row.js";
import { accessRows } from "./rows-access.js";
import { agentRows } from "./rows-agent.js";
import { backupRows } from "./rows-backup.js";
import { bulkRows } from "./rows-bulk.js";
import { clusterRows } from "./rows-cluster.js";
import { diskRows } from "./rows-disks.js";
import { firewallRows } from "./rows-firewall.js";
import { guestRows } from "./rows-guests.js";
import { haRows } from "./rows-ha.js";
import { nodeRows } from "./rows-nodes.js";
import { sdnRows } from "./rows-sdn.js";
import { serviceRows } from "./rows-services.js";
import { storageRows } from "./rows-storage.js";

/** What every tool has to do, by its name. */
export const rows: Readonly<Record<string, Row>> = {
  ...clusterRows,
  ...nodeRows,
  ...haRows,
  ...sdnRows,
  ...serviceRows,
  ...firewallRows,
  ...guestRows,
  ...agentRows,
  ...diskRows,
  ...backupRows,
  ...bulkRows,
  ...storageRows,
  ...accessRows,
};
