import { denied, die, invalid } from "../failure.js";
import type { Call, Handler } from "../handler.js";
import type { Config, Guest, Volume } from "../world.js";
import { type Disk, disksOf, isCdrom, isCloudInit } from "../world-drives.js";
import { assertUnlocked, isTemplate, snapshotNamed, vmFound } from "../world-guest.js";
import { parseNic, parseOption, printNic, printOption } from "../world-option.js";
import {
  allocateVolume,
  assertContent,
  isDirectory,
  parseVolid,
  storageNamed,
  usableStorage,
} from "../world-storage.js";
import { flag, guestOf, kindOf, need, nodeOf, text, vmidOf } from "./guest-call.js";
import { copyData } from "./guest-copy.js";
import { discardGuest, joinPool, messageOf, newGuest, takenBy } from "./guest-create.js";
import { diskHas, isReachable } from "./guest-features.js";
import type { Steps } from "./guest-power.js";
import { formatting } from "./qemu-disks.js";
import { assertAllowed } from "./storage-access.js";

/** One clone as the call asks for it. */
interface Plan {
  readonly source: Guest;
  readonly newid: number;
  readonly config: Config;
  readonly full: boolean;
  readonly node: string;
  readonly storage: string | undefined;
}

/** `POST …/clone` of both kinds: everything is checked before the task starts and again inside. */
export const cloneGuest: Handler = (call) => {
  const plan = planOf(call);
  return call.startTask({
    node: nodeOf(call),
    type: plan.source.kind === "qemu" ? "qmclone" : "vzclone",
    id: String(plan.source.vmid),
    work: () => clone(call, planOf(call)),
  });
};

function planOf(call: Call): Plan {
  const pool = text(call, "pool");
  if (pool !== undefined && !call.world.pools.has(pool)) {
    denied(`pool '${pool}' does not exist`);
  }
  const node = text(call, "target") ?? nodeOf(call);
  if (!call.world.nodes.has(node)) {
    die(`no such cluster node '${node}'`);
  }
  const source = kindOf(call) === "qemu" ? vmFound(call.world, nodeOf(call), vmidOf(call)) : guestOf(call);
  const storage = text(call, "storage");
  if (storage !== undefined) {
    const { content } = usableStorage(call.world, storage, nodeOf(call));
    if (source.kind === "qemu" && !content.includes("images")) {
      invalid({ storage: `storage '${storage}' does not support vm images` });
    }
    if (node !== source.node && !usableStorage(call.world, storage, node).shared) {
      die(`can't clone to non-shared storage '${storage}'`);
    }
  }
  const snapshot = text(call, "snapname");
  assertUnlocked(source);
  const config = snapshot === undefined ? source.config : snapshotNamed(source, snapshot).config;
  const full = flag(call, "full", !isTemplate(source));
  const plan = { source, newid: Number(need(call, "newid")), config, full, node, storage };
  assertCloneable(call, plan, snapshot);
  return plan;
}

function assertCloneable(call: Call, plan: Plan, snapshot: string | undefined): void {
  const { source, full } = plan;
  if (!full) {
    for (const name of ["storage", "format"]) {
      if (text(call, name) !== undefined) {
        die(`parameter '${name}' not allowed for linked clones`);
      }
    }
  }
  const disks = disksOf(call.world, source, plan.config);
  for (const disk of disks) {
    const id = plan.storage ?? parseVolid(disk.volid).storage;
    assertContent(storageNamed(call.world, id), source.kind === "qemu" ? "images" : "rootdir");
    assertAllowed(call, `/storage/${id}`, ["Datastore.AllocateSpace"]);
  }
  if (plan.node !== source.node && !isReachable(call.world, source, plan.node)) {
    die(
      `can't clone ${source.kind === "qemu" ? "VM" : "CT"} to node '${plan.node}' (${source.kind === "qemu" ? "VM" : "CT"} uses local storage)`,
    );
  }
  assertFree(call, plan);
  if (source.kind === "lxc" && source.running !== undefined && snapshot === undefined) {
    die("Full clone of a running container is only possible from a snapshot");
  }
  for (const disk of disks) {
    assertDisk(call, plan, disk, snapshot);
  }
}

function assertFree(call: Call, plan: Plan): void {
  const taken = takenBy(call, plan.newid);
  if (taken !== undefined) {
    die(plan.source.kind === "qemu" ? `unable to create VM ${plan.newid}: config file already exists` : taken);
  }
}

function assertDisk(call: Call, plan: Plan, disk: Disk, snapshot: string | undefined): void {
  const linked = !plan.full && !isCloudInit(disk.value);
  if (diskHas(call.world, disk, linked ? "clone" : "copy", snapshot)) {
    if (disk.key === "tpmstate0" && plan.source.running !== undefined) {
      die("cannot clone TPM state while VM is running");
    }
    return;
  }
  die(
    plan.source.kind === "qemu"
      ? `${linked ? "Linked" : "Full"} clone feature is not supported for '${disk.volid}' (${disk.key})`
      : `${linked ? "Linked" : "Full"} clone feature for '${disk.volid}' is not available`,
  );
}

function* clone(call: Call, plan: Plan): Steps {
  const { source, newid } = plan;
  const volumes: Volume[] = [];
  const guest = newGuest(source.kind, newid, source.node, {}, source.kind === "qemu" ? "clone" : "create");
  call.world.guests.set(newid, guest);
  joinPool(call, newid);
  if (source.kind === "lxc") {
    source.lock = "disk";
  }
  try {
    yield {
      ms: 200,
      log: `creating a clone of ${source.kind === "qemu" ? "VM" : "container"} ${source.vmid} with ID ${newid}`,
    };
    guest.config = identity(call, plan);
    for (const disk of disksOf(call.world, source, plan.config)) {
      guest.config[disk.key] = yield* cloneDisk(call, plan, disk, guest, volumes);
    }
    guest.behaviour = { ...source.behaviour };
    guest.node = plan.node;
  } catch (error) {
    discardGuest(call, guest, volumes);
    const message = messageOf(error);
    die(message === "received interrupt" ? message : `clone failed: ${message}`);
  } finally {
    if (source.kind === "lxc") {
      delete source.lock;
    }
  }
  delete guest.lock;
}

/** The configuration without what makes the source unique: new addresses, ids and a new name. */
function identity(call: Call, plan: Plan): Config {
  const config: Config = {};
  for (const [key, value] of Object.entries(plan.config)) {
    if (["template", "vmstate", "runningmachine"].includes(key) || /^unused\d+$/.test(key)) {
      continue;
    }
    config[key] = /^net\d+$/.test(key) ? freshNic(call, plan.source, String(value)) : value;
  }
  const description = text(call, "description");
  if (description !== undefined && description !== "") {
    config["description"] = description;
  }
  if (plan.source.kind === "lxc") {
    const hostname = text(call, "hostname");
    return hostname === undefined ? config : { ...config, hostname };
  }
  const { name } = plan.source.config;
  config["name"] = text(call, "name") ?? `Copy-of-VM-${name ?? plan.source.vmid}`;
  config["vmgenid"] = call.world.random.uuid();
  const firmware = parseOption(String(config["smbios1"] ?? ""), "uuid");
  config["smbios1"] = printOption({ ...firmware, uuid: call.world.random.uuid() });
  return config;
}

function freshNic(call: Call, source: Guest, value: string): string {
  const address = call.world.random.mac(String(call.world.options["mac_prefix"] ?? "BC:24:11"));
  return source.kind === "qemu"
    ? printNic({ ...parseNic(value), macaddr: address })
    : printOption({ ...parseOption(value, "name"), hwaddr: address }, undefined, ["name"]);
}

function* cloneDisk(
  call: Call,
  plan: Plan,
  disk: Disk,
  guest: Guest,
  volumes: Volume[],
): Generator<{ readonly ms?: number; readonly log?: string }, string, void> {
  const { volume } = disk;
  if (volume === undefined) {
    return die(`volume '${disk.volid}' does not exist`);
  }
  const qemu = guest.kind === "qemu";
  const linked = !plan.full && !isCdrom(disk.value);
  const id = plan.storage ?? parseVolid(disk.volid).storage;
  const storage = storageNamed(call.world, id);
  const format = linked ? undefined : (text(call, "format") ?? (isDirectory(storage) ? volume.format : undefined));
  const place = qemu ? "drive" : linked ? "mount point" : "mountpoint";
  yield { log: `create ${linked ? "linked" : "full"} clone of ${place} ${disk.key} (${disk.volid})` };
  const target = allocateVolume(call.world, {
    storage: id,
    node: guest.node,
    vmid: guest.vmid,
    content: qemu ? "images" : "rootdir",
    size: volume.size,
    now: call.now(),
    ...(isCloudInit(disk.value) ? { suffix: "cloudinit" } : {}),
    ...(format === undefined ? {} : { format }),
    ...(linked && isDirectory(storage) ? { parent: disk.volid } : {}),
  });
  volumes.push(target);
  yield { ms: 200, log: formatting(storage, target) };
  if (!linked) {
    if (qemu) {
      yield { log: `allocated target volume '${target.volid}'` };
    }
    yield* copyData(call, volume, target, guest.node);
  }
  return disk.value.replace(disk.volid, target.volid);
}
