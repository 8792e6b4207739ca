import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Config, Guest, Volume } from "../world.js";
import { driveKeys, isCdrom, isDriveKey } from "../world-drives.js";
import { flag, isRoot, nodeOf, text, vmidOf } from "./guest-call.js";
import { stored } from "./guest-changes.js";
import { assertMayCreate, discardGuest, failAs, joinPool, messageOf, newGuest, takenBy } from "./guest-create.js";
import { bootGuest, type Steps } from "./guest-power.js";
import { qemuVersion } from "./guest-status.js";
import { assertMayConfigure } from "./qemu-config-keys.js";
import { nicValue } from "./qemu-config-write.js";
import { checkDisk, makeDisk } from "./qemu-disks.js";
import { restoreVm } from "./qemu-restore.js";
import { assertGuestText } from "./qemu-texts.js";
import { assertAllowed } from "./storage-access.js";

/** Parameters that steer the call and are not part of the configuration. */
const control = new Set(
  "node vmid archive storage force unique live-restore pool bwlimit start ha-managed import-working-storage".split(" "),
);

/** The configuration keys of a create call. */
export function wantedConfig(call: Call): Config {
  const config: Config = {};
  for (const [name, value] of Object.entries(call.params)) {
    if (!control.has(name) && value !== "") {
      const key = name === "cdrom" ? "ide2" : name;
      const isBare = name === "cdrom" && !/,media=/.test(String(value));
      config[key] = stored(call, key, isBare ? `${String(value)},media=cdrom` : value);
    }
  }
  return config;
}

const create: Handler = (call) => {
  const vmid = vmidOf(call);
  const archive = text(call, "archive");
  const config = wantedConfig(call);
  assertGuestText(call);
  if (archive !== undefined) {
    for (const key of Object.keys(config)) {
      if (isDriveKey("qemu", key)) {
        invalid({ [key]: "option conflicts with option 'archive'" });
      }
    }
    return restoreVm(call, vmid, archive, config);
  }
  assertMayCreate(call, vmid);
  assertMayConfigureNew(call, vmid, config);
  const taken = takenBy(call, vmid);
  if (taken !== undefined) {
    die(`unable to create VM ${vmid} - ${taken}`);
  }
  if (flag(call, "start")) {
    assertMayStart(call, vmid);
  }
  const guest = newGuest("qemu", vmid, nodeOf(call), {}, "create");
  call.world.guests.set(vmid, guest);
  joinPool(call, vmid);
  return call.startTask({
    node: nodeOf(call),
    type: "qmcreate",
    id: String(vmid),
    work: () => build(call, guest, config),
  });
};

function assertMayConfigureNew(call: Call, vmid: number, config: Config): void {
  const pool = text(call, "pool");
  const inPool = pool !== undefined && call.allowed(`/pool/${pool}`, ["VM.Allocate"]);
  // A pool's rights stand in for those on a number that does not exist yet, so only root-only keys are left to refuse.
  const guarded = inPool && !isRoot(call) ? { ...call, allowed: permissive(call) } : call;
  assertMayConfigure(guarded, vmid, {}, config, []);
  for (const key of driveKeys("qemu", config)) {
    checkDisk(call, nodeOf(call), String(config[key]));
  }
}

function permissive(call: Call): Call["allowed"] {
  return (path, privs, any) =>
    path.startsWith("/vms/") ? call.allowed(`/pool/${text(call, "pool")}`, privs, any) : call.allowed(path, privs, any);
}

function assertMayStart(call: Call, vmid: number): void {
  const pool = text(call, "pool");
  if (pool === undefined || !call.allowed(`/pool/${pool}`, ["VM.PowerMgmt"])) {
    assertAllowed(call, `/vms/${vmid}`, ["VM.PowerMgmt"]);
  }
}

function* build(call: Call, guest: Guest, wanted: Config): Steps {
  const volumes: Volume[] = [];
  try {
    yield* fill(call, guest, wanted, volumes);
  } catch (error) {
    discardGuest(call, guest, volumes);
    failAs(`unable to create VM ${guest.vmid}`, error);
  }
  delete guest.lock;
  yield* startIfAsked(call, guest);
}

function* fill(call: Call, guest: Guest, wanted: Config, volumes: Volume[]): Steps {
  yield { ms: 200 };
  const config: Config = {};
  for (const [key, value] of Object.entries(wanted)) {
    config[key] = /^net\d+$/.test(key) ? nicValue(call, String(value)) : value;
  }
  for (const key of driveKeys("qemu", wanted)) {
    const made = makeDisk(call, guest, key, String(wanted[key]));
    if (made.volume !== undefined) {
      volumes.push(made.volume);
    }
    for (const log of made.log) {
      yield { ms: 150, log };
    }
    config[key] = made.value;
  }
  config["vmgenid"] =
    wanted["vmgenid"] === undefined || wanted["vmgenid"] === "1" ? call.world.random.uuid() : wanted["vmgenid"];
  config["smbios1"] ??= `uuid=${call.world.random.uuid()}`;
  config["meta"] = `creation-qemu=${qemuVersion},ctime=${call.now()}`;
  const order = bootOrder(config);
  if (config["boot"] === undefined && order.length > 0) {
    config["boot"] = `order=${order.join(";")}`;
  }
  guest.config = config;
}

/** The devices PVE boots from when nobody says otherwise: first disk, first CD drive, first network card. */
export function bootOrder(config: Config): string[] {
  const drives = driveKeys("qemu", config).filter((key) => /^(?:ide|sata|scsi|virtio)/.test(key));
  const rank = (key: string): number => ["ide", "scsi", "virtio", "sata"].findIndex((bus) => key.startsWith(bus));
  const disks = drives.filter((key) => !isCdrom(config[key])).sort((a, b) => rank(a) - rank(b));
  const cdroms = drives.filter((key) => isCdrom(config[key]));
  const nics = Object.keys(config)
    .filter((key) => /^net\d+$/.test(key))
    .sort();
  return [disks[0], cdroms[0], nics[0]].filter((key) => key !== undefined);
}

/** `start=1`: a start that fails is a warning, the guest stays. */
export function* startIfAsked(call: Call, guest: Guest): Steps {
  if (!flag(call, "start")) {
    return;
  }
  try {
    yield* bootGuest(call, guest);
  } catch (error) {
    yield { warn: messageOf(error) };
  }
}

/** Creating and restoring VMs. */
export const qemuCreateHandlers: Handlers = { "POST /nodes/{node}/qemu": create };
