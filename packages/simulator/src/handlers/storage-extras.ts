import { die, invalid, PveFailure } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { findVolume, isDirectory, parseVolid, storageNamed, usableStorage } from "../world-storage.js";
import { need, nodeOf, text } from "./guest-call.js";
import { assertVolumeAccess } from "./storage-access.js";

/** The volume id of a call that names storage and volume apart. */
function volidOf(call: Call): string {
  const storage = need(call, "storage");
  const volume = need(call, "volume");
  if (!volume.includes(":")) {
    return `${storage}:${volume}`;
  }
  const named = parseVolid(volume).storage;
  return named === storage ? volume : invalid({ volume: `storage ID mismatch (${named} != ${storage}).` });
}

/** Files can be taken out of backups on a backup server only, and none is simulated. */
const restoreFiles: Handler = (call) => {
  const volid = volidOf(call);
  const storage = storageNamed(call.world, need(call, "storage"));
  assertVolumeAccess(call, volid, nodeOf(call));
  if (storage.type !== "pbs") {
    invalid({ storage: "Only PBS storages supported for file-restore." });
  }
  usableStorage(call.world, storage.storage, nodeOf(call));
  die(
    "proxmox-file-restore failed: Error: error trying to connect: tcp connect error: No route to host (os error 113)",
  );
};

const identity: Handler = (call) => {
  usableStorage(call.world, need(call, "storage"), nodeOf(call));
  die("get_identity not implemented for this plugin at /usr/share/perl5/PVE/Storage/Plugin.pm line 2681.");
};

/** Only an ESXi host or an OVF file describes a guest; disk images do not. */
const importMetadata: Handler = (call) => {
  const storage = usableStorage(call.world, need(call, "storage"), nodeOf(call));
  const volume = need(call, "volume");
  const volid = volume.startsWith(`${storage.storage}:`) ? volume : `${storage.storage}:${volume}`;
  const { name } = parseVolid(volid);
  assertVolumeAccess(call, volid, nodeOf(call));
  if (!isDirectory(storage)) {
    die(`storage type '${storage.type}' does not support import`);
  }
  if (!/^import\/[^/]+\.(?:ova|ovf)$/.test(name)) {
    die(`unable to parse directory volume name '${volume}'`);
  }
  if (findVolume(call.world, volid, nodeOf(call)) === undefined) {
    die(`volume '${volid}' does not exist`);
  }
  // The file's inside is not kept, and what it would say is not invented.
  throw new PveFailure(501, "not simulated");
};

/** The program that speaks to registries is no part of an installation. */
const noSkopeo =
  (purpose: string): Handler =>
  () =>
    die(`Install 'skopeo' to ${purpose}`);

/** What a backup of this node uses when a call says nothing else. */
const backupDefaults: Handler = (call) => {
  const id = text(call, "storage") ?? "local";
  const privs = ["Datastore.Audit", "Datastore.AllocateSpace"];
  if (!call.allowed(`/storage/${id}`, privs, "any")) {
    throw new PveFailure(403, `Permission check failed (/storage/${id}, ${privs.join("|")})`);
  }
  const storage = storageNamed(call.world, id);
  if (!storage.content.includes("backup")) {
    die(`can't use storage '${id}' for backups - wrong content type`);
  }
  const retention = storage.config["prune-backups"];
  return {
    mode: "snapshot",
    compress: "0",
    bwlimit: 0,
    ionice: 7,
    lockwait: 180,
    stopwait: 10,
    pigz: 0,
    zstd: 1,
    remove: 1,
    protected: 0,
    mailnotification: "always",
    "notification-mode": "auto",
    "notes-template": "{{guestname}}",
    "pbs-change-detection-mode": "legacy",
    ...(retention === undefined ? {} : { "prune-backups": String(retention) }),
    storage: id,
  };
};

/** The rest of what storages are asked. */
export const storageExtraHandlers: Handlers = {
  "GET /nodes/{node}/storage/{storage}/file-restore/list": restoreFiles,
  "GET /nodes/{node}/storage/{storage}/file-restore/download": restoreFiles,
  "GET /nodes/{node}/storage/{storage}/identity": identity,
  "GET /nodes/{node}/storage/{storage}/import-metadata": importMetadata,
  "POST /nodes/{node}/storage/{storage}/oci-registry-pull": noSkopeo("pull OCI images from registries."),
  "GET /nodes/{node}/query-oci-repo-tags": noSkopeo("list tags from OCI registries."),
  "GET /nodes/{node}/vzdump/defaults": backupDefaults,
};
