import { tool, toolset } from "../define.js";

/** Snapshots of guests of both kinds. */
export const snapshots = toolset({
  id: "snapshots",
  title: "Snapshots",
  tools: {
    list_vm_snapshots: tool("GET /nodes/{node}/qemu/{vmid}/snapshot", {
      title: "List a VM's snapshots",
      summary:
        "Shows the snapshots of a virtual machine as a tree, with dates and descriptions, and where its present state stands in it.",
      risk: "read",
      accepts: { node_name: "node", vmid: "vmid" },
      locates: "vm",
      recipe: "snapshot-tree",
      example: { vmid: 100 },
    }),
    create_vm_snapshot: tool("POST /nodes/{node}/qemu/{vmid}/snapshot", {
      title: "Take a VM snapshot",
      summary:
        "Records the present disks and settings of a virtual machine to go back to; with vmstate its memory too. No backup: it lies on the same storage.",
      risk: "change",
      accepts: {
        node_name: "node",
        vmid: "vmid",
        snap_name: "snapname",
        description: "description",
        vmstate: "vmstate",
      },
      locates: "vm",
      waits: true,
      example: { vmid: 101, snap_name: "before-update", description: "before the update" },
    }),
    delete_vm_snapshot: tool("DELETE /nodes/{node}/qemu/{vmid}/snapshot/{snapname}", {
      title: "Delete a VM snapshot",
      summary:
        "Removes one snapshot of a virtual machine: that earlier state cannot be restored any more. The guest itself and its other snapshots stay as they are. force removes the entry even if the storage fails.",
      risk: "destroy",
      accepts: { node_name: "node", vmid: "vmid", snap_name: "snapname", force: "force" },
      locates: "vm",
      brief: { force: "" },
      waits: true,
      example: { vmid: 100, snap_name: "fresh-install" },
    }),
    restore_vm_snapshot: tool("POST /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback", {
      title: "Roll a VM back to a snapshot",
      summary:
        "Puts disks and settings of a virtual machine back to a snapshot. Everything since then is lost, and a running guest is stopped hard. With start it runs afterwards; one with memory in the snapshot resumes.",
      risk: "destroy",
      accepts: { node_name: "node", vmid: "vmid", snap_name: "snapname", start: "start" },
      locates: "vm",
      waits: true,
      example: { vmid: 100, snap_name: "before-upgrade" },
    }),
    list_container_snapshots: tool("GET /nodes/{node}/lxc/{vmid}/snapshot", {
      title: "List a container's snapshots",
      summary:
        "Shows the snapshots of a container as a tree, with dates and descriptions, and where its present state stands in it.",
      risk: "read",
      accepts: { node_name: "node", container_id: "vmid" },
      locates: "container",
      recipe: "snapshot-tree",
      example: { container_id: 200 },
    }),
    create_container_snapshot: tool("POST /nodes/{node}/lxc/{vmid}/snapshot", {
      title: "Take a container snapshot",
      summary:
        "Records the present disks and settings of a container to go back to. No backup: it lies on the same storage.",
      risk: "change",
      accepts: { node_name: "node", container_id: "vmid", snap_name: "snapname", description: "description" },
      locates: "container",
      waits: true,
      example: { container_id: 200, snap_name: "before-update" },
    }),
    delete_container_snapshot: tool("DELETE /nodes/{node}/lxc/{vmid}/snapshot/{snapname}", {
      title: "Delete a container snapshot",
      summary:
        "Removes one snapshot of a container: that earlier state cannot be restored any more. The container itself and its other snapshots stay as they are. force removes the entry even if the storage fails.",
      risk: "destroy",
      accepts: { node_name: "node", container_id: "vmid", snap_name: "snapname", force: "force" },
      locates: "container",
      brief: { force: "" },
      waits: true,
      example: { container_id: 200, snap_name: "before-update" },
    }),
    restore_container_snapshot: tool("POST /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback", {
      title: "Roll a container back to a snapshot",
      summary:
        "Puts disks and settings of a container back to a snapshot. Everything since then is lost, and a running container is stopped hard. With start it runs afterwards.",
      risk: "destroy",
      accepts: { node_name: "node", container_id: "vmid", snap_name: "snapname", start: "start" },
      locates: "container",
      waits: true,
      example: { container_id: 200, snap_name: "before-update" },
    }),
  },
});
