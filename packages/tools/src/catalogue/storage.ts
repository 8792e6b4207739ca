import { tool, toolset } from "../define.js";
import { settings } from "./parameters.js";
import { volumeTools } from "./storage-volumes.js";

/** Storages and what lies on them. */
export const storage = toolset({
  id: "storage",
  title: "Storage",
  tools: {
    get_storage: tool("GET /storage", {
      title: "List the storages",
      summary:
        "Lists the storages the cluster is configured with: type, what may lie there, which nodes, shared or not. For free space use get_storage_quota, for a node's view get_node_storage.",
      risk: "read",
      accepts: {},
      keep: [
        "storage",
        "type",
        "content",
        "shared",
        "nodes",
        "disable",
        "path",
        "server",
        "export",
        "pool",
        "vgname",
        "thinpool",
        "datastore",
        "prune-backups",
      ],
      example: {},
    }),
    get_node_storage: tool("GET /nodes/{node}/storage", {
      title: "List a node's storages",
      summary:
        "Lists the storages of one node with state and space in bytes; narrow by content to find where a disk, image or backup may go.",
      risk: "read",
      accepts: { node_name: "node", content: "content", enabled: "enabled" },
      brief: { content: "Only those for one of these, such as images", enabled: "Without disabled ones" },
      keep: ["storage", "type", "content", "enabled", "active", "shared", "total", "used", "avail", "used_fraction"],
      example: { node_name: "pve1" },
    }),
    get_storage_info: tool("GET /storage/{storage}", {
      title: "Show one storage",
      summary:
        "Shows the settings of one storage and its state and space on every node that has it. For space alone use get_storage_quota, for what lies there get_storage_content.",
      risk: "read",
      accepts: { storage: "storage" },
      recipe: "storage-info",
      also: ["GET /cluster/resources", "GET /nodes/{node}/storage/{storage}/status"],
      tries: ["GET /storage/{storage}", "GET /nodes/{node}/storage/{storage}/status"],
      example: { storage: "nas" },
    }),
    get_storage_quota: tool("GET /cluster/resources", {
      title: "Show a storage's free space",
      summary: "Shows total, used and available bytes of one storage: once if it is shared, and on each node.",
      risk: "read",
      accepts: { storage: { type: "string", description: "Name of the storage.", required: true } },
      recipe: "storage-quota",
      sees: ["storages"],
      example: { storage: "local-lvm" },
    }),
    get_storage_content: tool("GET /nodes/{node}/storage/{storage}/content", {
      title: "List what lies on a storage",
      summary:
        "Lists the volumes of one storage: disks, images, templates, backups. A storage that is not shared is read on every node. For backups with their age use list_backups.",
      risk: "read",
      accepts: { storage: "storage", content: "content", node_name: "node", vmid: "vmid" },
      optional: ["node_name"],
      lists: true,
      brief: { content: "Only images, rootdir, iso, vztmpl, backup, snippets or import" },
      recipe: "storage-content",
      also: ["GET /cluster/resources"],
      keep: ["volid", "node", "content", "format", "size", "used", "vmid", "parent", "ctime", "protected", "notes"],
      tries: ["GET /nodes/{node}/storage/{storage}/content"],
      example: { storage: "local", content: "iso" },
    }),
    list_backups: tool("GET /nodes/{node}/storage/{storage}/content", {
      title: "List backups",
      summary:
        "Lists backups, newest first, with age, size, protection, verification and notes: of all storages and guests, or of one. A backup's volid is what a restore takes as backup_id.",
      risk: "read",
      accepts: { storage: "storage", vmid: "vmid", node_name: "node" },
      optional: ["storage", "node_name"],
      lists: true,
      recipe: "list-backups",
      also: ["GET /cluster/resources"],
      aliases: ["get_backup_list"],
      tries: ["GET /nodes/{node}/storage/{storage}/content"],
      sees: ["backups"],
      example: { vmid: 102 },
    }),
    create_storage: tool("POST /storage", {
      title: "Add a storage",
      summary:
        "Adds a storage to the cluster's configuration: type, what may lie there (content), and the type's own settings in config, such as path for dir or server and export for nfs. Nothing is formatted.",
      risk: "change",
      accepts: {
        storage: "storage",
        storage_type: "type",
        content: "content",
        nodes: "nodes",
        config: {
          type: ["object", "string"],
          brief: "Settings of the type",
          description: 'Settings of the type by name, such as {"server": "10.0.0.5", "export": "/srv/pve"}.',
          spreads: { except: [] },
        },
      },
      brief: { storage: "", storage_type: "", content: "Such as images,rootdir,iso,vztmpl,backup" },
      recipe: "create-record",
      shows: "GET /storage/{storage}",
      example: { storage: "scratch", storage_type: "dir", content: "iso,vztmpl", config: { path: "/srv/scratch" } },
    }),
    update_storage: tool("PUT /storage/{storage}", {
      title: "Change a storage's settings",
      summary:
        "Changes settings of a storage and shows each before and after: content, nodes, disable, prune-backups … Type, path and server cannot be changed. Refused when somebody else changed them meanwhile.",
      risk: "change",
      accepts: {
        storage: "storage",
        config: { ...settings('{"content": "iso,backup", "disable": true}'), required: true },
        digest: "digest",
      },
      recipe: "update-record",
      shows: "GET /storage/{storage}",
      example: { storage: "nas", config: { content: "images,rootdir,backup,iso" } },
    }),
    delete_storage: tool("DELETE /storage/{storage}", {
      title: "Remove a storage",
      summary:
        "Takes a storage out of the configuration, on all nodes. What lies there stays, but guests with disks on it no longer start and its backups cannot be reached. get_storage_content shows what it holds.",
      risk: "destroy",
      accepts: { storage: "storage" },
      recipe: "delete-record",
      shows: "GET /storage/{storage}",
      example: { storage: "old-nas" },
    }),
    ...volumeTools,
  },
});
