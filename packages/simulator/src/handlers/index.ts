import type { TicketOffice } from "../auth-tickets.js";
import type { Handlers } from "../handler.js";
import type { TaskStore } from "../tasks.js";
import { accessHandlers } from "./access.js";
import { clusterHandlers } from "./cluster.js";
import { lxcHandlers } from "./lxc.js";
import { nodeHandlers } from "./nodes.js";
import { qemuHandlers } from "./qemu.js";
import { storageHandlers } from "./storage.js";
import { taskHandlers } from "./tasks.js";
import { uploadHandlers } from "./upload.js";
import { versionHandlers } from "./version.js";

/** All behaviour of the simulator, by route. What is not here is checked and then answered `501 not simulated`. */
export function allHandlers(tasks: TaskStore, tickets: TicketOffice): Handlers {
  return {
    ...versionHandlers,
    ...accessHandlers(tickets),
    ...clusterHandlers,
    ...nodeHandlers,
    ...qemuHandlers,
    ...lxcHandlers,
    ...storageHandlers,
    ...uploadHandlers,
    ...taskHandlers(tasks),
  };
}
