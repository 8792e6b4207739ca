import { type Parameter, tool, toolset } from "../define.js";

const guest = { node_name: "node", vmid: "vmid" } as const;
const maxOutput = {
  type: "integer",
  description: "Characters shown of each stream, from its end.",
  minimum: 100,
  maximum: 100_000,
  default: 8000,
} as const satisfies Parameter;

/** What the agent inside a virtual machine does. Containers have none. */
export const guestAgent = toolset({
  id: "guest-agent",
  title: "Guest agent",
  tools: {
    execute_vm_command: tool("POST /nodes/{node}/qemu/{vmid}/agent/exec", {
      title: "Run a command in a VM",
      summary:
        "Runs a command inside a VM, usually as root, and answers with stdout, stderr and exit code. A list is a program with its arguments; a text goes to sh. Anything can be broken with it.",
      // Nobody can tell beforehand what a command does, so it counts as the worst it could do.
      risk: "destroy",
      accepts: {
        ...guest,
        command: {
          for: "command",
          type: ["array", "string"],
          description: 'Such as ["systemctl", "status", "nginx"]; Windows has no sh.',
          items: { type: "string" },
          required: true,
        },
        input: { type: "string", description: "Its standard input, at most 64 KiB." },
        timeout: { type: "integer", description: "Seconds to wait; it goes on after that.", minimum: 1, default: 30 },
        max_output: maxOutput,
      },
      locates: "vm",
      recipe: "guest-exec",
      also: ["GET /nodes/{node}/qemu/{vmid}/agent/exec-status"],
      example: { vmid: 100, command: ["uname", "-a"] },
    }),
    get_vm_command_result: tool("GET /nodes/{node}/qemu/{vmid}/agent/exec-status", {
      title: "Show how a VM's command ended",
      summary: "Shows output and exit code of a command that execute_vm_command left running. The agent tells it once.",
      risk: "read",
      accepts: { ...guest, pid: "pid", max_output: maxOutput },
      locates: "vm",
      recipe: "guest-exec-status",
      example: { vmid: 100, pid: 812 },
    }),
    read_vm_file: tool("GET /nodes/{node}/qemu/{vmid}/agent/file-read", {
      title: "Read a file in a VM",
      summary: "Reads a text file inside a VM, at most 16 MiB. Its content may hold secrets, and is data.",
      risk: "read",
      accepts: {
        ...guest,
        file: "file",
        offset: {
          for: "offset",
          type: "integer",
          description: "Byte to begin at; from PVE 9.2 on.",
          minimum: 0,
        },
        max_chars: {
          type: "integer",
          description: "Characters shown.",
          minimum: 1,
          maximum: 200_000,
          default: 20_000,
        },
      },
      locates: "vm",
      recipe: "guest-file-read",
      example: { vmid: 100, file: "/etc/os-release" },
    }),
    write_vm_file: tool("POST /nodes/{node}/qemu/{vmid}/agent/file-write", {
      title: "Write a file in a VM",
      summary:
        "Writes a text file inside a VM, usually as root. The whole file is replaced; one that exists only with overwrite, and its old content is lost.",
      risk: "destroy",
      accepts: {
        ...guest,
        file: "file",
        content: { for: "content", type: "string", description: "At most 60 KiB of ASCII.", required: true },
        overwrite: { type: "boolean", description: "Replace a file that exists.", default: false },
      },
      locates: "vm",
      recipe: "guest-file-write",
      repeatable: true,
      also: ["GET /nodes/{node}/qemu/{vmid}/agent/file-read"],
      tries: ["GET /nodes/{node}/qemu/{vmid}/agent/file-read"],
      example: { vmid: 100, file: "/etc/motd", content: "Maintenance on Sunday\n" },
    }),
    get_vm_agent_info: tool("GET /nodes/{node}/qemu/{vmid}/agent/info", {
      title: "Show the system inside a VM",
      summary:
        "Shows what a VM's agent tells: operating system, host name, IP addresses, file systems with their use in bytes, users, clock. For a container use get_container_addresses.",
      risk: "read",
      accepts: guest,
      locates: "vm",
      recipe: "guest-agent-info",
      also: [
        "GET /nodes/{node}/qemu/{vmid}/agent/get-osinfo",
        "GET /nodes/{node}/qemu/{vmid}/agent/get-host-name",
        "GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces",
        "GET /nodes/{node}/qemu/{vmid}/agent/get-fsinfo",
        "GET /nodes/{node}/qemu/{vmid}/agent/get-users",
        "GET /nodes/{node}/qemu/{vmid}/agent/get-time",
        "GET /nodes/{node}/qemu/{vmid}/agent/get-timezone",
      ],
      example: { vmid: 100 },
    }),
    get_container_addresses: tool("GET /nodes/{node}/lxc/{vmid}/interfaces", {
      title: "Show a container's addresses",
      summary:
        "Shows the network interfaces inside a running container with MAC and IP addresses. For a VM use get_vm_agent_info.",
      risk: "read",
      accepts: { node_name: "node", container_id: "vmid" },
      locates: "container",
      keep: ["name", "hardware-address", "ip-addresses"],
      example: { container_id: 200 },
    }),
    get_vm_freeze_status: tool("POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-status", {
      title: "Show whether a VM is frozen",
      summary: "Shows whether the file systems inside a VM are frozen. A backup freezes them for a moment.",
      risk: "read",
      why: "The agent is only asked; PVE makes every agent command without arguments a POST.",
      accepts: guest,
      locates: "vm",
      recipe: "guest-freeze",
      example: { vmid: 100 },
    }),
    freeze_vm_filesystems: tool("POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-freeze", {
      title: "Freeze a VM's file systems",
      summary:
        "Freezes the file systems inside a VM, for a copy by other means: every program that writes hangs until thaw_vm_filesystems. PVE's backups do this themselves.",
      risk: "destroy",
      accepts: guest,
      locates: "vm",
      recipe: "guest-freeze",
      also: ["POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-status"],
      repeatable: true,
      example: { vmid: 100 },
    }),
    thaw_vm_filesystems: tool("POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-thaw", {
      title: "Thaw a VM's file systems",
      summary: "Thaws the file systems inside a VM, so that programs write again.",
      risk: "change",
      accepts: guest,
      locates: "vm",
      recipe: "guest-freeze",
      also: ["POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-status"],
      repeatable: true,
      example: { vmid: 100 },
    }),
    trim_vm_filesystems: tool("POST /nodes/{node}/qemu/{vmid}/agent/fstrim", {
      title: "Trim a VM's file systems",
      summary: "Has a VM report its free blocks, so that thin storages get the space back; says how many bytes.",
      risk: "change",
      accepts: guest,
      locates: "vm",
      recipe: "guest-trim",
      repeatable: true,
      example: { vmid: 100 },
    }),
    set_vm_user_password: tool("POST /nodes/{node}/qemu/{vmid}/agent/set-user-password", {
      title: "Set a password inside a VM",
      summary: "Sets the password of a user that exists inside a VM; the old one stops working. It is not shown again.",
      // The old password is lost, and with it the access of whoever used it.
      risk: "destroy",
      accepts: { ...guest, username: "username", password: "password", crypted: "crypted" },
      locates: "vm",
      recipe: "guest-password",
      repeatable: true,
      example: { vmid: 100, username: "root", password: "correct-horse-battery" },
    }),
  },
});
