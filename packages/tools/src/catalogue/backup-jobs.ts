import { type Parameter, tool } from "../define.js";
import { removal } from "./parameters.js";

const keep = {
  for: "prune-backups",
  type: ["string", "object"],
  description: "Retention such as keep-last=3,keep-weekly=4; the storage's own unless given.",
  brief: "Such as keep-last=3,keep-weekly=4",
} as const satisfies Parameter;
const selection = { vmid: "vmid", all: "all", exclude: "exclude", pool: "pool" } as const;
const words = {
  vmid: "Guests, comma-separated",
  all: "All guests, also later ones",
  exclude: "Of all",
  pool: "Its guests",
  enabled: "",
  storage: "",
} as const;
const PRUNED = "GET /nodes/{node}/storage/{storage}/prunebackups";
const CONTENT = "GET /nodes/{node}/storage/{storage}/content";
const NOT_SET = ["delete", "id"];

/** Backup jobs, what they miss, and thinning out what they made. */
export const backupJobTools = {
  list_backup_jobs: tool("GET /cluster/backup", {
    title: "List backup jobs",
    summary:
      "Lists the scheduled backup jobs: when, which guests, where to, retention. Which guests have a fresh backup shows get_backup_coverage.",
    risk: "read",
    accepts: {},
    recipe: "backup-jobs",
    example: {},
  }),
  create_backup_job: tool("POST /cluster/backup", {
    title: "Create a backup job",
    summary:
      "Schedules backups of guests by vmid, pool or all, and shows whom the job covers. For a backup now use create_vm_backup or create_container_backup.",
    risk: "change",
    accepts: {
      schedule: { for: "schedule", type: "string", description: "Such as 02:00 or sat 18:15.", required: true },
      storage: { for: "storage", type: "string", description: "That takes backups.", required: true },
      id: "id",
      ...selection,
      node: "node",
      mode: "mode",
      "prune-backups": keep,
      enabled: "enabled",
      comment: "comment",
      config: {
        type: ["object", "string"],
        description: 'Other settings by name, such as {"compress": "zstd"}.',
        brief: "Other settings by name",
        spreads: { except: NOT_SET },
      },
    },
    brief: { ...words, id: "", node: "Only guests there" },
    recipe: "create-backup-job",
    shows: "GET /cluster/backup/{id}",
    also: ["GET /cluster/resources", "GET /cluster/nextid", "GET /cluster/backup/{id}/included_volumes"],
    tries: ["GET /cluster/backup/{id}/included_volumes"],
    example: {
      id: "nightly",
      schedule: "02:00",
      storage: "nas",
      all: true,
      exclude: "104",
      config: { compress: "zstd" },
    },
  }),
  update_backup_job: tool("PUT /cluster/backup/{id}", {
    title: "Change a backup job",
    summary:
      "Changes a backup job and shows each setting before and after; enabled false suspends it. One way of choosing guests replaces the other.",
    risk: "change",
    accepts: {
      id: "id",
      schedule: { for: "schedule", type: "string", description: "Such as 02:00 or sat 18:15.", brief: "" },
      storage: "storage",
      ...selection,
      "prune-backups": keep,
      enabled: "enabled",
      config: {
        type: ["object", "string"],
        description: 'Other settings by name, such as {"mode": "stop"}.',
        brief: "Other settings by name",
        spreads: { except: NOT_SET },
      },
      delete: { ...removal, description: "Settings to take away, comma-separated.", brief: "Settings to take away" },
    },
    brief: { ...words, id: "" },
    recipe: "update-backup-job",
    shows: "GET /cluster/backup/{id}",
    also: ["GET /cluster/resources", "GET /cluster/nextid"],
    example: { id: "nightly", schedule: "sat 18:15", config: { mode: "stop" } },
  }),
  delete_backup_job: tool("DELETE /cluster/backup/{id}", {
    title: "Delete a backup job",
    summary: "Deletes a backup job, shows what it was, and names the guests that no job covers any more. Backups stay.",
    risk: "destroy",
    accepts: { id: "id" },
    brief: { id: "" },
    recipe: "delete-backup-job",
    shows: "GET /cluster/backup/{id}",
    also: ["GET /cluster/backup-info/not-backed-up"],
    tries: ["GET /cluster/backup-info/not-backed-up"],
    example: { id: "nightly" },
  }),
  run_backup_job: tool("POST /nodes/{node}/vzdump", {
    title: "Run a backup job now",
    summary:
      "Runs a backup job now with its own settings, on every node it concerns; one result a node. Its retention is applied as on any run.",
    risk: "change",
    accepts: { id: { type: "string", description: "Id of the job.", required: true } },
    many: true,
    recipe: "run-backup-job",
    also: ["GET /cluster/backup/{id}", "GET /nodes"],
    example: { id: "nightly" },
  }),
  get_backup_coverage: tool("GET /cluster/resources", {
    title: "Show which guests lack a fresh backup",
    summary:
      "Looks at the backups on every storage and says of each guest whether its newest is fresh, stale or missing, which jobs cover it and which disks they leave out. What could not be read is named.",
    risk: "read",
    accepts: {
      max_age: { type: "string", description: "Older is stale; such as 24h or 7d.", default: "7d" },
      show: { type: "string", description: "Which guests.", enum: ["problems", "all"], default: "problems" },
    },
    lists: true,
    recipe: "backup-coverage",
    also: ["GET /storage", CONTENT, "GET /cluster/backup", "GET /cluster/backup/{id}/included_volumes"],
    tries: ["GET /storage", CONTENT, "GET /cluster/backup", "GET /cluster/backup/{id}/included_volumes"],
    example: { max_age: "48h" },
  }),
  preview_backup_prune: tool(PRUNED, {
    title: "Show what pruning would remove",
    summary:
      "Shows which backups on a storage a retention would remove and keep, counted for each guest. Nothing is changed: prune_backups does it.",
    risk: "read",
    accepts: { storage: "storage", "prune-backups": keep, vmid: "vmid", type: "type", node_name: "node" },
    brief: { type: "" },
    optional: ["node_name"],
    recipe: "prune-preview",
    also: ["GET /cluster/resources"],
    example: { storage: "nas", "prune-backups": "keep-last=1" },
  }),
  prune_backups: tool("DELETE /nodes/{node}/storage/{storage}/prunebackups", {
    title: "Prune backups",
    summary:
      "Removes the backups on a storage that a retention does not keep, for good, and names them. Protected ones stay. Look first with preview_backup_prune.",
    risk: "destroy",
    accepts: { storage: "storage", "prune-backups": keep, vmid: "vmid", type: "type", node_name: "node" },
    brief: { type: "" },
    optional: ["node_name"],
    waits: true,
    recipe: "prune-backups",
    also: ["GET /cluster/resources", PRUNED, CONTENT],
    example: { storage: "nas", "prune-backups": "keep-last=1", vmid: 100 },
  }),
  get_backup_config: tool("GET /nodes/{node}/vzdump/extractconfig", {
    title: "Show the settings in a backup",
    summary: "Shows the settings of the guest as a backup holds them, before a restore. Nothing is restored.",
    risk: "read",
    accepts: {
      backup_id: { for: "volume", type: "string", description: "Volid, as list_backups shows it.", required: true },
      node_name: "node",
    },
    optional: ["node_name"],
    recipe: "backup-config",
    also: ["GET /cluster/resources", "GET /nodes/{node}/storage/{storage}/content/{volume}"],
    example: { backup_id: "nas:backup/vzdump-qemu-100-2026_05_31-02_00_00.vma.zst" },
  }),
  update_backup: tool("PUT /nodes/{node}/storage/{storage}/content/{volume}", {
    title: "Change a backup's notes or protection",
    summary: "Changes the notes of a backup, or whether it may be removed, and shows both before and after.",
    risk: "change",
    accepts: {
      storage: "storage",
      backup_id: { for: "volume", type: "string", description: "Volid, as list_backups shows it.", required: true },
      notes: "notes",
      protected: "protected",
      node_name: "node",
    },
    brief: { notes: "", protected: "" },
    optional: ["node_name"],
    recipe: "update-backup",
    also: ["GET /cluster/resources", "GET /nodes/{node}/storage/{storage}/content/{volume}"],
    example: {
      storage: "nas",
      backup_id: "nas:backup/vzdump-qemu-100-2026_05_31-02_00_00.vma.zst",
      notes: "keep for the audit",
      protected: true,
    },
  }),
};
