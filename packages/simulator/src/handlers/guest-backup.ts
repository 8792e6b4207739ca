import { die } from "../failure.js";
import type { Call, Handler, TaskStep } from "../handler.js";
import { assertWritable } from "../quorum.js";
import type { Guest, Storage } from "../world.js";
import { driveKeys, driveSize, isCdrom, isCloudInit } from "../world-drives.js";
import { guestName } from "../world-guest.js";
import { renderSize } from "../world-option.js";
import { findVolume, isDirectory, removeVolume, usage, volumePath } from "../world-storage.js";
import { flag, list, need, nodeOf, text } from "./guest-call.js";
import { messageOf } from "./guest-create.js";
import { superfluous } from "./prune-backups.js";
import { assertAllowed, assertVolumeAccess } from "./storage-access.js";

type Steps = Generator<TaskStep, void, void>;

function commandLine(call: Call): string {
  const vmids = list(call, "vmid").join(" ");
  const options = Object.keys(call.params)
    .filter((key) => key !== "vmid")
    .sort()
    .map((key) => `--${key} ${quoted(String(call.params[key]))}`);
  return ["vzdump", ...(vmids === "" ? [] : [vmids]), ...options].join(" ");
}

/** As a shell would have to get it. */
function quoted(value: string): string {
  return /^[\w@%+:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

/** One backup runs on a node at a time; the next one waits. */
export function* underGlobalLock(call: Call, upid: string, work: () => Steps): Steps {
  const { backingUp } = call.world.jobs;
  const node = nodeOf(call);
  if (backingUp.has(node)) {
    yield { log: "INFO: trying to get global lock - waiting..." };
    while (backingUp.has(node)) {
      yield { ms: 1000 };
    }
    yield { log: "INFO: got global lock" };
  }
  backingUp.set(node, upid);
  try {
    yield* work();
  } finally {
    backingUp.delete(node);
  }
}

const interrupted = "interrupted by signal";

/** Backs up one guest after the other; `choose` says which, and may refuse, when the job has begun. */
export function* backUpAll(call: Call, storage: Storage, choose: () => readonly number[]): Steps {
  let failed = 0;
  yield { log: `INFO: starting new backup job: ${commandLine(call)}` };
  for (const vmid of choose()) {
    const kind = call.world.guests.get(vmid)?.kind ?? "qemu";
    const began = call.now();
    try {
      // What is not there is missed before it is begun.
      if (call.world.guests.has(vmid)) {
        yield { log: `INFO: Starting Backup of VM ${vmid} (${kind})` };
        yield { log: `INFO: Backup started at ${stamp(began)}` };
      }
      yield* backUp(call, storage, vmid);
      yield { log: `INFO: Finished Backup of VM ${vmid} (${duration(call.now() - began)})` };
      yield { log: `INFO: Backup finished at ${stamp(call.now())}` };
    } catch (error) {
      // This worker has a word of its own for what others call a received interrupt.
      const message = messageOf(error) === "received interrupt" ? interrupted : messageOf(error);
      failed += 1;
      yield { log: `ERROR: Backup of VM ${vmid} failed - ${message}` };
      yield { log: `INFO: Failed at ${stamp(call.now())}` };
      if (message === interrupted) {
        yield { log: `ERROR: Backup job failed - ${message}` };
        die(message);
      }
    }
  }
  yield { log: failed === 0 ? "INFO: Backup job finished successfully" : "INFO: Backup job finished with errors" };
  if (failed > 0) {
    die("job errors");
  }
}

function stamp(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 19).replace("T", " ");
}

function duration(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** The disks that a backup takes, with their sizes. */
function included(guest: Guest): Record<string, number> {
  const volumes: Record<string, number> = {};
  for (const key of driveKeys(guest.kind, guest.config)) {
    const value = String(guest.config[key]);
    const skipped = /(?:^|,)backup=0(?:,|$)/.test(value) || (/^mp/.test(key) && !/(?:^|,)backup=1(?:,|$)/.test(value));
    if (!skipped && (!isCdrom(value) || isCloudInit(value))) {
      volumes[key] = driveSize(value) || 4 * 1024 ** 2;
    }
  }
  return volumes;
}

function* backUp(call: Call, storage: Storage, vmid: number): Steps {
  const guest = call.world.guests.get(vmid);
  if (guest === undefined) {
    return die(`unable to find VM '${vmid}'`);
  }
  if (guest.lock !== undefined) {
    die(`${guest.kind === "qemu" ? "VM" : "CT"} is locked (${guest.lock})`);
  }
  const status = guest.running === undefined ? "stopped" : "running";
  yield { log: `INFO: status = ${status}` };
  assertWritable(call.world, guest);
  guest.lock = "backup";
  try {
    yield* writeArchive(call, storage, guest);
  } finally {
    delete guest.lock;
  }
}

function* writeArchive(call: Call, storage: Storage, guest: Guest): Steps {
  const volumes = included(guest);
  const total = Object.values(volumes).reduce((sum, size) => sum + size, 0);
  const size = Math.floor(total * 0.11);
  const day = new Date(call.now() * 1000).toISOString();
  const name = `vzdump-${guest.kind}-${guest.vmid}-${day.slice(0, 10).replaceAll("-", "_")}-${day.slice(11, 19).replaceAll(":", "_")}`;
  const compress = text(call, "compress") ?? "0";
  const suffix = { zstd: ".zst", gzip: ".gz", "1": ".lzo", lzo: ".lzo" }[compress] ?? "";
  const format = `${guest.kind === "qemu" ? "vma" : "tar"}${suffix}`;
  const volume = {
    volid: `${storage.storage}:backup/${name}.${format}`,
    ...(storage.shared ? {} : { node: nodeOf(call) }),
    content: "backup" as const,
    format,
    size,
    used: size,
    ctime: call.now(),
    vmid: guest.vmid,
    ...noteOf(call, guest),
    ...(flag(call, "protected") ? { protected: true } : {}),
    backup: { kind: guest.kind, config: { ...guest.config }, volumes },
  };
  yield { log: `INFO: backup mode: ${guest.running === undefined ? "stop" : (text(call, "mode") ?? "snapshot")}` };
  yield { log: `INFO: ${guest.kind === "qemu" ? "VM" : "CT"} Name: ${guestName(guest)}` };
  yield { log: `INFO: creating vzdump archive '${isDirectory(storage) ? volumePath(storage, volume) : name}'` };
  yield* transfer(guest, total, size, usage(storage, nodeOf(call)).avail);
  storage.volumes.push(volume);
  yield { log: `INFO: archive file size: ${renderSize(size).replace(/\.\d /, "").replace("iB", "B")}` };
  yield* pruneOlder(call, storage, guest);
}

/** Afterwards the guest's older backups are thinned out, as the call or else the storage says. */
function* pruneOlder(call: Call, storage: Storage, guest: Guest): Steps {
  const retention = text(call, "prune-backups") ?? storage.config["prune-backups"];
  if (retention === undefined || !flag(call, "remove", true) || /(?:^|,)keep-all=1/.test(String(retention))) {
    return;
  }
  yield { log: `INFO: prune older backups with retention: ${retention}` };
  const gone = superfluous(storage, nodeOf(call), String(retention), guest);
  for (const volume of gone) {
    yield { ms: 200, log: `INFO: removing backup '${volume.volid}'` };
    removeVolume(call.world, volume);
  }
  yield {
    log: `INFO: pruned ${gone.length} backup(s)${gone.length > 0 ? " not covered by keep-retention policy" : ""}`,
  };
}

function noteOf(call: Call, guest: Guest): { notes?: string } {
  const template = text(call, "notes-template");
  if (template === undefined) {
    return {};
  }
  const facts: Record<string, string> = {
    guestname: guestName(guest),
    node: guest.node,
    vmid: String(guest.vmid),
    cluster: call.world.cluster?.name ?? "",
  };
  return { notes: template.replace(/\{\{(\w+)\}\}/g, (whole, key: string) => facts[key] ?? whole) };
}

/** VMs print how far they are, containers only what tar has read in the end. */
function* transfer(guest: Guest, total: number, size: number, room: number): Steps {
  const seconds = Math.max(4, Math.round(total / (8 * 1024 ** 3)));
  const rate = (bytes: number): string => `${renderSize(bytes / seconds)}/s`;
  for (let tenth = 1; tenth <= 10; tenth += 1) {
    yield { ms: seconds * 100 };
    if ((size * tenth) / 10 > room) {
      die("zstd: error 70 : Write error : cannot write block : No space left on device");
    }
    if (guest.kind === "qemu") {
      const part = `${renderSize((total * tenth) / 10)} of ${renderSize(total)}`;
      const spent = Math.round((seconds * tenth) / 10);
      yield {
        log: `INFO: ${String(tenth * 10).padStart(3)}% (${part}) in ${spent}s, read: ${rate(total)}, write: ${rate(size)}`,
      };
    }
  }
  yield {
    log:
      guest.kind === "qemu"
        ? `INFO: transferred ${renderSize(total)} in ${seconds} seconds (${rate(total)})`
        : `INFO: Total bytes written: ${size} (${renderSize(size).replace(" ", "")}, ${rate(size).replace(" ", "")})`,
  };
}

/** `GET …/vzdump/extractconfig`: the configuration that a backup holds, as its file would read. */
export const extractConfig: Handler = (call) => {
  const volid = need(call, "volume");
  const volume = findVolume(call.world, volid, nodeOf(call));
  if (!/:backup\//.test(volid)) {
    die(`unable to use volume ${volid} - content type needs to be 'backup'`);
  }
  assertVolumeAccess(call, volid, nodeOf(call));
  if (volume?.vmid !== undefined) {
    assertAllowed(call, `/vms/${volume.vmid}`, ["VM.Backup"]);
  }
  const config = volume?.backup?.config ?? die(`volume '${volid}' does not exist`);
  const { description, ...settings } = config;
  const settingLines = Object.keys(settings)
    .sort()
    .map((key) => `${key}: ${settings[key]}`);
  return `${[...commentLines(description), ...settingLines].join("\n")}\n`;
};

/** The description as configuration files hold it: comments, with what is unusual percent-encoded. */
function commentLines(description: unknown): string[] {
  const text = String(description ?? "").replace(/\n$/, "");
  const lines = text === "" ? [] : text.split("\n");
  return lines.map((line) => `#${line.replace(/[^ -$&-9;-~]+/g, encodeURIComponent)}`);
}
