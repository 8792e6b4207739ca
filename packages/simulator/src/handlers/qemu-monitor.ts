import { die, invalid, PveFailure } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Guest } from "../world.js";
import { guestLimits } from "../world-figures.js";
import { vmFound } from "../world-guest.js";
import { assertRootOnly, guestOf, isRoot, need, nodeOf, vmidOf } from "./guest-call.js";
import { assertAllowed } from "./storage-access.js";

/** What a command needs beyond being let in: nothing, the right to change the datacenter, or being root. */
type Needs = "none" | "Sys.Modify" | "root";

const needs: Readonly<Record<string, Needs>> = {
  help: "none",
  info: "none",
  cont: "Sys.Modify",
  stop: "Sys.Modify",
  system_powerdown: "Sys.Modify",
  system_reset: "Sys.Modify",
  quit: "root",
  screendump: "root",
  dump_guest_memory: "root",
};

function running(call: Call): Guest {
  const guest = guestOf(call);
  return guest.running === undefined ? die(`VM ${guest.vmid} is not running`) : guest;
}

function assertMay(call: Call, name: string): void {
  const needed = needs[name];
  if (needed === undefined && !isRoot(call) && call.caller.userid !== "root@pam") {
    die(`command '${name}' non-existent or not assigned a required permission yet, limiting to root user`);
  }
  if (needed === "root" && call.caller.userid !== "root@pam") {
    die(`root-only command '${name}'`);
  }
  if (needed === "Sys.Modify") {
    assertAllowed(call, "/", ["Sys.Modify"]);
  }
}

function info(guest: Guest, what: string, call: Call): string {
  switch (what) {
    case "status":
      return `VM status: ${guest.running?.paused ? "paused" : "running"}\r\n`;
    case "version":
      return "10.1.2pve-qemu-kvm_10.1.2-1\r\n";
    case "name":
      return `${String(guest.config["name"] ?? `VM ${guest.vmid}`)}\r\n`;
    case "uuid":
      return `${/uuid=([0-9a-f-]+)/.exec(String(guest.config["smbios1"] ?? ""))?.[1] ?? ""}\r\n`;
    case "balloon":
      return `balloon: actual=${Math.floor(guestLimits(call.world, guest).maxmem / 1024 ** 2)}\r\n`;
    default:
      return `unknown command: 'info ${what}'\r\n`;
  }
}

const monitor: Handler = (call) => {
  const command = need(call, "command").trim();
  const [name = "", ...args] = command.split(/\s+/);
  if (name === "") {
    die("no command specified");
  }
  assertMay(call, name);
  const guest = running(call);
  const state = guest.running;
  if (state === undefined) {
    return "";
  }
  switch (name) {
    case "info":
      return info(guest, args.join(" "), call);
    case "stop":
      state.paused = true;
      return "";
    case "cont":
      state.paused = false;
      return "";
    case "help":
      return Object.keys(needs)
        .map((each) => `${each}\r\n`)
        .join("");
    default:
      return Object.hasOwn(needs, name) ? "" : `unknown command: '${name}'\r\n`;
  }
};

const keyName =
  /^(?:shift|shift_r|alt|alt_r|ctrl|ctrl_r|meta_l|meta_r|menu|esc|tab|spc|ret|backspace|insert|delete|home|end|pgup|pgdn|up|down|left|right|f\d{1,2}|[a-z0-9]|minus|equal|comma|dot|slash|semicolon|apostrophe|caps_lock|num_lock|print|pause)$/;

const sendKey: Handler = (call) => {
  assertRootOnly(call, ["skiplock"]);
  const guest = guestOf(call);
  if (guest.running === undefined) {
    die(`VM ${guest.vmid} not running`);
  }
  const unknown = need(call, "key")
    .split("-")
    .find((part) => !keyName.test(part));
  if (unknown !== undefined) {
    // The monitor ends its lines with a carriage return, which no reason phrase may hold.
    throw new PveFailure(500, `invalid parameter: ${unknown}\r\n`);
  }
};

/** The helper that carries a guest's D-Bus state runs only during a live migration. */
const dbusState: Handler = (call) => {
  const vmid = vmidOf(call);
  const node = nodeOf(call);
  const guest = call.world.guests.get(vmid);
  if (guest?.kind !== "qemu" || guest.node !== node || guest.running === undefined) {
    invalid({ node: `VM ${vmid} not running locally on node '${node}'` });
  }
  vmFound(call.world, node, vmid);
};

/** Keys, monitor commands and what live migration needs. */
export const qemuMonitorHandlers: Handlers = {
  "POST /nodes/{node}/qemu/{vmid}/monitor": monitor,
  "PUT /nodes/{node}/qemu/{vmid}/sendkey": sendKey,
  "POST /nodes/{node}/qemu/{vmid}/dbus-vmstate": dbusState,
};
