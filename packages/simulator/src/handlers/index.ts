import type { TicketOffice } from "../auth-tickets.js";
import type { Release } from "../contracts.js";
import type { Handlers } from "../handler.js";
import type { TaskStore } from "../tasks.js";
import { accessHandlers } from "./access.js";
import { acmeHandlers } from "./acme.js";
import { backupJobHandlers } from "./backup-jobs.js";
import { bulkActionHandlers } from "./bulk-action.js";
import { clusterHandlers } from "./cluster.js";
import { clusterLogHandlers } from "./cluster-log.js";
import { firewallHandlers } from "./firewall.js";
import { withTies } from "./guest-ties.js";
import { haHandlers } from "./ha.js";
import { withHighAvailability } from "./ha-guests.js";
import { jobHandlers } from "./jobs.js";
import { lxcHandlers } from "./lxc.js";
import { mappingHandlers } from "./mapping.js";
import { metricsHandlers } from "./metrics.js";
import { nodeAreaHandlers } from "./node-areas.js";
import { nodeHandlers } from "./nodes.js";
import { notificationHandlers } from "./notifications.js";
import { withResultsOf } from "./older-results.js";
import { poolChangeHandlers } from "./pools.js";
import { qemuHandlers } from "./qemu.js";
import { replicationHandlers } from "./replication.js";
import { storageHandlers } from "./storage.js";
import { taskHandlers } from "./tasks.js";
import { uploadHandlers } from "./upload.js";
import { versionHandlers } from "./version.js";
import { vzdumpHandlers } from "./vzdump.js";

/** All behaviour of the simulator, by route. What is not here is checked and then answered `501 not simulated`. */
export function allHandlers(release: Release, tasks: TaskStore, tickets: TicketOffice): Handlers {
  return withResultsOf(release, {
    ...versionHandlers,
    ...accessHandlers(tickets),
    ...clusterHandlers,
    ...poolChangeHandlers,
    ...backupJobHandlers,
    ...jobHandlers,
    ...haHandlers,
    ...bulkActionHandlers,
    ...notificationHandlers,
    ...acmeHandlers,
    ...mappingHandlers,
    ...metricsHandlers,
    ...replicationHandlers,
    ...firewallHandlers,
    ...clusterLogHandlers(tasks),
    ...nodeHandlers,
    ...nodeAreaHandlers,
    ...withHighAvailability(withTies({ ...qemuHandlers, ...lxcHandlers })),
    ...storageHandlers,
    ...uploadHandlers,
    ...taskHandlers(tasks),
    ...vzdumpHandlers(tasks),
  });
}
