import type { Handlers } from "../handler.js";
import { aplinfoHandlers } from "./aplinfo.js";
import { aptHandlers } from "./apt.js";
import { capabilitiesHandlers } from "./capabilities.js";
import { cephHandlers } from "./ceph.js";
import { certificatesHandlers } from "./certificates.js";
import { cloudInitHandlers } from "./cloudinit.js";
import { consoleHandlers } from "./consoles.js";
import { cpuModelHandlers } from "./cpu-models.js";
import { disksHandlers } from "./disks.js";
import { agentActionHandlers, legacyAgent } from "./guest-agent.js";
import { guestTunnelHandlers } from "./guest-tunnel.js";
import { hardwareHandlers } from "./hardware.js";
import { journalHandlers } from "./journal.js";
import { nodeBulkHandlers } from "./node-bulk.js";
import { nodeConfigHandlers } from "./node-config.js";
import { executeHandlers } from "./node-execute.js";
import { nodePowerHandlers } from "./node-power.js";
import { nodeReportHandlers } from "./node-report.js";
import { pruneBackupsHandlers } from "./prune-backups.js";
import { qemuAgentHandlers } from "./qemu-agent.js";
import { qemuMonitorHandlers } from "./qemu-monitor.js";
import { scanHandlers } from "./scan.js";
import { sdnHandlers } from "./sdn.js";
import { servicesHandlers } from "./services.js";
import { storageExtraHandlers } from "./storage-extras.js";
import { subscriptionHandlers } from "./subscription.js";

/** Nodes beyond guests and tasks: settings, services, power, logs, packages, disks, certificates, hardware. */
export const nodeAreaHandlers: Handlers = {
  ...nodeConfigHandlers,
  ...servicesHandlers,
  ...subscriptionHandlers,
  ...nodeBulkHandlers,
  ...nodePowerHandlers,
  ...journalHandlers,
  ...nodeReportHandlers,
  ...aptHandlers,
  ...certificatesHandlers,
  ...disksHandlers,
  ...hardwareHandlers,
  ...capabilitiesHandlers,
  ...cpuModelHandlers,
  ...scanHandlers,
  ...aplinfoHandlers,
  ...pruneBackupsHandlers,
  ...storageExtraHandlers,
  ...agentActionHandlers,
  ...legacyAgent({ ...qemuAgentHandlers, ...agentActionHandlers }),
  ...cloudInitHandlers,
  ...guestTunnelHandlers,
  ...qemuMonitorHandlers,
  ...sdnHandlers,
  ...cephHandlers,
  ...consoleHandlers,
  ...executeHandlers,
};
