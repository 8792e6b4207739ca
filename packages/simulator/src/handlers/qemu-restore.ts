import { die } from "../failure.js";
import type { Call } from "../handler.js";
import type { Config, Guest, Volume } from "../world.js";
import { disksOf } from "../world-drives.js";
import { formatSize, parseNic, parseOption, printNic, printOption } from "../world-option.js";
import {
  allocateVolume,
  assertContent,
  isDirectory,
  parseVolid,
  removeVolume,
  storageNamed,
  volumePath,
} from "../world-storage.js";
import { type Archive, assertArchiveAccess, assertArchiveExists, openArchive } from "./guest-archive.js";
import { flag, nodeOf, text } from "./guest-call.js";
import { assertMayCreate, discardGuest, failAs, joinPool, newGuest, takenBy } from "./guest-create.js";
import { bootGuest, type Steps } from "./guest-power.js";
import { assertAllowed } from "./storage-access.js";

/** `POST …/qemu` with `archive`: a `qmrestore` task that makes the VM of the backup again. */
export function restoreVm(call: Call, vmid: number, archive: string, overrides: Config): string {
  const old = call.world.guests.get(vmid);
  const target = text(call, "storage");
  if (old === undefined) {
    assertMayCreate(call, vmid);
  } else {
    assertAllowed(call, `/vms/${vmid}`, ["VM.Backup"]);
  }
  if (target !== undefined) {
    assertContent(storageNamed(call.world, target), "images");
    assertAllowed(call, `/storage/${target}`, ["Datastore.AllocateSpace"]);
  }
  assertArchiveAccess(call, archive);
  assertReplaceable(call, old, vmid);
  assertArchiveExists(call, archive);
  const guest = newGuest("qemu", vmid, nodeOf(call), {}, "create");
  if (old === undefined) {
    call.world.guests.set(vmid, guest);
    joinPool(call, vmid);
  }
  return call.startTask({
    node: nodeOf(call),
    type: "qmrestore",
    id: String(vmid),
    work: () => restore(call, guest, old, archive, overrides),
  });
}

function assertReplaceable(call: Call, old: Guest | undefined, vmid: number): void {
  if (old === undefined) {
    return;
  }
  const reason = `unable to restore VM ${vmid}`;
  if (old.kind !== "qemu" || old.node !== nodeOf(call) || !flag(call, "force")) {
    die(`${reason} - ${takenBy(call, vmid)}`);
  }
  if (old.config["protection"] === 1) {
    die(`${reason} - can't remove VM ${vmid} - protection mode enabled`);
  }
  if (old.lock !== undefined) {
    die(`${reason} - VM is locked (${old.lock})`);
  }
  if (old.running !== undefined) {
    die(`${reason} - vm is running`);
  }
}

function* restore(call: Call, guest: Guest, old: Guest | undefined, archive: string, overrides: Config): Steps {
  const volumes: Volume[] = [];
  try {
    const volume = openArchive(call, archive, "qemu");
    const storage = storageNamed(call.world, parseVolid(archive).storage);
    yield {
      ms: 300,
      log: `restore vma archive: zstd -q -d -c ${volumePath(storage, volume)} | vma extract -v -r /var/tmp/vzdumptmp${guest.vmid}.fifo - /var/tmp/vzdumptmp${guest.vmid}`,
    };
    if (old !== undefined) {
      replaceOld(call, old, guest);
    }
    yield* restoreDisks(call, guest, volume, volumes);
    finish(call, guest, volume, overrides);
  } catch (error) {
    discardGuest(call, guest, volumes);
    failAs(`unable to restore VM ${guest.vmid}`, error);
  }
  delete guest.lock;
  if (flag(call, "start")) {
    yield* bootGuest(call, guest);
  }
}

function replaceOld(call: Call, old: Guest, guest: Guest): void {
  for (const disk of disksOf(call.world, old, old.config, { unused: true })) {
    if (disk.volume !== undefined) {
      removeVolume(call.world, disk.volume);
    }
  }
  call.world.guests.set(guest.vmid, guest);
}

function* restoreDisks(call: Call, guest: Guest, archive: Archive, volumes: Volume[]): Steps {
  const total = Object.values(archive.backup.volumes).reduce((sum, size) => sum + size, 0);
  let done = 0;
  let percent = 0;
  for (const [key, size] of Object.entries(archive.backup.volumes)) {
    const before = String(archive.backup.config[key]);
    const storage = text(call, "storage") ?? parseVolid(parseOption(before, "file")["file"] ?? "local:0").storage;
    const format = isDirectory(storageNamed(call.world, storage)) ? /\.(raw|qcow2|vmdk)/.exec(before)?.[1] : undefined;
    const volume = allocateVolume(call.world, {
      storage,
      node: guest.node,
      vmid: guest.vmid,
      content: "images",
      ...(format === undefined ? {} : { format }),
      size,
      now: call.now(),
    });
    volumes.push(volume);
    volume.used = Math.floor(size * 0.3);
    guest.config[key] = printOption(
      { ...parseOption(before, "file"), file: volume.volid, size: formatSize(size) },
      "file",
    );
    yield { log: `new volume ID is '${volume.volid}'` };
    done += size;
    yield { log: `map 'drive-${key}' to '${volume.volid}' (write zeros = 0)` };
    for (; percent <= (done / total) * 100; percent += 10) {
      const read = Math.floor((total * percent) / 100);
      yield { ms: 300, log: `progress ${percent}% (read ${read} bytes, duration ${Math.round(percent / 10)} sec)` };
    }
  }
  yield { log: `total bytes read ${total}, sparse bytes ${Math.floor(total * 0.7)} (70%)` };
}

function finish(call: Call, guest: Guest, archive: Archive, overrides: Config): void {
  const config: Config = { ...archive.backup.config, ...guest.config, ...overrides };
  for (const key of Object.keys(config)) {
    if (/^unused\d+$/.test(key) || key === "template") {
      delete config[key];
    } else if (/^net\d+$/.test(key) && flag(call, "unique")) {
      config[key] = printNic({ ...parseNic(String(config[key])), macaddr: call.world.random.mac() });
    }
  }
  if (flag(call, "unique")) {
    config["smbios1"] = `uuid=${call.world.random.uuid()}`;
  }
  config["vmgenid"] = call.world.random.uuid();
  guest.config = config;
  guest.behaviour = { agent: String(config["agent"] ?? "").startsWith("1") };
}
