import { die, invalid } from "../failure.js";
import type { Call, Handler } from "../handler.js";
import type { Guest, Storage, Volume } from "../world.js";
import { addUnused, driveVolid, isCdrom, isCloudInit, refersTo } from "../world-drives.js";
import { assertUnlocked } from "../world-guest.js";
import { parseOption, printOption } from "../world-option.js";
import {
  allocateVolume,
  assertContent,
  findVolume,
  isDirectory,
  parseVolid,
  removeVolume,
  storageNamed,
  usableStorage,
} from "../world-storage.js";
import { flag, guestOf, need, nodeOf, number, text } from "./guest-call.js";
import { assertDigest } from "./guest-changes.js";
import { copyData } from "./guest-copy.js";
import { messageOf } from "./guest-create.js";
import type { Steps } from "./guest-power.js";
import { reassignDisk } from "./guest-reassign.js";
import { formatting } from "./qemu-disks.js";
import { assertAllowed } from "./storage-access.js";

/** `POST …/qemu/{vmid}/move_disk` and `…/lxc/{vmid}/move_volume`. */
export const moveDisk: Handler = (call) => {
  const key = need(call, call.route.includes("/lxc/") ? "volume" : "disk");
  const storage = text(call, "storage");
  const other = number(call, "target-vmid");
  if (storage !== undefined && other !== undefined) {
    const message = "either set 'storage' or 'target-vmid', but not both";
    invalid({ storage: message, "target-vmid": message });
  }
  if (storage === undefined && other === undefined) {
    const message = "both 'storage' and 'target-vmid' missing, either needs to be set";
    invalid({ storage: message, "target-vmid": message });
  }
  const guest = guestOf(call);
  if (other !== undefined) {
    return reassignDisk(call, guest, key, other);
  }
  return moveToStorage(call, guest, key, storage ?? "");
};

function moveToStorage(call: Call, guest: Guest, key: string, id: string): string {
  const volume = movable(call, guest, key);
  const storage = usableStorage(call.world, id, guest.node);
  assertContent(storage, guest.kind === "qemu" ? "images" : "rootdir");
  assertAllowed(call, `/storage/${id}`, ["Datastore.AllocateSpace"]);
  const format = text(call, "format");
  if (guest.kind === "qemu" && parseVolid(volume.volid).storage === id && (format ?? volume.format) === volume.format) {
    die("you can't move to the same storage with same format");
  }
  return call.startTask({
    node: nodeOf(call),
    type: guest.kind === "qemu" ? "qmmove" : "move_volume",
    id: String(guest.vmid),
    work: () => move(call, guest, key, storage),
  });
}

/** The volume behind the key, if it may be moved at all. */
function movable(call: Call, guest: Guest, key: string): Volume {
  assertDigest(call, guest);
  assertUnlocked(guest);
  const value = guest.config[key];
  if (value === undefined) {
    die(`${guest.kind === "qemu" ? "disk" : "volume"} '${key}' does not exist`);
  }
  const volid = driveVolid(guest.kind, value);
  if (volid === undefined || (isCdrom(value) && !isCloudInit(value))) {
    return die("you can't move a cdrom");
  }
  if (guest.kind === "lxc" && guest.running !== undefined) {
    die("cannot move volumes of a running container");
  }
  if (guest.snapshots.length > 0 && flag(call, "delete")) {
    die("you can't move a disk with snapshots and delete the source");
  }
  return findVolume(call.world, volid, guest.node) ?? die(`volume '${volid}' does not exist`);
}

function* move(call: Call, guest: Guest, key: string, storage: Storage): Steps {
  const source = movable(call, guest, key);
  const from = parseVolid(source.volid).storage;
  const qemu = guest.kind === "qemu";
  if (!qemu) {
    guest.lock = "disk";
  }
  let target: Volume | undefined;
  try {
    yield {
      log: `copying volume '${source.volid}' from current storage '${from}' to target storage '${storage.storage}'`,
    };
    yield { log: `create full clone of ${qemu ? "drive" : "mountpoint"} ${key} (${source.volid})` };
    const format = text(call, "format") ?? (isDirectory(storage) ? source.format : undefined);
    target = allocateVolume(call.world, {
      storage: storage.storage,
      node: guest.node,
      vmid: guest.vmid,
      content: qemu ? "images" : "rootdir",
      size: source.size,
      now: call.now(),
      ...(format === undefined ? {} : { format }),
    });
    yield { ms: 200, log: formatting(storageNamed(call.world, storage.storage), target) };
    yield { log: `allocated target volume '${target.volid}'` };
    yield* copyData(call, source, target, guest.node);
  } catch (error) {
    if (target !== undefined) {
      removeVolume(call.world, target);
    }
    const message = messageOf(error);
    die(message === "received interrupt" ? message : `storage migration failed: ${message}`);
  } finally {
    if (!qemu) {
      delete guest.lock;
    }
  }
  yield* takeOver(call, guest, key, source, target);
}

function* takeOver(call: Call, guest: Guest, key: string, source: Volume, target: Volume): Steps {
  const name = guest.kind === "qemu" ? "file" : "volume";
  const { volume: _alias, ...option } = parseOption(String(guest.config[key]), name);
  guest.config[key] = printOption({ ...option, [name]: target.volid }, name, ["mp"]);
  if (flag(call, "delete") && !refersTo(guest, source.volid)) {
    yield { log: `removing source volume '${source.volid}' after successful copy` };
    removeVolume(call.world, source);
  } else {
    addUnused(guest.config, source.volid);
  }
  yield { ms: 100 };
}
