import { type Parameter, tool, toolset } from "../define.js";

const vmids = {
  type: ["array", "string"],
  description: "VMIDs, comma-separated.",
  items: { type: "string" },
} as const satisfies Parameter;
const parallel = {
  type: "integer",
  description: "How many at a time.",
  brief: "",
  minimum: 1,
  maximum: 32,
  default: 3,
} as const satisfies Parameter;
const choice = {
  vmids,
  node_name: { for: "node", type: "string", description: "All guests of this node.", brief: "All of this node" },
  pool: { type: "string", description: "All guests of this pool.", brief: "" },
  tag: { type: "string", description: "All guests with this tag.", brief: "" },
  parallel,
  dry_run: { type: "boolean", description: "Show the choice and the order, send nothing.", brief: "", default: false },
} as const satisfies Readonly<Record<string, Parameter>>;
const free = ["node_name"] as const;
const CONFIGS = ["GET /nodes/{node}/qemu/{vmid}/config", "GET /nodes/{node}/lxc/{vmid}/config"] as const;
const CHECKS = ["GET /nodes/{node}/qemu/{vmid}/migrate", "GET /nodes/{node}/lxc/{vmid}/migrate"] as const;
const GUESTS = "GET /cluster/resources";
const drain = {
  node_name: { type: "string", description: "Node to empty.", required: true, brief: "" },
  target_nodes: {
    type: ["array", "string"],
    description: "Where guests may go; every other node that is online unless given.",
    brief: "",
    items: { type: "string" },
  },
  leave: {
    type: ["array", "string"],
    description: "VMIDs of guests to leave there.",
    brief: "VMIDs that stay",
    items: { type: "string" },
  },
  with_local_disks: {
    type: "boolean",
    description: "Move running VMs whose disks have to be copied.",
    brief: "Also running VMs with local disks",
    default: false,
  },
  restart_containers: {
    type: "boolean",
    description: "Move running containers, which are down meanwhile.",
    default: false,
  },
} as const satisfies Readonly<Record<string, Parameter>>;

/** The same for many guests at once, and emptying a node. */
export const bulk = toolset({
  id: "bulk",
  title: "Many guests at once",
  tools: {
    start_guests: tool("POST /nodes/{node}/qemu/{vmid}/status/start", {
      title: "Start many guests",
      summary:
        "Starts VMs and containers by VMIDs, node, pool or tag, in their boot order; each has a result of its own. Those that run are skipped.",
      risk: "change",
      accepts: choice,
      optional: free,
      repeatable: true,
      picks: true,
      many: true,
      recipe: "bulk-guests",
      also: [GUESTS, ...CONFIGS, "POST /nodes/{node}/lxc/{vmid}/status/start"],
      tries: CONFIGS,
      example: { vmids: "103,203" },
    }),
    shutdown_guests: tool("POST /nodes/{node}/qemu/{vmid}/status/shutdown", {
      title: "Shut down many guests",
      summary:
        "Shuts VMs and containers down cleanly by VMIDs, node, pool or tag, in reverse boot order; each has a result of its own. One that does not react stays on.",
      risk: "change",
      accepts: { ...choice, timeout: { type: "integer", description: "Seconds, of each.", minimum: 0 } },
      optional: free,
      repeatable: true,
      picks: true,
      many: true,
      recipe: "bulk-guests",
      also: [GUESTS, ...CONFIGS, "POST /nodes/{node}/lxc/{vmid}/status/shutdown"],
      tries: CONFIGS,
      example: { tag: "web" },
    }),
    stop_guests: tool("POST /nodes/{node}/qemu/{vmid}/status/stop", {
      title: "Cut the power of many guests",
      summary:
        "Stops VMs and containers at once, like pulling the plug: unsaved data inside is lost. Use shutdown_guests first, and this for what stayed on.",
      risk: "destroy",
      accepts: choice,
      optional: free,
      repeatable: true,
      picks: true,
      many: true,
      recipe: "bulk-guests",
      also: [GUESTS, ...CONFIGS, "POST /nodes/{node}/lxc/{vmid}/status/stop"],
      tries: CONFIGS,
      example: { vmids: "106,201" },
    }),
    suspend_guests: tool("POST /nodes/{node}/qemu/{vmid}/status/suspend", {
      title: "Pause many virtual machines",
      summary:
        "Pauses VMs by VMIDs, node, pool or tag, in memory or to disk; each has a result. Containers are skipped.",
      risk: "change",
      accepts: {
        ...choice,
        todisk: { type: "boolean", description: "Save the memory and switch off.", default: false },
      },
      optional: free,
      repeatable: true,
      picks: true,
      many: true,
      recipe: "bulk-guests",
      also: [GUESTS],
      example: { vmids: [100, 101] },
    }),
    migrate_guests: tool("POST /nodes/{node}/qemu/{vmid}/migrate", {
      title: "Move many guests to a node",
      summary:
        "Moves VMs and containers by VMIDs, node, pool or tag to one node, running VMs live; each has a result of its own. To empty a node over several use drain_node.",
      risk: "change",
      accepts: {
        ...choice,
        parallel: { ...parallel, default: 1 },
        target_node: "target",
        with_local_disks: drain.with_local_disks,
        restart_containers: drain.restart_containers,
      },
      optional: free,
      repeatable: true,
      picks: true,
      many: true,
      recipe: "bulk-guests",
      also: [GUESTS, "GET /nodes", "POST /nodes/{node}/lxc/{vmid}/migrate"],
      example: { vmids: "101,203", target_node: "pve1" },
    }),
    plan_node_drain: tool(GUESTS, {
      title: "Plan how to empty a node",
      summary:
        "Plans which guest of a node would go where and why, by memory, storages, HA rules and devices, live or not, and names what has to stay. Nothing is changed: drain_node does it.",
      risk: "read",
      accepts: {
        ...drain,
        limit: {
          type: "integer",
          description: "Guests to show, those first that have to stay.",
          minimum: 0,
          default: 100,
        },
      },
      recipe: "drain-plan",
      also: ["GET /nodes", ...CHECKS, ...CONFIGS],
      tries: [...CHECKS, ...CONFIGS],
      example: { node_name: "pve2", restart_containers: true },
    }),
    drain_node: tool("POST /nodes/{node}/qemu/{vmid}/migrate", {
      title: "Empty a node",
      summary:
        "Moves the guests of a node to others as plan_node_drain plans it, one result a guest; what cannot go stays. Look at the plan first.",
      risk: "change",
      accepts: {
        ...drain,
        node_name: { ...drain.node_name, for: "node" },
        target_nodes: { ...drain.target_nodes, for: "target" },
        parallel: { ...parallel, default: 1 },
      },
      optional: ["target_nodes"],
      picks: true,
      many: true,
      recipe: "drain-node",
      repeatable: true,
      also: [GUESTS, "GET /nodes", ...CHECKS, ...CONFIGS, "POST /nodes/{node}/lxc/{vmid}/migrate"],
      tries: [...CHECKS, ...CONFIGS],
      example: { node_name: "pve2", restart_containers: true },
    }),
  },
});
