import type { Call, Handler } from "../handler.js";
import type { Guest, World } from "../world.js";
import { type GuestFigures, guestFigures, guestLimits, nicNames, openDrives } from "../world-figures.js";
import { guestName, isTemplate } from "../world-guest.js";
import { parseOption } from "../world-option.js";
import { guestSeries } from "../world-series.js";
import { flag, guestOf, kindOf, nodeOf } from "./guest-call.js";
import { shownState, sidOf } from "./ha-services.js";
import { seriesRequest } from "./series-request.js";

/** The QEMU release whose machine the simulated VMs run on. */
export const qemuVersion = "10.1.2";

/** `GET /nodes/{node}/qemu` and `…/lxc`: the guests of that kind that the caller may see. */
export const listGuests: Handler = (call) => {
  const kind = kindOf(call);
  const node = nodeOf(call);
  const full = flag(call, "full");
  return [...call.world.guests.values()]
    .filter((g) => g.kind === kind && g.node === node && call.allowed(`/vms/${g.vmid}`, ["VM.Audit"]))
    .map((g) => (kind === "qemu" ? vmStatus(call, g, full ? "full" : "list") : ctStatus(call, g)));
};

/** `GET …/status/current`. */
export const currentStatus: Handler = (call) => {
  const guest = guestOf(call);
  const status = guest.kind === "qemu" ? vmStatus(call, guest, "current") : ctStatus(call, guest);
  const resource = call.world.ha.resources.get(sidOf(guest));
  const ha = resource === undefined ? { managed: 0 } : { managed: 1, state: shownState(call, sidOf(guest), resource) };
  return { ...status, ha };
};

/** `GET …/rrddata`. */
export const guestHistory: Handler = (call) => guestSeries(call.world, guestOf(call), seriesRequest(call));

/** The word for what QEMU is doing. */
export function qmpStatus(guest: Guest): string {
  if (guest.running === undefined) {
    return "stopped";
  }
  return guest.running.paused ? "paused" : "running";
}

function common(world: World, guest: Guest, figures: Partial<GuestFigures>): Record<string, unknown> {
  const limits = guestLimits(world, guest);
  const { tags } = guest.config;
  return {
    vmid: guest.vmid,
    name: guestName(guest),
    status: guest.running === undefined ? "stopped" : "running",
    cpus: limits.cpus,
    maxmem: limits.maxmem,
    maxdisk: limits.maxdisk,
    ...figures,
    ...(guest.running === undefined ? {} : { pid: guest.running.pid }),
    ...(isTemplate(guest) ? { template: 1 } : {}),
    ...(guest.lock === undefined ? {} : { lock: guest.lock }),
    ...(tags === undefined || tags === "" ? {} : { tags }),
  };
}

const pressures = [
  "pressurecpusome",
  "pressurecpufull",
  "pressureiosome",
  "pressureiofull",
  "pressurememorysome",
  "pressurememoryfull",
];

function pressure(value: number | string): Record<string, number | string> {
  return Object.fromEntries(pressures.map((name) => [name, value]));
}

function vmStatus(call: Call, guest: Guest, detail: "list" | "full" | "current"): Record<string, unknown> {
  const figures = guestFigures(call.world, guest, call.now());
  const { balloon, shares } = guest.config;
  // Disk counters come from the running process, which plain lists do not ask.
  const { diskread, diskwrite, ...plain } = figures;
  const asked = detail === "list" || guest.running === undefined ? {} : { diskread, diskwrite };
  const status: Record<string, unknown> = {
    ...common(call.world, guest, plain),
    ...asked,
    memhost: figures.mem,
    ...(Object.keys(guest.config).some((key) => /^serial\d+$/.test(key)) ? { serial: 1 } : {}),
    ...(balloon !== undefined && Number(balloon) > 0 ? { balloon_min: Number(balloon) * 1024 ** 2 } : {}),
    ...(shares === undefined ? {} : { shares }),
    ...(guest.running === undefined ? {} : pressure(0)),
  };
  if (detail === "list") {
    return status;
  }
  status["qmpstatus"] = qmpStatus(guest);
  if (guest.running !== undefined) {
    Object.assign(status, monitorFacts(call, guest, figures));
  }
  if (detail === "current" && agentConfigured(guest)) {
    status["agent"] = 1;
  }
  return status;
}

/** Whether the `agent` option switches the guest agent on. */
export function agentConfigured(guest: Guest): boolean {
  return parseOption(String(guest.config["agent"] ?? "0"), "enabled")["enabled"] === "1";
}

/** What only the running process can tell. */
function monitorFacts(call: Call, guest: Guest, figures: GuestFigures): Record<string, unknown> {
  const { maxmem } = guestLimits(call.world, guest);
  const nics = nicNames(guest);
  const drives = openDrives(guest);
  return {
    balloon: maxmem,
    freemem: maxmem - figures.mem,
    ballooninfo: {
      actual: maxmem,
      max_mem: maxmem,
      total_mem: maxmem,
      free_mem: maxmem - figures.mem,
      mem_swapped_in: 0,
      mem_swapped_out: 0,
      major_page_faults: 214,
      minor_page_faults: 120_000 + figures.uptime * 3,
      last_update: call.now(),
    },
    nics: Object.fromEntries(nics.map((nic) => [nic, share(figures, nics.length)])),
    blockstat: Object.fromEntries(drives.map((drive) => [drive, blockStat(figures, drives.length)])),
    "running-machine": `pc-i440fx-10.1+pve0`,
    "running-qemu": qemuVersion,
    "proxmox-support": { "pbs-dirty-bitmap": true, "query-bitmap-info": true, "backup-max-workers": true },
  };
}

function share(figures: GuestFigures, parts: number): { netin: number; netout: number } {
  return { netin: Math.floor(figures.netin / parts), netout: Math.floor(figures.netout / parts) };
}

function blockStat(figures: GuestFigures, parts: number): Record<string, number | boolean> {
  const read = Math.floor(figures.diskread / parts);
  const written = Math.floor(figures.diskwrite / parts);
  return {
    rd_bytes: read,
    wr_bytes: written,
    rd_operations: Math.floor(read / 16_384),
    wr_operations: Math.floor(written / 8192),
    failed_rd_operations: 0,
    failed_wr_operations: 0,
    account_failed: true,
  };
}

function ctStatus(call: Call, guest: Guest): Record<string, unknown> {
  const figures = guestFigures(call.world, guest, call.now());
  return {
    ...common(call.world, guest, figures),
    type: "lxc",
    swap: 0,
    maxswap: guestLimits(call.world, guest).maxswap,
    ...(guest.running === undefined ? {} : pressure("0.00")),
  };
}
