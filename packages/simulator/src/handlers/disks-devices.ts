import { die } from "../failure.js";
import type { Call } from "../handler.js";
import type { Config, Storage } from "../world.js";
import { type BlockDevice, disksOfNode, wipeDisk } from "../world-disks.js";
import { isConfiguredOn } from "../world-storage.js";
import { flag, nodeOf } from "./guest-call.js";
import { assertAllowed } from "./storage-access.js";

/** The disk of that path, or the 500 about devices that are none. */
export function deviceNamed(call: Call, path: string): BlockDevice {
  const device = disksOfNode(call.world, nodeOf(call)).devices.find((each) => each.devpath === path);
  return device ?? die("not a valid block device");
}

/** The disk of that path, if nothing uses it. */
export function unusedDevice(call: Call, path: string): BlockDevice {
  const device = deviceNamed(call, path);
  if (device.used !== undefined || device.partitions.length > 0 || device.mounted) {
    die(`device '${path}' is already in use`);
  }
  return device;
}

/** The storage that is to be defined for what a call makes; its type decides what must agree with an existing one. */
export interface WantedStorage {
  readonly storage: string;
  readonly type: string;
  readonly content: readonly string[];
  readonly config: Config;
  /** Bytes. */
  readonly total: number;
  /** The setting that an existing definition must share. */
  readonly verify: string;
}

/** With `add_storage`: refuses a definition that is in the way. Called before the task starts. */
export function assertStorageFree(call: Call, wanted: WantedStorage): void {
  if (!flag(call, "add_storage")) {
    return;
  }
  assertAllowed(call, "/storage", ["Datastore.Allocate"]);
  const { storage: id, type, verify } = wanted;
  const known = call.world.storages.get(id);
  if (known === undefined) {
    return;
  }
  if (isConfiguredOn(known, nodeOf(call))) {
    die(`Storage ID '${id}' already exists on node ${nodeOf(call)}`);
  }
  if (known.type !== type) {
    die(`Option 'type' (${type}) does not match existing storage configuration '${known.type}'`);
  }
  if (known.config[verify] !== wanted.config[verify]) {
    die(
      `Option '${verify}' (${wanted.config[verify]}) does not match existing storage configuration '${known.config[verify]}'`,
    );
  }
}

/** With `add_storage`: defines the storage for this node, or adds the node to the existing definition. */
export function* addStorage(call: Call, wanted: WantedStorage): Generator<{ log: string }, void, void> {
  if (!flag(call, "add_storage")) {
    return;
  }
  const { storage: id, type, content, config, total } = wanted;
  const known = call.world.storages.get(id);
  if (known !== undefined) {
    known.nodes = [...(known.nodes ?? []), nodeOf(call)].sort();
    yield { log: `Added '${nodeOf(call)}' to nodes for storage '${id}'` };
    return;
  }
  const nodes = [nodeOf(call)];
  call.world.storages.set(id, {
    storage: id,
    type,
    content: [...content],
    shared: false,
    nodes,
    config,
    total,
    overhead: 0,
    volumes: [],
  });
}

/** With `cleanup-config`: takes the node out of the definitions that match, or the definitions away with their last node. */
export function cleanUpStorages(call: Call, matches: (storage: Storage) => boolean): void {
  if (!flag(call, "cleanup-config")) {
    return;
  }
  const node = nodeOf(call);
  for (const storage of [...call.world.storages.values()].filter(matches)) {
    const nodes = (storage.nodes ?? [...call.world.nodes.keys()]).filter((each) => each !== node);
    storage.volumes = storage.volumes.filter((volume) => volume.node !== node);
    if (nodes.length > 0) {
      storage.nodes = nodes;
    } else {
      call.world.storages.delete(storage.storage);
    }
  }
}

/** 403 unless who wants definitions cleaned up may allocate storages. */
export function assertMayCleanUp(call: Call): void {
  if (flag(call, "cleanup-config")) {
    assertAllowed(call, "/storage", ["Datastore.Allocate"]);
  }
}

/** Frees the disks that something was made of; with `cleanup-disks` also of what was on them. */
export function releaseDevices(call: Call, paths: readonly string[]): void {
  for (const device of disksOfNode(call.world, nodeOf(call)).devices) {
    if (paths.includes(device.devpath)) {
      delete device.owner;
      delete device.mounted;
      if (flag(call, "cleanup-disks")) {
        wipeDisk(device);
      }
    }
  }
}
