import { type Parameter, tool, toolset } from "../define.js";
import { backupJobTools } from "./backup-jobs.js";
import { fresh } from "./parameters.js";

const guest = (what: string) =>
  ({
    for: "vmid",
    type: "integer",
    brief: "",
    description: `VMID of the ${what}.`,
    required: true,
    minimum: 100,
    maximum: 999_999_999,
  }) as const satisfies Parameter;
const label = {
  type: "string",
  description: "A word of yours to find it by. PVE names backups itself, so it is put into the notes.",
} as const satisfies Parameter;
const notes = { type: "string", description: "Shown beside the backup." } as const satisfies Parameter;
const target = {
  for: "storage",
  type: "string",
  brief: "",
  description: "Storage that takes backups.",
  required: true,
} as const satisfies Parameter;
const source = {
  type: "string",
  brief: "Its volid, from list_backups",
  description: "The backup's volid, as list_backups shows it.",
  required: true,
} as const;
const overwrite = {
  for: "force",
  type: "boolean",
  description: "Overwrite the guest that has the VMID. Its present disks are lost.",
  default: false,
} as const satisfies Parameter;

const options = { mode: "mode", compress: "compress", protected: "protected", bwlimit: "bwlimit" } as const;

/** Backups: making, restoring, deleting. */
export const backup = toolset({
  id: "backup",
  title: "Backup and restore",
  tools: {
    create_vm_backup: tool("POST /nodes/{node}/vzdump", {
      title: "Back up a virtual machine",
      summary:
        "Backs one virtual machine up now and names the backup. Mode snapshot, the default, goes on while it runs; suspend and stop interrupt it. Older backups are removed only where the storage keeps a limited number.",
      risk: "change",
      accepts: {
        node_name: "node",
        vmid: guest("virtual machine"),
        storage: target,
        backup_id: label,
        notes,
        ...options,
      },
      locates: "vm",
      waits: true,
      recipe: "backup-guest",
      also: ["GET /nodes/{node}/storage/{storage}/content"],
      tries: ["GET /nodes/{node}/storage/{storage}/content"],
      example: { vmid: 100, storage: "nas", notes: "before the update" },
    }),
    create_container_backup: tool("POST /nodes/{node}/vzdump", {
      title: "Back up a container",
      summary:
        "Backs one container up now and names the backup. Mode snapshot needs a storage with snapshots for its disks; suspend and stop interrupt the container.",
      risk: "change",
      accepts: {
        node_name: "node",
        container_id: guest("container"),
        storage: target,
        backup_id: label,
        notes,
        ...options,
      },
      locates: "container",
      waits: true,
      recipe: "backup-guest",
      also: ["GET /nodes/{node}/storage/{storage}/content"],
      tries: ["GET /nodes/{node}/storage/{storage}/content"],
      example: { container_id: 200, storage: "nas" },
    }),
    restore_vm_backup: tool("POST /nodes/{node}/qemu", {
      title: "Restore a virtual machine",
      summary:
        "Restores a backup of a virtual machine: without vmid into a new one with the next free VMID; over an existing one only with force, and then its present disks are lost.",
      risk: "destroy",
      accepts: {
        node_name: "node",
        backup_id: { ...source, for: "archive" },
        storage: "storage",
        vmid: fresh("vmid"),
        force: overwrite,
        unique: "unique",
        start: "start",
        pool: "pool",
        bwlimit: "bwlimit",
        "live-restore": "live-restore",
      },
      optional: ["vmid"],
      waits: true,
      recipe: "restore-backup",
      also: ["GET /cluster/nextid", "GET /cluster/resources", "GET /nodes/{node}/storage/{storage}/content/{volume}"],
      example: { node_name: "pve1", backup_id: "nas:backup/vzdump-qemu-100-2026_05_31-02_00_00.vma.zst" },
    }),
    restore_container_backup: tool("POST /nodes/{node}/lxc", {
      title: "Restore a container",
      summary:
        "Restores a backup of a container: without vmid into a new one with the next free VMID; over an existing one only with force, and then its present disks are lost.",
      risk: "destroy",
      accepts: {
        node_name: "node",
        backup_id: { ...source, for: "ostemplate" },
        storage: "storage",
        vmid: fresh("vmid"),
        force: overwrite,
        unique: "unique",
        start: "start",
        pool: "pool",
        bwlimit: "bwlimit",
        unprivileged: "unprivileged",
      },
      fixed: { restore: true },
      optional: ["vmid"],
      waits: true,
      recipe: "restore-backup",
      also: ["GET /cluster/nextid", "GET /cluster/resources", "GET /nodes/{node}/storage/{storage}/content/{volume}"],
      example: {
        node_name: "pve1",
        backup_id: "nas:backup/vzdump-lxc-200-2026_05_31-02_00_00.tar.zst",
        storage: "local-lvm",
      },
    }),
    delete_backup: tool("DELETE /nodes/{node}/storage/{storage}/content/{volume}", {
      title: "Delete a backup",
      summary:
        "Deletes one backup for good and says what it was. A protected one is refused, and so is every volume that is no backup.",
      risk: "destroy",
      accepts: { storage: "storage", backup_id: { ...source, for: "volume" }, node_name: "node" },
      optional: ["node_name"],
      waits: true,
      recipe: "delete-backup",
      also: ["GET /cluster/resources", "GET /nodes/{node}/storage/{storage}/content/{volume}"],
      example: { storage: "nas", backup_id: "nas:backup/vzdump-qemu-100-2026_05_31-02_00_00.vma.zst" },
    }),
    upload_backup: tool("POST /nodes/{node}/storage/{storage}/upload", {
      title: "Upload a container's archive",
      summary:
        "Uploads a container's backup archive from this server's upload directory, with checksum; it becomes a template that restore_container_backup takes. PVE's API takes no archive of a virtual machine: the answer says how that is done.",
      risk: "change",
      accepts: {
        storage: {
          for: "storage",
          type: "string",
          description: "Storage that takes templates (vztmpl).",
          required: true,
        },
        file_path: {
          type: "string",
          description: "The file, as the operator's upload directory has it.",
          required: true,
        },
        backup_id: { type: "string", description: "Name it gets there; its own unless given." },
        node_name: {
          for: "node",
          type: "string",
          description: "Node to send it to; any that has the storage unless given.",
        },
      },
      optional: ["node_name"],
      waits: true,
      recipe: "upload-backup",
      also: ["GET /cluster/resources"],
      example: { storage: "local", file_path: "vzdump-lxc-200-2026_05_31-02_00_00.tar.zst" },
    }),
    ...backupJobTools,
  },
});
