import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Storage, Volume } from "../world.js";
import { parseSize } from "../world-option.js";
import {
  clonesOf,
  findVolume,
  isDirectory,
  removeVolume,
  usableStorage,
  volumePath,
  volumesOn,
} from "../world-storage.js";
import { flag, list, need, nodeOf, number, text, vmidOf } from "./guest-call.js";
import { assertAllowed, mayAccess } from "./storage-access.js";

function storageOf(call: Call): Storage {
  return usableStorage(call.world, need(call, "storage"), nodeOf(call));
}

const listContent: Handler = (call) => {
  const storage = storageOf(call);
  const only = list(call, "content");
  const vmid = number(call, "vmid");
  return volumesOn(storage, nodeOf(call))
    .filter((v) => only.length === 0 || only.includes(v.content))
    .filter((v) => vmid === undefined || v.vmid === vmid)
    .filter((v) => mayAccess(call, v))
    .sort((a, b) => (a.volid.toLowerCase() < b.volid.toLowerCase() ? -1 : 1))
    .map((v) => contentItem(storage, v));
};

function contentItem(storage: Storage, volume: Volume): Record<string, unknown> {
  const { volid, content, format, size, ctime, vmid } = volume;
  const disk = content === "images" || content === "rootdir";
  return {
    volid,
    content,
    format,
    size,
    ctime,
    ...(vmid === undefined ? {} : { vmid }),
    ...(disk && isDirectory(storage) ? { used: volume.used, parent: backing(volume) } : {}),
    ...(volume.notes === undefined ? {} : { notes: volume.notes }),
    ...(volume.protected ? { protected: 1 } : {}),
    ...(volume.backup === undefined ? {} : { subtype: volume.backup.kind }),
  };
}

/** Linked clones name their base the way qemu-img does: relative to their own file. */
function backing(volume: Volume): string | null {
  const base = volume.parent?.slice(volume.parent.indexOf(":") + 1);
  return base === undefined ? null : `../${base}`;
}

/** The volume of the path: either a full id or the part behind the storage. */
function volidOf(call: Call): string {
  const volume = need(call, "volume");
  return volume.includes(":") ? volume : `${need(call, "storage")}:${volume}`;
}

const parsable = /^(?:(?:iso|vztmpl|backup|snippets|import)\/.+|\d+\/[^/]+|\d+\/base-[^/]+\/\d+\/[^/]+)$/;

function volumeOf(call: Call): { storage: Storage; volid: string; volume: Volume | undefined } {
  const storage = storageOf(call);
  const volid = volidOf(call);
  const name = volid.slice(volid.indexOf(":") + 1);
  if (isDirectory(storage) && !parsable.test(name)) {
    die(`unable to parse directory volume name '${name}'`);
  }
  return { storage, volid, volume: findVolume(call.world, volid, nodeOf(call)) };
}

const showVolume: Handler = (call) => {
  const { storage, volid, volume } = volumeOf(call);
  if (volume === undefined) {
    return die(
      isDirectory(storage)
        ? `volume_size_info on '${volid}' failed - no format`
        : `no such logical volume ${storage.config["vgname"]}/${volid.slice(volid.indexOf(":") + 1)}`,
    );
  }
  if (!mayAccess(call, volume)) {
    die(`missing privileges to access ${volid}`);
  }
  return {
    path: volumePath(storage, volume),
    size: volume.size,
    used: volume.used,
    format: volume.content === "images" || volume.content === "rootdir" ? volume.format : "raw",
    ...(volume.notes === undefined ? {} : { notes: volume.notes }),
    ...(isDirectory(storage) && volume.content === "backup" ? { protected: volume.protected ? 1 : 0 } : {}),
  };
};

const changeVolume: Handler = (call) => {
  const { storage, volid, volume } = volumeOf(call);
  const notes = text(call, "notes");
  const guarded = call.params["protected"] === undefined ? undefined : flag(call, "protected");
  if (volume === undefined) {
    if (volid.includes(":backup/")) {
      assertAllowed(call, `/storage/${storage.storage}`, ["Datastore.AllocateSpace"]);
    }
    return die(`volume '${volid}' does not exist`);
  }
  if (!mayAccess(call, volume)) {
    die(`missing privileges to access ${volid}`);
  }
  if (!isDirectory(storage)) {
    die(
      `attribute '${notes === undefined ? "protected" : "notes"}' is not supported for storage type '${storage.type}'`,
    );
  }
  if (volume.content !== "backup") {
    die(notes === undefined ? "only backups can be protected" : "only backups can have notes");
  }
  if (notes !== undefined) {
    volume.notes = notes;
  }
  if (guarded !== undefined) {
    volume.protected = guarded;
  }
  return null;
};

const deleteVolume: Handler = (call) => {
  const { storage, volid, volume } = volumeOf(call);
  const path = `/storage/${storage.storage}`;
  const owner = volume?.vmid ?? Number(/(?:vm|base|subvol|qemu|lxc)-(\d+)-/.exec(volid)?.[1] ?? Number.NaN);
  const owned = !Number.isNaN(owner);
  if (volid.includes(":backup/") && owned) {
    assertAllowed(call, path, ["Datastore.AllocateSpace"]);
    assertAllowed(call, `/vms/${owner}`, ["VM.Backup"]);
  } else {
    assertAllowed(call, path, ["Datastore.Allocate"]);
  }
  return call.startTask({
    node: nodeOf(call),
    type: "imgdel",
    id: owned ? `${owner}@${storage.storage}` : storage.storage,
    work: function* () {
      yield { ms: 400 };
      if (volume !== undefined) {
        assertRemovable(call, storage, volume);
        removeVolume(call.world, volume);
      } else if (parsable.test(volid.slice(volid.indexOf(":") + 1)) && !/:(?:vztmpl|backup)\//.test(volid)) {
        const name = volid.slice(volid.indexOf(":") + 1);
        const folder = name.startsWith("iso/") ? "template" : "images";
        yield { log: `disk image '${storage.config["path"]}/${folder}/${name}' does not exist` };
      }
      yield { log: `Removed volume '${volid}'` };
    },
  });
};

function assertRemovable(call: Call, storage: Storage, volume: Volume): void {
  const name = volume.volid.slice(volume.volid.indexOf(":") + 1);
  if (volume.protected) {
    die(`cannot remove protected volume '${name}' on '${storage.storage}'`);
  }
  const clone = clonesOf(call.world, volume)[0];
  if (clone !== undefined) {
    die(`base volume '${name}' is still in use (use by '${clone.volid.slice(clone.volid.indexOf(":") + 1)}')`);
  }
}

const allocate: Handler = (call) => {
  const storage = storageOf(call);
  const vmid = vmidOf(call);
  const filename = need(call, "filename");
  const match = /^((?:vm|subvol)-(\d+)-[^/]+?)(?:\.(raw|qcow2|vmdk|subvol))?$/.exec(filename);
  if (match === null) {
    return die(
      isDirectory(storage)
        ? `unable to parse volume filename '${filename}'`
        : `illegal name '${filename}' - should be 'vm-${vmid}-*'`,
    );
  }
  if (Number(match[2]) !== vmid) {
    die(`illegal name '${filename}' - should be 'vm-${vmid}-*'`);
  }
  const format = match[3] ?? text(call, "format") ?? "raw";
  const size = parseSize(need(call, "size").replace(/^\d+$/, "$&K")) ?? 0;
  const volid = isDirectory(storage) ? `${storage.storage}:${vmid}/${filename}` : `${storage.storage}:${filename}`;
  const volume: Volume = {
    volid,
    ...(storage.shared ? {} : { node: nodeOf(call) }),
    content: "images",
    format,
    size,
    used: 0,
    ctime: call.now(),
    vmid,
  };
  if (findVolume(call.world, volid, nodeOf(call)) !== undefined) {
    die(`disk image '${volumePath(storage, volume)}' already exists`);
  }
  storage.volumes.push(volume);
  return volid;
};

/** What lies on the storages. */
export const storageContentHandlers: Handlers = {
  "GET /nodes/{node}/storage/{storage}/content": listContent,
  "POST /nodes/{node}/storage/{storage}/content": allocate,
  "GET /nodes/{node}/storage/{storage}/content/{volume}": showVolume,
  "PUT /nodes/{node}/storage/{storage}/content/{volume}": changeVolume,
  "DELETE /nodes/{node}/storage/{storage}/content/{volume}": deleteVolume,
};
