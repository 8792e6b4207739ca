import { type Parameter, tool, toolset } from "../define.js";

const guest = { node_name: "node", vmid: "vmid" } as const;
const key = {
  type: "string",
  description: "Key, such as scsi0, rootfs or mp0 (list_guest_disks).",
  required: true,
} as const satisfies Parameter;
const diskKey = { ...key, for: "disk" } as const satisfies Parameter;
const digest = {
  for: "digest",
  type: "string",
  description: "As read before; refused if changed since.",
} as const satisfies Parameter;
const storage = { type: "string", description: "Storage of a new disk.", brief: "" } as const satisfies Parameter;
const sizeGib = {
  type: "number",
  description: "GiB of a new, empty disk.",
  brief: "",
  minimum: 0,
} as const satisfies Parameter;
const options = {
  type: ["object", "string"],
  description: 'Further options, such as {"discard": "on"} or {"backup": true}.',
  brief: "Further options",
} as const satisfies Parameter;
const read = {
  vm: ["GET /nodes/{node}/qemu/{vmid}/config"],
  both: ["GET /nodes/{node}/qemu/{vmid}/config", "GET /nodes/{node}/lxc/{vmid}/config"],
} as const;
const LIST = "GET /nodes/{node}/storage/{storage}/content";

/** The disks of virtual machines and the volumes of containers. */
export const disks = toolset({
  id: "disks",
  title: "Disks of guests",
  tools: {
    list_guest_disks: tool("GET /nodes/{node}/qemu/{vmid}/config", {
      title: "List a guest's disks",
      summary:
        "Lists disks, drives and mount points of a VM or container with storage, size in bytes and whether backups hold them, and volumes left over.",
      risk: "read",
      accepts: guest,
      locates: "guest",
      recipe: "list-disks",
      also: ["GET /nodes/{node}/lxc/{vmid}/config", LIST],
      tries: [LIST],
      example: { vmid: 103 },
    }),
    resize_guest_disk: tool("PUT /nodes/{node}/qemu/{vmid}/resize", {
      title: "Grow a guest's disk",
      summary: "Makes a disk of a VM or container larger, also while it runs. It can never be made smaller again.",
      risk: "change",
      accepts: {
        ...guest,
        disk: diskKey,
        size: { for: "size", type: "string", description: "New size such as 64G, or +8G to add.", required: true },
        digest,
      },
      locates: "guest",
      waits: true,
      recipe: "resize-disk",
      also: [...read.both, "PUT /nodes/{node}/lxc/{vmid}/resize"],
      example: { vmid: 100, disk: "scsi0", size: "+8G" },
    }),
    move_guest_disk: tool("POST /nodes/{node}/qemu/{vmid}/move_disk", {
      title: "Move a disk to another storage",
      summary:
        "Copies a disk to another storage and uses the copy: of a VM while it runs, of a container only when stopped. The old volume stays as unused unless delete_source.",
      risk: "change",
      accepts: {
        ...guest,
        disk: diskKey,
        storage: { for: "storage", type: "string", description: "Where it goes.", required: true },
        format: {
          for: "format",
          type: "string",
          description: "For directories; VMs only.",
          enum: ["raw", "qcow2", "vmdk"],
        },
        delete_source: {
          for: "delete",
          type: "boolean",
          description: "Destroy the old volume after the copy.",
          default: false,
        },
        bwlimit: { for: "bwlimit", type: "integer", description: "KiB/s.", minimum: 0 },
        digest,
      },
      locates: "guest",
      waits: true,
      recipe: "move-disk",
      also: [...read.both, "POST /nodes/{node}/lxc/{vmid}/move_volume"],
      example: { vmid: 100, disk: "scsi0", storage: "nas" },
    }),
    attach_vm_disk: tool("POST /nodes/{node}/qemu/{vmid}/config", {
      title: "Attach a disk to a VM",
      summary:
        "Adds a disk to a VM: a new one (storage, size_gib), a copy of an image (storage, import_from), a detached one (volume unused0) or an ISO. The key is the next free one.",
      risk: "change",
      accepts: {
        ...guest,
        storage,
        size_gib: sizeGib,
        volume: { type: "string", description: "unusedN, or a volid of this VM, or of an ISO." },
        import_from: {
          type: "string",
          description: "Volid of a disk image to copy, such as local:import/a.qcow2.",
          brief: "Volid of an image",
        },
        disk: { type: "string", description: "Key or bus; scsi unless given." },
        format: { type: "string", description: "For directories.", enum: ["raw", "qcow2", "vmdk"] },
        options,
        digest,
      },
      locates: "vm",
      waits: true,
      recipe: "attach-disk",
      also: read.vm,
      example: { vmid: 103, storage: "nas", size_gib: 16, options: { discard: "on" } },
    }),
    attach_container_volume: tool("PUT /nodes/{node}/lxc/{vmid}/config", {
      title: "Attach a volume to a container",
      summary:
        'Adds a volume to a container under a path: a new one (storage, size_gib) or a detached one (volume unused0). Backups hold it only with options {"backup": true}.',
      risk: "change",
      accepts: {
        node_name: "node",
        container_id: "vmid",
        path: { type: "string", description: "Where it is mounted inside.", required: true },
        storage,
        size_gib: sizeGib,
        volume: { type: "string", description: "unusedN, or a volid of this container." },
        disk: { type: "string", description: "Key; the next free mpN unless given." },
        options,
        digest,
      },
      locates: "container",
      recipe: "attach-disk",
      also: ["GET /nodes/{node}/lxc/{vmid}/config"],
      example: { container_id: 203, path: "/data", storage: "local-lvm", size_gib: 8, options: { backup: true } },
    }),
    detach_guest_disk: tool("POST /nodes/{node}/qemu/{vmid}/config", {
      title: "Detach a guest's disk",
      summary:
        "Takes a disk out of a VM or container. Its data stays as unusedN, to be attached again or destroyed with delete_unused_disk.",
      risk: "change",
      accepts: { ...guest, disk: key, digest },
      locates: "guest",
      repeatable: true,
      recipe: "detach-disk",
      also: [...read.both, "PUT /nodes/{node}/lxc/{vmid}/config"],
      example: { vmid: 103, disk: "scsi0" },
    }),
    delete_unused_disk: tool("POST /nodes/{node}/qemu/{vmid}/config", {
      title: "Destroy a detached disk",
      summary:
        "Destroys a detached disk (unusedN) of a VM or container with all data on it, and says what it was. One in use is refused.",
      risk: "destroy",
      accepts: { ...guest, disk: { ...key, description: "Key, such as unused0." }, digest },
      locates: "guest",
      recipe: "delete-disk",
      also: [...read.both, LIST, "PUT /nodes/{node}/lxc/{vmid}/config"],
      tries: [LIST],
      example: { vmid: 103, disk: "unused0" },
    }),
  },
});
