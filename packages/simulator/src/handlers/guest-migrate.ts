import { die, invalid } from "../failure.js";
import type { Call, Handler, TaskStep } from "../handler.js";
import type { Guest, Node } from "../world.js";
import { type Disk, disksOf, isCdrom, isCloudInit } from "../world-drives.js";
import { guestFigures } from "../world-figures.js";
import { assertUnlocked, guestWord } from "../world-guest.js";
import { renderSize } from "../world-option.js";
import { allocateVolume, isConfiguredOn, isDirectory, parseVolid, removeVolume } from "../world-storage.js";
import { assertRootOnly, flag, guestOf, kindOf, need, nodeOf, text } from "./guest-call.js";
import { messageOf } from "./guest-create.js";
import { bootGuest, type Steps, shutDown } from "./guest-power.js";

/** The storages of a guest that a node does not have. */
function missingStorages(call: Call, guest: Guest, node: string): string[] {
  const missing = new Set<string>();
  for (const disk of disksOf(call.world, guest, guest.config, { cdroms: true })) {
    const { storage: id } = parseVolid(disk.volid);
    const storage = call.world.storages.get(id);
    if (storage === undefined || storage.disable || !isConfiguredOn(storage, node)) {
      missing.add(id);
    }
  }
  return [...missing].sort();
}

function isLocal(call: Call, disk: Disk): boolean {
  return call.world.storages.get(parseVolid(disk.volid).storage)?.shared !== true;
}

/** Host devices that pin a VM to its node. */
function localResources(guest: Guest): string[] {
  return Object.keys(guest.config)
    .filter((key) => {
      const value = String(guest.config[key]);
      const device = /^(?:hostpci|usb)\d+$/.test(key) && !/mapping=|^(?:host=)?spice/.test(value);
      return device || (/^(?:serial|parallel)\d+$/.test(key) && value.startsWith("/"));
    })
    .sort();
}

/** `GET …/migrate`: what stands in the way of moving the guest. */
export const showMigration: Handler = (call) => {
  const guest = guestOf(call);
  if (guest.kind === "qemu") {
    assertUnlocked(guest);
  }
  const allowed: string[] = [];
  const refused: Record<string, unknown> = {};
  for (const node of call.world.nodes.values()) {
    // The storages of containers are not looked at.
    const missing = guest.kind === "lxc" ? [] : missingStorages(call, guest, node.node);
    if (node.node === guest.node || !node.online) {
      continue;
    }
    if (missing.length > 0) {
      refused[node.node] = { unavailable_storages: missing };
    } else {
      allowed.push(node.node);
    }
  }
  const running = guest.running === undefined ? 0 : 1;
  if (guest.kind === "lxc") {
    return { running, "allowed-nodes": allowed, "not-allowed-nodes": refused };
  }
  return {
    running,
    allowed_nodes: allowed,
    not_allowed_nodes: refused,
    local_disks: disksOf(call.world, guest, guest.config, { cdroms: true, unused: true })
      .filter((disk) => isLocal(call, disk))
      .map(localDisk),
    local_resources: localResources(guest),
    "mapped-resources": [],
    "mapped-resource-info": {},
    "has-dbus-vmstate": 1,
  };
};

function localDisk(disk: Disk): Record<string, unknown> {
  const unused = disk.key.startsWith("unused");
  return {
    volid: disk.volid,
    drivename: disk.key,
    size: disk.volume?.size ?? 0,
    shared: 0,
    replicate: 1,
    cdrom: isCdrom(disk.value) ? 1 : 0,
    is_attached: unused ? 0 : 1,
    is_cloudinit: isCloudInit(disk.value) ? 1 : 0,
    is_tpmstate: disk.key === "tpmstate0" ? 1 : 0,
    is_unused: unused ? 1 : 0,
    is_vmstate: 0,
  };
}

/** `POST …/migrate`. */
export const migrateGuest: Handler = (call) => {
  const name = need(call, "target");
  if (name === nodeOf(call)) {
    invalid({ target: "target is local node." });
  }
  const target = call.world.nodes.get(name) ?? die(`no such cluster node '${name}'`);
  assertRootOnly(call, ["force", "migration_type", "migration_network"]);
  const guest = guestOf(call);
  assertUnlocked(guest);
  assertRunningMay(call, guest);
  return call.startTask({
    node: nodeOf(call),
    type: guest.kind === "qemu" ? "qmigrate" : "vzmigrate",
    id: String(guest.vmid),
    work: () => migrate(call, guest, target),
  });
};

function assertRunningMay(call: Call, guest: Guest): void {
  if (guest.running === undefined) {
    return;
  }
  if (kindOf(call) === "qemu" && !flag(call, "online")) {
    die("can't migrate running VM without --online");
  }
  if (kindOf(call) === "lxc" && !flag(call, "online") && !flag(call, "restart")) {
    die("can't migrate running container without --online or --restart");
  }
}

function line(call: Call, message: string): TaskStep {
  const stamp = new Date(call.now() * 1000).toISOString().slice(0, 19).replace("T", " ");
  return { log: `${stamp} ${message}` };
}

function seconds(from: number, to: number): string {
  const span = Math.max(0, to - from);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `${two(span / 3600)}:${two((span / 60) % 60)}:${two(span % 60)}`;
}

function* migrate(call: Call, guest: Guest, target: Node): Steps {
  const began = call.now();
  const wasRunning = guest.running !== undefined;
  assertUnlocked(guest);
  guest.lock = "migrate";
  try {
    if (wasRunning && guest.kind === "lxc") {
      yield line(call, `shutdown CT ${guest.vmid}`);
      yield* shutDown(call, guest, { timeout: 180, force: true });
    }
    yield line(
      call,
      `starting migration of ${guestWord(guest.kind)} ${guest.vmid} to node '${target.node}' (${target.ip})`,
    );
    assertMovable(call, guest, target);
    yield* moveDisks(call, guest, target);
    if (wasRunning && guest.kind === "qemu") {
      yield* moveMemory(call, guest, target);
    }
    guest.node = target.node;
  } catch (error) {
    delete guest.lock;
    if (messageOf(error) === "received interrupt") {
      throw error;
    }
    yield line(call, `ERROR: migration aborted (duration ${seconds(began, call.now())}): ${messageOf(error)}`);
    die("migration aborted");
  } finally {
    delete guest.lock;
  }
  if (wasRunning && guest.kind === "lxc") {
    yield line(call, "start container on target node");
    yield* bootGuest(call, guest);
  }
  yield line(call, `migration finished successfully (duration ${seconds(began, call.now())})`);
}

function assertMovable(call: Call, guest: Guest, target: Node): void {
  if (!target.online) {
    die("Can't connect to destination address using public key");
  }
  const devices = localResources(guest);
  if (devices.length > 0) {
    die(`can't migrate VM which uses local devices: ${devices.join(", ")}`);
  }
  const missing =
    (text(call, "targetstorage") ?? text(call, "target-storage")) ? [] : missingStorages(call, guest, target.node);
  if (missing[0] !== undefined) {
    die(`storage '${missing[0]}' is not available on node '${target.node}'`);
  }
}

function* moveDisks(call: Call, guest: Guest, target: Node): Steps {
  for (const disk of disksOf(call.world, guest, guest.config, { cdroms: true, unused: true })) {
    if (!isLocal(call, disk)) {
      continue;
    }
    if (isCdrom(disk.value) && !isCloudInit(disk.value)) {
      die(`can't migrate local cdrom drive '${disk.volid}'`);
    }
    if (guest.kind === "qemu" && guest.running !== undefined && !flag(call, "with-local-disks")) {
      yield line(
        call,
        `can't migrate local disk '${disk.volid}': can't live migrate attached local disks without with-local-disks option`,
      );
      die("Problem found while scanning volumes - can't migrate VM - check log");
    }
    yield line(call, `found local volume '${disk.volid}' (in current VM config)`);
    yield* moveVolume(call, guest, disk, target);
  }
}

function* moveVolume(call: Call, guest: Guest, disk: Disk, target: Node): Steps {
  const { volume } = disk;
  if (volume === undefined) {
    return die(`volume '${disk.volid}' does not exist`);
  }
  const mapped = (text(call, "targetstorage") ?? text(call, "target-storage"))?.split(",")[0]?.split(":").at(-1);
  const id = mapped === undefined || mapped === "1" ? parseVolid(disk.volid).storage : mapped;
  const storage = call.world.storages.get(id) ?? die(`storage '${id}' does not exist`);
  const moved = allocateVolume(call.world, {
    storage: id,
    node: target.node,
    vmid: guest.vmid,
    content: guest.kind === "qemu" ? "images" : "rootdir",
    size: volume.size,
    now: call.now(),
    ...(isDirectory(storage) ? { format: volume.format } : {}),
  });
  for (const tenth of [2, 4, 6, 8, 10]) {
    yield { ms: Math.max(200, (volume.size / 1024 ** 3) * 40) };
    yield line(
      call,
      `${renderSize((volume.size * tenth) / 10)} of ${renderSize(volume.size)} (${tenth}0.00%) copied of '${disk.volid}'`,
    );
  }
  moved.used = volume.used;
  removeVolume(call.world, volume);
  guest.config[disk.key] = disk.value.replace(disk.volid, moved.volid);
}

function* moveMemory(call: Call, guest: Guest, target: Node): Steps {
  const { mem } = guestFigures(call.world, guest, call.now());
  yield line(call, `starting VM ${guest.vmid} on remote node '${target.node}'`);
  yield { ms: 1500 };
  yield line(call, "start remote tunnel");
  yield line(call, `starting online/live migration on unix:/run/qemu-server/${guest.vmid}.migrate`);
  yield line(call, "set migration capabilities");
  for (const part of [0.3, 0.6, 0.9]) {
    yield { ms: 1000 };
    yield line(
      call,
      `migration active, transferred ${renderSize(mem * part)} of ${renderSize(mem)} VM-state, 1.1 GiB/s`,
    );
  }
  yield { ms: 500 };
  yield line(call, "average migration speed: 1.0 GiB/s - downtime 52 ms");
  yield line(call, "migration status: completed");
}
