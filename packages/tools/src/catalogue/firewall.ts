import { type Parameter, tool, toolset } from "../define.js";
import { firewallSetTools } from "./firewall-sets.js";

const scope = {
  type: "string",
  brief: "cluster, node/pve1, guest/100 or group/web",
  description: 'Whose rules: "cluster", "node/pve1", "guest/100" or "group/web" (a security group).',
  default: "cluster",
} as const satisfies Parameter;

const scoped = {
  lists: [
    "GET /nodes/{node}/firewall/rules",
    "GET /nodes/{node}/qemu/{vmid}/firewall/rules",
    "GET /nodes/{node}/lxc/{vmid}/firewall/rules",
    "GET /cluster/firewall/groups/{group}",
  ],
  options: [
    "GET /cluster/firewall/options",
    "GET /nodes/{node}/firewall/options",
    "GET /nodes/{node}/qemu/{vmid}/firewall/options",
    "GET /nodes/{node}/lxc/{vmid}/firewall/options",
  ],
  adds: [
    "POST /nodes/{node}/firewall/rules",
    "POST /nodes/{node}/qemu/{vmid}/firewall/rules",
    "POST /nodes/{node}/lxc/{vmid}/firewall/rules",
    "POST /cluster/firewall/groups/{group}",
    "PUT /cluster/firewall/rules/{pos}",
    "PUT /nodes/{node}/firewall/rules/{pos}",
    "PUT /nodes/{node}/qemu/{vmid}/firewall/rules/{pos}",
    "PUT /nodes/{node}/lxc/{vmid}/firewall/rules/{pos}",
    "PUT /cluster/firewall/groups/{group}/{pos}",
  ],
  drops: [
    "DELETE /nodes/{node}/firewall/rules/{pos}",
    "DELETE /nodes/{node}/qemu/{vmid}/firewall/rules/{pos}",
    "DELETE /nodes/{node}/lxc/{vmid}/firewall/rules/{pos}",
    "DELETE /cluster/firewall/groups/{group}/{pos}",
  ],
} as const;

/** Where it stands whether a guest's network cards are behind its firewall. */
const cards = ["GET /nodes/{node}/qemu/{vmid}/config", "GET /nodes/{node}/lxc/{vmid}/config"] as const;

const isPut = (route: (typeof scoped.adds)[number]) => route.startsWith("PUT ");

/** The firewall of cluster, nodes and guests. */
export const firewall = toolset({
  id: "firewall",
  title: "Firewall",
  tools: {
    get_firewall_rules: tool("GET /cluster/firewall/rules", {
      title: "List firewall rules",
      summary:
        "Lists the firewall rules of the cluster, or of a node, guest or security group (scope), in order, with switch and policies, and says when the firewall is off. For virtual machines see get_vm_firewall_rules.",
      risk: "read",
      accepts: { scope },
      recipe: "firewall-rules",
      also: [...scoped.lists, ...scoped.options, ...cards, "GET /cluster/resources"],
      aliases: ["list_firewall_rules"],
      picks: true,
      tries: [...scoped.options, ...cards],
      example: { scope: "guest/100" },
    }),
    create_firewall_rule: tool("POST /cluster/firewall/rules", {
      title: "Add a firewall rule",
      summary:
        "Adds a rule to the firewall of the cluster, or of a node, guest or security group (scope): first in the list unless pos says otherwise. It is off unless enable is true. A DROP rule can cut off the way to PVE itself.",
      risk: "change",
      accepts: {
        direction: {
          for: "type",
          type: "string",
          brief: "group: a security group",
          description: "Traffic it is about; group puts a security group here.",
          enum: ["in", "out", "forward", "group"],
          required: true,
        },
        action: {
          for: "action",
          type: "string",
          brief: "ACCEPT, DROP, REJECT or a security group",
          description: "ACCEPT, DROP, REJECT, or the name of a security group.",
          required: true,
        },
        scope,
        source: "source",
        dest: "dest",
        proto: "proto",
        sport: "sport",
        dport: "dport",
        macro: "macro",
        iface: "iface",
        log: "log",
        comment: "comment",
        enable: { for: "enable", type: "boolean", brief: "", description: "Whether it is in force.", default: false },
        pos: { type: "integer", description: "Place in the list, from 0.", minimum: 0, default: 0 },
      },
      recipe: "create-rule",
      also: [
        ...scoped.adds,
        "GET /cluster/firewall/rules",
        ...scoped.lists,
        ...scoped.options,
        ...cards,
        "GET /cluster/resources",
      ],
      picks: true,
      tries: [...scoped.options, ...cards],
      example: {
        direction: "in",
        action: "ACCEPT",
        scope: "guest/100",
        proto: "tcp",
        dport: "443",
        comment: "https",
        enable: true,
      },
    }),
    update_firewall_rule: tool("PUT /cluster/firewall/rules/{pos}", {
      title: "Change a firewall rule",
      summary:
        "Changes the rule at a position, moves it, or switches it on or off, and shows it before and after. Refused when somebody else changed the list meanwhile.",
      risk: "change",
      accepts: {
        position: "pos",
        scope,
        action: "action",
        source: "source",
        dest: "dest",
        proto: "proto",
        sport: "sport",
        dport: "dport",
        macro: "macro",
        iface: "iface",
        log: "log",
        comment: "comment",
        enable: { for: "enable", type: "boolean", description: "Whether it is in force.", brief: "" },
        move_to: {
          for: "moveto",
          type: "integer",
          description: "New place in the list, from 0.",
          brief: "New position",
          minimum: 0,
        },
        delete: "delete",
        digest: "digest",
      },
      brief: { action: "" },
      recipe: "update-rule",
      also: [...scoped.adds.filter(isPut), "GET /cluster/firewall/rules", ...scoped.lists, "GET /cluster/resources"],
      picks: true,
      example: { position: 0, source: "192.0.2.0/24", enable: true },
    }),
    delete_firewall_rule: tool("DELETE /cluster/firewall/rules/{pos}", {
      title: "Remove a firewall rule",
      summary:
        "Removes the rule at a position, in the firewall of the cluster, or of a node, guest or security group (scope), and shows which it was. The rules behind it move up. Refused when somebody else changed the list meanwhile.",
      risk: "destroy",
      accepts: { position: "pos", scope, digest: "digest" },
      recipe: "delete-rule",
      also: [...scoped.drops, "GET /cluster/firewall/rules", ...scoped.lists, "GET /cluster/resources"],
      picks: true,
      example: { position: 0, scope: "cluster" },
    }),
    get_security_groups: tool("GET /cluster/firewall/groups", {
      title: "List security groups",
      summary: "Lists security groups: named sets of firewall rules that a rule of direction group puts in force.",
      risk: "read",
      accepts: {},
      recipe: "security-groups",
      also: ["GET /cluster/firewall/groups/{group}"],
      tries: ["GET /cluster/firewall/groups/{group}"],
      example: {},
    }),
    create_security_group: tool("POST /cluster/firewall/groups", {
      title: "Create a security group",
      summary:
        "Creates an empty security group. create_firewall_rule with scope group/<name> fills it, and with direction group puts it in force.",
      risk: "change",
      accepts: { name: "group", comment: "comment" },
      recipe: "create-security-group",
      example: { name: "mail", comment: "SMTP and IMAP" },
    }),
    get_vm_firewall_rules: tool("GET /nodes/{node}/qemu/{vmid}/firewall/rules", {
      title: "List a VM's firewall rules",
      summary:
        "Lists the firewall rules of one virtual machine in order, with switch and policies, and says when they are not in force. For containers, nodes and the cluster use get_firewall_rules.",
      risk: "read",
      accepts: { node_name: "node", vmid: "vmid" },
      locates: "vm",
      recipe: "firewall-rules",
      also: ["GET /nodes/{node}/qemu/{vmid}/firewall/options", "GET /cluster/firewall/options", cards[0]],
      tries: ["GET /nodes/{node}/qemu/{vmid}/firewall/options", "GET /cluster/firewall/options", cards[0]],
      example: { vmid: 100 },
    }),
    ...firewallSetTools,
  },
});
