import { type Parameter, tool, toolset } from "../define.js";
import { fresh, memory, removal } from "./parameters.js";

const guest = { node_name: "node", vmid: "vmid" } as const;
const words = {
  ciuser: { for: "ciuser", type: "string", description: "User to make.", brief: "" },
  cipassword: { for: "cipassword", type: "string", description: "Its password; never shown.", brief: "" },
  sshkeys: { for: "sshkeys", type: "string", description: "Public keys, one a line." },
  ipconfig0: { for: "ipconfig0", type: "string", description: "ip=dhcp, or ip=10.0.0.5/24,gw=10.0.0.1." },
  nameserver: { for: "nameserver", type: "string", description: "Addresses of DNS servers.", brief: "" },
} as const satisfies Readonly<Record<string, Parameter>>;
/** The same, where the operation itself does not have them. */
const free = Object.fromEntries(Object.entries(words).map(([name, { for: _for, ...word }]) => [name, word])) as {
  readonly [Name in keyof typeof words]: Omit<(typeof words)[Name], "for">;
};
const CONFIG = "GET /nodes/{node}/qemu/{vmid}/config";
const WRITE = "POST /nodes/{node}/qemu/{vmid}/config";
const REGENERATE = "PUT /nodes/{node}/qemu/{vmid}/cloudinit";

/** Cloud-init, and the templates it makes useful. */
export const cloudInit = toolset({
  id: "cloudinit",
  title: "Cloud-init and templates",
  tools: {
    get_cloudinit: tool("GET /nodes/{node}/qemu/{vmid}/cloudinit", {
      title: "Show a VM's cloud-init settings",
      summary:
        "Shows what a VM's cloud-init drive says and what waits to come onto it; with dump also the file cloud-init reads. Passwords are hidden.",
      risk: "read",
      accepts: { ...guest, dump: { type: "string", description: "File to show.", enum: ["user", "network", "meta"] } },
      locates: "vm",
      recipe: "cloudinit",
      also: ["GET /nodes/{node}/qemu/{vmid}/cloudinit/dump", CONFIG],
      tries: ["GET /nodes/{node}/qemu/{vmid}/cloudinit/dump"],
      example: { vmid: 110, dump: "user" },
    }),
    set_cloudinit: tool(WRITE, {
      title: "Change a VM's cloud-init settings",
      summary:
        "Changes user, password, SSH keys, addresses and DNS that cloud-init gives a VM, makes its drive anew, and shows before and after. The guest reads it at its next boot. Further cards: update_vm_config.",
      risk: "change",
      accepts: {
        ...guest,
        ...words,
        searchdomain: "searchdomain",
        delete: removal,
        regenerate: { type: "boolean", description: "Make the drive anew.", default: true },
        digest: "digest",
      },
      brief: { searchdomain: "" },
      locates: "vm",
      waits: true,
      repeatable: true,
      recipe: "cloudinit-set",
      also: [CONFIG, "GET /nodes/{node}/qemu/{vmid}/pending", REGENERATE],
      example: { vmid: 110, ciuser: "admin", ipconfig0: "ip=10.10.10.50/24,gw=10.10.10.1" },
    }),
    regenerate_cloudinit: tool(REGENERATE, {
      title: "Make a VM's cloud-init drive anew",
      summary: "Makes a VM's cloud-init drive anew and names the settings that had waited for it.",
      risk: "change",
      accepts: guest,
      locates: "vm",
      recipe: "cloudinit-regenerate",
      also: [CONFIG, "GET /nodes/{node}/qemu/{vmid}/cloudinit"],
      example: { vmid: 110 },
    }),
    convert_to_template: tool("POST /nodes/{node}/qemu/{vmid}/template", {
      title: "Convert a guest to a template",
      summary:
        "Turns a stopped VM or container into a template, for good: it can be cloned and never started again. One with snapshots is refused.",
      // It ends the guest's life as a guest, and no call takes that back.
      risk: "destroy",
      accepts: guest,
      locates: "guest",
      waits: true,
      recipe: "make-template",
      also: [
        "POST /nodes/{node}/lxc/{vmid}/template",
        CONFIG,
        "GET /nodes/{node}/lxc/{vmid}/config",
        "GET /nodes/{node}/qemu/{vmid}/status/current",
        "GET /nodes/{node}/lxc/{vmid}/status/current",
        "GET /nodes/{node}/qemu/{vmid}/snapshot",
        "GET /nodes/{node}/lxc/{vmid}/snapshot",
        "GET /nodes/{node}/tasks",
      ],
      example: { vmid: 103 },
    }),
    create_vm_from_template: tool("POST /nodes/{node}/qemu/{vmid}/clone", {
      title: "Create a VM from a template",
      summary:
        "Clones a template, sets user, keys and addresses through cloud-init, grows the first disk and starts it, in one go; shows each step. For a plain copy use clone_vm.",
      risk: "change",
      accepts: {
        node_name: "node",
        template_vmid: "vmid",
        new_vmid: fresh("newid"),
        new_name: "name",
        full: "full",
        target_node: "target",
        storage: "storage",
        ...free,
        net0: {
          type: ["object", "string"],
          brief: 'Changes: {"tag": 20}',
          description: 'Parts that differ from the template, such as {"tag": 20, "bridge": "vmbr1"}.',
        },
        memory: { type: "integer", description: memory.description, minimum: memory.minimum },
        cores: { type: "integer", description: "Processor cores.", brief: "", minimum: 1 },
        disk_size: { type: "string", description: "Of the first disk, such as 32G, or +20G for what is added." },
        start: { type: "boolean", description: "Start it.", default: false },
      },
      optional: ["new_vmid"],
      locates: "vm",
      waits: true,
      recipe: "vm-from-template",
      also: [
        "GET /cluster/nextid",
        CONFIG,
        WRITE,
        REGENERATE,
        "PUT /nodes/{node}/qemu/{vmid}/resize",
        "POST /nodes/{node}/qemu/{vmid}/status/start",
      ],
      example: {
        template_vmid: 110,
        new_name: "web03",
        ciuser: "admin",
        ipconfig0: "ip=dhcp",
        disk_size: "16G",
        start: true,
      },
    }),
  },
});
