import type { Toolset } from "../define.js";
import { cluster } from "./cluster.js";
import { containers } from "./containers.js";
import { nodes } from "./nodes.js";
import { snapshots } from "./snapshots.js";
import { storage } from "./storage.js";
import { tasks } from "./tasks.js";
import { vms } from "./vms.js";

/** Every tool there is, by toolset. */
export const toolsets: readonly Toolset[] = [cluster, nodes, vms, containers, snapshots, storage, tasks];
