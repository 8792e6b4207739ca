import type { Toolset } from "../define.js";
import { access } from "./access.js";
import { backup } from "./backup.js";
import { bulk } from "./bulk.js";
import { ceph } from "./ceph.js";
import { certificates } from "./certificates.js";
import { cloudInit } from "./cloudinit.js";
import { cluster } from "./cluster.js";
import { containers } from "./containers.js";
import { disks } from "./disks.js";
import { firewall } from "./firewall.js";
import { guestAgent } from "./guest-agent.js";
import { ha } from "./ha.js";
import { mappings } from "./mappings.js";
import { monitoring } from "./monitoring.js";
import { network } from "./network.js";
import { nodes } from "./nodes.js";
import { notifications } from "./notifications.js";
import { pools } from "./pools.js";
import { replication } from "./replication.js";
import { sdn } from "./sdn.js";
import { services } from "./services.js";
import { snapshots } from "./snapshots.js";
import { storage } from "./storage.js";
import { tasks } from "./tasks.js";
import { vms } from "./vms.js";

/** Every tool there is, by toolset. */
export const toolsets: readonly Toolset[] = [
  cluster,
  nodes,
  network,
  sdn,
  vms,
  containers,
  snapshots,
  guestAgent,
  disks,
  cloudInit,
  bulk,
  backup,
  storage,
  tasks,
  access,
  pools,
  ha,
  firewall,
  replication,
  mappings,
  services,
  certificates,
  ceph,
  notifications,
  monitoring,
];
