import { tool } from "../define.js";

/** Consoles of virtual machines. */
export const consoleTools = {
  get_vm_console: tool("POST /nodes/{node}/qemu/{vmid}/vncproxy", {
    title: "Open a VM's console",
    summary:
      "Opens a console of a running virtual machine (kind vnc, terminal or spice) and says where to connect. The ticket, good for half a minute, is saved where the operator keeps secrets, never shown.",
    risk: "change",
    accepts: {
      node_name: "node",
      vmid: "vmid",
      kind: {
        type: "string",
        description: "terminal needs a serial port, spice a qxl display.",
        enum: ["vnc", "terminal", "spice"],
        default: "vnc",
      },
    },
    locates: "vm",
    recipe: "console",
    secret: true,
    also: [
      "POST /nodes/{node}/qemu/{vmid}/termproxy",
      "POST /nodes/{node}/qemu/{vmid}/spiceproxy",
      "GET /nodes/{node}/qemu/{vmid}/status/current",
    ],
    picks: true,
    example: { vmid: 100 },
  }),
};
