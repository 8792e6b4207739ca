import type { Handlers } from "../handler.js";
import { guestOf } from "./guest-call.js";
import { cloneGuest } from "./guest-clone.js";
import { destroyGuest } from "./guest-destroy.js";
import { showFeature } from "./guest-features.js";
import { migrateGuest, showMigration } from "./guest-migrate.js";
import { moveDisk } from "./guest-move.js";
import { resizeDisk } from "./guest-resize.js";
import {
  deleteSnapshot,
  describeSnapshot,
  listSnapshots,
  rollBack,
  showSnapshot,
  takeSnapshot,
} from "./guest-snapshots.js";
import { currentStatus, guestHistory, listGuests } from "./guest-status.js";
import { makeTemplate } from "./guest-template.js";
import { qemuAgentHandlers } from "./qemu-agent.js";
import { qemuConfigHandlers } from "./qemu-config.js";
import { qemuConfigWriteHandlers } from "./qemu-config-write.js";
import { qemuCreateHandlers } from "./qemu-create.js";
import { qemuPowerHandlers } from "./qemu-power.js";

const index =
  "config cloudinit pending status unlink vncproxy termproxy migrate resize move rrd rrddata monitor agent snapshot spiceproxy sendkey firewall mtunnel remote_migrate";

/** Everything about VMs. */
export const qemuHandlers: Handlers = {
  "GET /nodes/{node}/qemu": listGuests,
  "GET /nodes/{node}/qemu/{vmid}": (call) => guestOf(call) && index.split(" ").map((subdir) => ({ subdir })),
  "DELETE /nodes/{node}/qemu/{vmid}": destroyGuest,
  "GET /nodes/{node}/qemu/{vmid}/status": (call) =>
    guestOf(call) &&
    ["current", "start", "stop", "reset", "shutdown", "suspend", "reboot"].map((subdir) => ({ subdir })),
  "GET /nodes/{node}/qemu/{vmid}/status/current": currentStatus,
  "GET /nodes/{node}/qemu/{vmid}/rrddata": guestHistory,
  "GET /nodes/{node}/qemu/{vmid}/feature": showFeature,
  "POST /nodes/{node}/qemu/{vmid}/clone": cloneGuest,
  "POST /nodes/{node}/qemu/{vmid}/template": makeTemplate,
  "PUT /nodes/{node}/qemu/{vmid}/resize": resizeDisk,
  "POST /nodes/{node}/qemu/{vmid}/move_disk": moveDisk,
  "GET /nodes/{node}/qemu/{vmid}/migrate": showMigration,
  "POST /nodes/{node}/qemu/{vmid}/migrate": migrateGuest,
  "GET /nodes/{node}/qemu/{vmid}/snapshot": listSnapshots,
  "POST /nodes/{node}/qemu/{vmid}/snapshot": takeSnapshot,
  "GET /nodes/{node}/qemu/{vmid}/snapshot/{snapname}": () => [{ cmd: "rollback" }, { cmd: "config" }],
  "DELETE /nodes/{node}/qemu/{vmid}/snapshot/{snapname}": deleteSnapshot,
  "GET /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config": showSnapshot,
  "PUT /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config": describeSnapshot,
  "POST /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback": rollBack,
  ...qemuConfigHandlers,
  ...qemuConfigWriteHandlers,
  ...qemuCreateHandlers,
  ...qemuPowerHandlers,
  ...qemuAgentHandlers,
};
