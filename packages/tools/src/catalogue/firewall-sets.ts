import { type Parameter, tool } from "../define.js";
import { settings } from "./parameters.js";

const scope = {
  type: "string",
  brief: "cluster or guest/100",
  description: 'Whose: "cluster" or "guest/100".',
  default: "cluster",
} as const satisfies Parameter;

const aliases = {
  also: [
    "GET /nodes/{node}/qemu/{vmid}/firewall/aliases",
    "GET /nodes/{node}/lxc/{vmid}/firewall/aliases",
    "GET /cluster/resources",
  ],
} as const;
const sets = [
  "GET /nodes/{node}/qemu/{vmid}/firewall/ipset",
  "GET /nodes/{node}/lxc/{vmid}/firewall/ipset",
  "GET /cluster/firewall/ipset/{name}",
  "GET /nodes/{node}/qemu/{vmid}/firewall/ipset/{name}",
  "GET /nodes/{node}/lxc/{vmid}/firewall/ipset/{name}",
  "GET /cluster/resources",
] as const;
const entry = [
  "POST /nodes/{node}/qemu/{vmid}/firewall/ipset/{name}",
  "POST /nodes/{node}/lxc/{vmid}/firewall/ipset/{name}",
] as const;

/** Names for addresses, and sets of them. */
export const firewallSetTools = {
  list_firewall_aliases: tool("GET /cluster/firewall/aliases", {
    title: "List firewall aliases",
    summary: "Lists names for addresses and networks that firewall rules can use, of the cluster or a guest.",
    risk: "read",
    accepts: { scope },
    recipe: "firewall-aliases",
    ...aliases,
    picks: true,
    example: {},
  }),
  create_firewall_alias: tool("POST /cluster/firewall/aliases", {
    title: "Create a firewall alias",
    summary: "Gives an address or network a name that firewall rules can use.",
    risk: "change",
    accepts: { name: "name", cidr: "cidr", comment: "comment", scope },
    brief: { name: "", cidr: "Such as 10.0.0.0/24" },
    recipe: "create-alias",
    also: [
      "POST /nodes/{node}/qemu/{vmid}/firewall/aliases",
      "POST /nodes/{node}/lxc/{vmid}/firewall/aliases",
      "GET /cluster/firewall/aliases",
      ...aliases.also,
    ],
    picks: true,
    example: { name: "office", cidr: "192.0.2.0/24", comment: "people" },
  }),
  delete_firewall_alias: tool("DELETE /cluster/firewall/aliases/{name}", {
    title: "Delete a firewall alias",
    summary: "Deletes a name for an address. Rules that use it no longer fit anything.",
    risk: "destroy",
    accepts: { name: "name", scope },
    brief: { name: "" },
    recipe: "delete-alias",
    also: [
      "DELETE /nodes/{node}/qemu/{vmid}/firewall/aliases/{name}",
      "DELETE /nodes/{node}/lxc/{vmid}/firewall/aliases/{name}",
      "GET /cluster/firewall/aliases",
      ...aliases.also,
    ],
    picks: true,
    example: { name: "office" },
  }),
  list_firewall_ipsets: tool("GET /cluster/firewall/ipset", {
    title: "List firewall IP sets",
    summary: "Lists the sets of addresses that firewall rules can use (as +name), with their entries.",
    risk: "read",
    accepts: { scope },
    recipe: "firewall-ipsets",
    also: sets,
    picks: true,
    example: {},
  }),
  create_firewall_ipset: tool("POST /cluster/firewall/ipset", {
    title: "Create a firewall IP set",
    summary: "Creates a set of addresses that firewall rules use as +name, and puts entries into it.",
    risk: "change",
    accepts: {
      name: "name",
      entries: {
        type: ["array", "string"],
        items: { type: "string" },
        description: "Addresses, networks or aliases; with ! in front, all but that.",
        brief: "Addresses or networks; !: all but that",
      },
      comment: "comment",
      scope,
    },
    brief: { name: "" },
    recipe: "create-ipset",
    also: [
      "POST /nodes/{node}/qemu/{vmid}/firewall/ipset",
      "POST /nodes/{node}/lxc/{vmid}/firewall/ipset",
      "POST /cluster/firewall/ipset/{name}",
      ...entry,
      "GET /cluster/firewall/ipset",
      ...sets,
    ],
    picks: true,
    example: { name: "admins", entries: ["192.0.2.10", "192.0.2.0/28"] },
  }),
  add_firewall_ipset_entry: tool("POST /cluster/firewall/ipset/{name}", {
    title: "Add to a firewall IP set",
    summary: "Adds an address, network or alias to a set; rules that use the set see it at once.",
    risk: "change",
    accepts: { name: "name", cidr: "cidr", nomatch: "nomatch", comment: "comment", scope },
    brief: { name: "", cidr: "", nomatch: "All but that" },
    recipe: "add-ipset-entry",
    also: [...entry, "GET /cluster/firewall/ipset", ...sets],
    picks: true,
    example: { name: "admins", cidr: "192.0.2.77", comment: "on call" },
  }),
  remove_firewall_ipset_entry: tool("DELETE /cluster/firewall/ipset/{name}/{cidr}", {
    title: "Take out of a firewall IP set",
    summary: "Takes an address out of a set; rules that use the set no longer see it.",
    risk: "destroy",
    accepts: { name: "name", cidr: "cidr", scope },
    brief: { name: "", cidr: "" },
    recipe: "remove-ipset-entry",
    also: [
      "DELETE /nodes/{node}/qemu/{vmid}/firewall/ipset/{name}/{cidr}",
      "DELETE /nodes/{node}/lxc/{vmid}/firewall/ipset/{name}/{cidr}",
      "GET /cluster/firewall/ipset",
      ...sets,
    ],
    picks: true,
    example: { name: "admins", cidr: "192.0.2.10" },
  }),
  delete_firewall_ipset: tool("DELETE /cluster/firewall/ipset/{name}", {
    title: "Delete a firewall IP set",
    summary: "Deletes a set of addresses; with force also one that is not empty. Shows what was in it.",
    risk: "destroy",
    accepts: { name: "name", force: "force", scope },
    brief: { name: "" },
    recipe: "delete-ipset",
    also: [
      "DELETE /nodes/{node}/qemu/{vmid}/firewall/ipset/{name}",
      "DELETE /nodes/{node}/lxc/{vmid}/firewall/ipset/{name}",
      "GET /cluster/firewall/ipset",
      ...sets,
    ],
    picks: true,
    example: { name: "admins", force: true },
  }),
  update_firewall_options: tool("PUT /cluster/firewall/options", {
    title: "Switch a firewall, set its policies",
    summary:
      "Changes switch (enable) and policies of the firewall of cluster, node or guest and shows them before and after. Switching on with DROP for what comes in cuts off what no rule lets in.",
    risk: "destroy",
    accepts: {
      scope: {
        ...scope,
        brief: "cluster, node/pve1 or guest/100",
        description: 'Whose: "cluster", "node/pve1" or "guest/100".',
      },
      config: {
        ...settings('{"enable": 1}'),
        brief: "Options by name, null takes one away",
        spreads: { except: [] },
        required: true,
      },
    },
    recipe: "firewall-options",
    also: [
      "PUT /nodes/{node}/firewall/options",
      "PUT /nodes/{node}/qemu/{vmid}/firewall/options",
      "PUT /nodes/{node}/lxc/{vmid}/firewall/options",
      "GET /cluster/firewall/options",
      "GET /nodes/{node}/firewall/options",
      "GET /nodes/{node}/qemu/{vmid}/firewall/options",
      "GET /nodes/{node}/lxc/{vmid}/firewall/options",
      "GET /cluster/resources",
    ],
    picks: true,
    example: { scope: "guest/100", config: { enable: 1, policy_in: "DROP" } },
  }),
  get_firewall_log: tool("GET /nodes/{node}/firewall/log", {
    title: "Read a firewall's log",
    summary:
      "Reads the newest lines a node's or guest's firewall has logged; only rules and policies with a log level write any.",
    risk: "read",
    accepts: {
      scope: {
        type: "string",
        description: 'Whose: "node/pve1" or "guest/100".',
        brief: "node/pve1 or guest/100",
        required: true,
      },
      lines: { type: "integer", description: "Lines to show.", brief: "", minimum: 1, maximum: 2000, default: 100 },
      since: { type: ["integer", "string"], description: 'From then on, such as "2h", a date, or epoch seconds.' },
    },
    recipe: "firewall-log",
    also: [
      "GET /nodes/{node}/qemu/{vmid}/firewall/log",
      "GET /nodes/{node}/lxc/{vmid}/firewall/log",
      "GET /cluster/resources",
    ],
    example: { scope: "node/pve1" },
  }),
  delete_security_group: tool("DELETE /cluster/firewall/groups/{group}", {
    title: "Delete a security group",
    summary: "Deletes an empty security group; delete_firewall_rule with scope group/<name> empties it.",
    risk: "destroy",
    accepts: { name: "group" },
    recipe: "delete-record",
    shows: "GET /cluster/firewall/groups",
    example: { name: "mail" },
  }),
};
