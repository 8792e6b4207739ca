import type { Handler, Handlers } from "../handler.js";
import { parseOption } from "../world-option.js";
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
import { lxcConfigWriteHandlers } from "./lxc-config-write.js";
import { lxcCreateHandlers } from "./lxc-create.js";
import { lxcPowerHandlers } from "./lxc-power.js";
import { showConfig, showPending } from "./qemu-config.js";

const index =
  "config pending status vncproxy termproxy vncwebsocket spiceproxy migrate clone rrd rrddata firewall snapshot resize interfaces";

/** `GET …/interfaces`: null for a stopped container. */
const listInterfaces: Handler = (call) => {
  const guest = guestOf(call);
  if (guest.running === undefined) {
    return null;
  }
  const loopback = {
    name: "lo",
    hwaddr: "00:00:00:00:00:00",
    "hardware-address": "00:00:00:00:00:00",
    inet: "127.0.0.1/8",
    "ip-addresses": [address("127.0.0.1/8")],
  };
  const nics = Object.keys(guest.config)
    .filter((key) => /^net\d+$/.test(key))
    .sort();
  return [
    loopback,
    ...nics.map((key) => {
      const option = parseOption(String(guest.config[key]), "name");
      const hwaddr = (option["hwaddr"] ?? "").toLowerCase();
      const inet = option["ip"] === "dhcp" ? `10.10.10.${guest.vmid % 250}/24` : option["ip"];
      const known = inet === undefined || inet === "manual" ? {} : { inet };
      const addresses = "inet" in known ? [address(String(known.inet))] : [];
      return { name: option["name"], hwaddr, "hardware-address": hwaddr, ...known, "ip-addresses": addresses };
    }),
  ];
};

function address(cidr: string): Record<string, string | number> {
  const [ip = "", prefix] = cidr.split("/");
  return { "ip-address": ip, "ip-address-type": ip.includes(":") ? "inet6" : "inet", prefix: Number(prefix ?? 32) };
}

/** Everything about containers. */
export const lxcHandlers: Handlers = {
  "GET /nodes/{node}/lxc": listGuests,
  "GET /nodes/{node}/lxc/{vmid}": (call) => guestOf(call) && index.split(" ").map((subdir) => ({ subdir })),
  "DELETE /nodes/{node}/lxc/{vmid}": destroyGuest,
  "GET /nodes/{node}/lxc/{vmid}/status": (call) =>
    guestOf(call) && ["current", "start", "stop", "shutdown", "reboot", "migrate"].map((subdir) => ({ subdir })),
  "GET /nodes/{node}/lxc/{vmid}/status/current": currentStatus,
  "GET /nodes/{node}/lxc/{vmid}/rrddata": guestHistory,
  "GET /nodes/{node}/lxc/{vmid}/feature": showFeature,
  "GET /nodes/{node}/lxc/{vmid}/interfaces": listInterfaces,
  "GET /nodes/{node}/lxc/{vmid}/config": showConfig,
  "GET /nodes/{node}/lxc/{vmid}/pending": showPending,
  "POST /nodes/{node}/lxc/{vmid}/clone": cloneGuest,
  "POST /nodes/{node}/lxc/{vmid}/template": makeTemplate,
  "PUT /nodes/{node}/lxc/{vmid}/resize": resizeDisk,
  "POST /nodes/{node}/lxc/{vmid}/move_volume": moveDisk,
  "GET /nodes/{node}/lxc/{vmid}/migrate": showMigration,
  "POST /nodes/{node}/lxc/{vmid}/migrate": migrateGuest,
  "GET /nodes/{node}/lxc/{vmid}/snapshot": listSnapshots,
  "POST /nodes/{node}/lxc/{vmid}/snapshot": takeSnapshot,
  "GET /nodes/{node}/lxc/{vmid}/snapshot/{snapname}": () => [{ cmd: "rollback" }, { cmd: "config" }],
  "DELETE /nodes/{node}/lxc/{vmid}/snapshot/{snapname}": deleteSnapshot,
  "GET /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/config": showSnapshot,
  "PUT /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/config": describeSnapshot,
  "POST /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback": rollBack,
  ...lxcConfigWriteHandlers,
  ...lxcCreateHandlers,
  ...lxcPowerHandlers,
};
