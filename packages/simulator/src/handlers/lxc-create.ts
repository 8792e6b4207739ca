import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Config, Guest, Volume } from "../world.js";
import { disksOf, driveKeys, isDriveKey } from "../world-drives.js";
import { parseOption } from "../world-option.js";
import { assertContent, findVolume, parseVolid, removeVolume, storageNamed, volumePath } from "../world-storage.js";
import { openArchive } from "./guest-archive.js";
import { flag, need, nodeOf, text, vmidOf } from "./guest-call.js";
import { stored } from "./guest-changes.js";
import { assertMayCreate, discardGuest, failAs, joinPool, messageOf, newGuest, takenBy } from "./guest-create.js";
import { bootGuest, type Steps } from "./guest-power.js";
import { assertMaySetLxc } from "./lxc-config-keys.js";
import { interfaceValue } from "./lxc-config-write.js";
import { checkMountPoint, makeMountPoint } from "./lxc-disks.js";
import { assertPublicKeys } from "./public-keys.js";
import { assertAllowed, assertVolumeAccess } from "./storage-access.js";

const control = new Set(
  "node vmid ostemplate storage force restore unique ignore-unpack-errors pool bwlimit start ha-managed password ssh-public-keys".split(
    " ",
  ),
);

function wantedConfig(call: Call): Config {
  const config: Config = {};
  for (const [key, value] of Object.entries(call.params)) {
    if (!control.has(key) && value !== "") {
      config[key] = stored(call, key, value);
    }
  }
  return config;
}

const create: Handler = (call) => {
  const vmid = vmidOf(call);
  const node = nodeOf(call);
  const restore = flag(call, "restore");
  const old = call.world.guests.get(vmid);
  const wanted = wantedConfig(call);
  assertPublicKeys(text(call, "ssh-public-keys") ?? "");
  assertTarget(call, old, vmid, restore);
  if (!restore || old === undefined) {
    assertMayCreate(call, vmid);
  }
  assertDisks(call, wanted, restore);
  assertVolumeAccess(call, need(call, "ostemplate"), node);
  const unprivileged = Number(call.params["unprivileged"] ?? 1);
  if (!restore && unprivileged === 0) {
    assertAllowed(call, "/", ["Sys.Modify"]);
  }
  const { features, ...plain } = wanted;
  assertMaySetLxc(
    call,
    vmid,
    { unprivileged },
    features === undefined || features === "nesting=1" ? plain : wanted,
    [],
  );
  const guest = newGuest("lxc", vmid, node, {}, "create");
  if (old === undefined) {
    call.world.guests.set(vmid, guest);
    joinPool(call, vmid);
  }
  return call.startTask({
    node,
    type: restore ? "vzrestore" : "vzcreate",
    id: String(vmid),
    work: () => build(call, guest, old, wanted),
  });
};

function assertTarget(call: Call, old: Guest | undefined, vmid: number, restore: boolean): void {
  if (old === undefined) {
    return;
  }
  if (old.kind !== "lxc" || old.node !== nodeOf(call) || !restore || !flag(call, "force")) {
    die(takenBy(call, vmid) ?? "");
  }
  assertAllowed(call, `/vms/${vmid}`, ["VM.Backup"]);
  if (old.lock !== undefined) {
    die(`CT is locked (${old.lock})`);
  }
  if (old.config["protection"] === 1) {
    die(`can't overwrite CT ${vmid} - protection mode enabled`);
  }
  if (old.running !== undefined) {
    die(`unable to restore CT ${vmid} - container is running`);
  }
}

function assertDisks(call: Call, wanted: Config, restore: boolean): void {
  const keys = driveKeys("lxc", wanted);
  if (keys.length > 0 && !keys.includes("rootfs")) {
    if (restore) {
      die("mount points configured, but 'rootfs' not set - aborting");
    }
    invalid({ rootfs: "mount points configured, but 'rootfs' not set - aborting" });
  }
  const storage = text(call, "storage");
  if (storage !== undefined || keys.length === 0) {
    const id = storage ?? "local";
    if (!restore || storage !== undefined) {
      assertContent(storageNamed(call.world, id), "rootdir");
      assertAllowed(call, `/storage/${id}`, ["Datastore.AllocateSpace"]);
    }
  }
  for (const key of keys) {
    checkMountPoint(call, nodeOf(call), String(wanted[key]));
  }
}

function* build(call: Call, guest: Guest, old: Guest | undefined, wanted: Config): Steps {
  const restore = flag(call, "restore");
  const volumes: Volume[] = [];
  try {
    yield { ms: 200 };
    yield* restore ? unpackBackup(call, guest, old, wanted, volumes) : unpackTemplate(call, guest, wanted, volumes);
  } catch (error) {
    discardGuest(call, guest, volumes);
    failAs(`unable to ${restore ? "restore" : "create"} CT ${guest.vmid}`, error);
  }
  delete guest.lock;
  if (flag(call, "start")) {
    try {
      yield* bootGuest(call, guest);
    } catch (error) {
      yield { warn: messageOf(error) };
    }
  }
}

function* makeDisks(call: Call, guest: Guest, wanted: Config, volumes: Volume[]): Steps {
  for (const key of driveKeys("lxc", wanted)) {
    const made = makeMountPoint(call, guest, String(wanted[key]));
    if (made.volume !== undefined) {
      made.volume.used = Math.floor(made.volume.size * 0.02);
      volumes.push(made.volume);
    }
    for (const log of made.log) {
      yield { ms: 150, log };
    }
    guest.config[key] = made.value;
  }
}

function settle(call: Call, guest: Guest, config: Config): void {
  for (const [key, value] of Object.entries(config)) {
    if (!isDriveKey("lxc", key)) {
      guest.config[key] = /^net\d+$/.test(key) ? interfaceValue(call, String(value)) : value;
    }
  }
}

function* unpackTemplate(call: Call, guest: Guest, wanted: Config, volumes: Volume[]): Steps {
  const disks = wanted["rootfs"] === undefined ? { rootfs: `${text(call, "storage") ?? "local"}:4` } : wanted;
  yield* makeDisks(call, guest, disks, volumes);
  const volid = need(call, "ostemplate");
  const template = findVolume(call.world, volid, guest.node);
  if (template === undefined) {
    yield { log: `volume '${volid}' does not exist` };
    return die(`volume '${volid}' does not exist`);
  }
  yield {
    ms: 1500,
    log: `extracting archive '${volumePath(storageNamed(call.world, parseVolid(volid).storage), template)}'`,
  };
  yield {
    ms: 1000,
    log: `Total bytes read: ${template.size * 4} (${Math.round((template.size * 4) / 1024 ** 2)}MiB, 210MiB/s)`,
  };
  yield { log: "Detected container architecture: amd64" };
  const hostname = String(wanted["hostname"] ?? `CT${guest.vmid}`);
  for (const kind of ["rsa", "ecdsa", "ed25519"]) {
    yield { ms: 300, log: `Creating SSH host key 'ssh_host_${kind}_key' - this may take some time ...` };
    yield { log: `done: SHA256:${fingerprint(call)} root@${hostname}` };
  }
  const ostype =
    /^[^:]+:vztmpl\/(debian|ubuntu|alpine|fedora|centos|archlinux|opensuse)/.exec(volid)?.[1] ?? "unmanaged";
  const defaults: Config = { arch: "amd64", ostype, hostname, memory: 512, swap: 512, unprivileged: 1 };
  settle(call, guest, { ...defaults, ...wanted });
  if (guest.config["unprivileged"] === 0) {
    delete guest.config["unprivileged"];
  }
}

function fingerprint(call: Call): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return Array.from({ length: 43 }, () => letters[call.world.random.integer(64)]).join("");
}

function* unpackBackup(call: Call, guest: Guest, old: Guest | undefined, wanted: Config, volumes: Volume[]): Steps {
  const volid = need(call, "ostemplate");
  yield { ms: 300, log: `recovering backed-up configuration from '${volid}'` };
  const archive = openArchive(call, volid, "lxc");
  if (old !== undefined) {
    for (const disk of disksOf(call.world, old, old.config, { unused: true })) {
      if (disk.volume !== undefined) {
        removeVolume(call.world, disk.volume);
      }
    }
    call.world.guests.set(guest.vmid, guest);
  }
  const saved = archive.backup;
  const disks: Config = {};
  for (const [key, size] of Object.entries(saved.volumes)) {
    const { volume = "", size: _size, ...option } = parseOption(String(saved.config[key]), "volume");
    const storage = text(call, "storage") ?? parseVolid(volume).storage;
    const more = Object.entries(option).map(([name, value]) => `,${name}=${value}`);
    disks[key] = wanted[key] ?? `${storage}:${size / 1024 ** 3}${more.join("")}`;
  }
  yield* makeDisks(call, guest, disks, volumes);
  yield { ms: 1500, log: `restoring '${volid}' now..` };
  yield {
    ms: 1500,
    log: `extracting archive '${volumePath(storageNamed(call.world, parseVolid(volid).storage), archive)}'`,
  };
  yield { log: "merging backed-up and given configuration.." };
  const { template: _template, ...config } = saved.config;
  settle(call, guest, { ...config, ...wanted, ...(flag(call, "unique") ? uniqueNics(config) : {}) });
}

function uniqueNics(config: Config): Config {
  const nics = Object.entries(config).filter(([key]) => /^net\d+$/.test(key));
  return Object.fromEntries(nics.map(([key, value]) => [key, String(value).replace(/,hwaddr=[^,]+/, "")]));
}

/** Creating and restoring containers. */
export const lxcCreateHandlers: Handlers = { "POST /nodes/{node}/lxc": create };
