import { type Parameter, tool, toolset } from "../define.js";

const type = {
  type: "string",
  description: "Only this kind.",
  enum: ["bridge", "bond", "eth", "alias", "vlan", "OVSBridge", "OVSBond", "OVSPort", "OVSIntPort", "any_bridge"],
} as const satisfies Parameter;

const interfaces = {
  risk: "read",
  accepts: { node_name: "node", type },
  recipe: "node-network",
  example: { node_name: "pve1" },
} as const;

const address = {
  cidr: "cidr",
  gateway: "gateway",
  cidr6: "cidr6",
  gateway6: "gateway6",
  autostart: "autostart",
  mtu: "mtu",
  comments: "comments",
} as const;

const apply = {
  type: "boolean",
  description: "Put everything that is staged into force now; the node's network is reloaded.",
  default: false,
} as const satisfies Parameter;

/** The network of nodes. */
export const network = toolset({
  id: "network",
  title: "Network",
  tools: {
    get_node_network: tool("GET /nodes/{node}/network", {
      title: "Show a node's network",
      summary:
        "Lists the network interfaces of a node (bridges, bonds, cards, VLANs) with addresses and state, and what is staged but not in force. For VLANs alone use get_vlan_config.",
      ...interfaces,
    }),
    get_network_interfaces: tool("GET /nodes/{node}/network", {
      title: "List a node's network interfaces",
      summary:
        "The same as get_node_network; narrow it by type, for example to the bridges that guests can be attached to.",
      ...interfaces,
      example: { node_name: "pve1", type: "any_bridge" },
    }),
    get_vlan_config: tool("GET /nodes/{node}/network", {
      title: "Show VLANs",
      summary:
        "Shows the VLAN interfaces of a node, the bridges that pass VLANs on, the SDN zones made of VLANs, and what is staged but not in force.",
      risk: "read",
      accepts: { node_name: "node" },
      recipe: "vlan-config",
      also: ["GET /cluster/sdn/zones"],
      tries: ["GET /cluster/sdn/zones"],
      example: { node_name: "pve1" },
    }),
    create_vlan: tool("POST /nodes/{node}/network", {
      title: "Stage a new VLAN interface",
      summary:
        "Stages a VLAN interface on a node and shows the diff; nothing is in force until apply. Guests need none of these: on a VLAN-aware bridge their network card takes the tag.",
      risk: "change",
      accepts: {
        node_name: "node",
        iface: { for: "iface", type: "string", description: "Name; left out, device and tag, such as vmbr0.20." },
        "vlan-raw-device": "vlan-raw-device",
        "vlan-id": "vlan-id",
        ...address,
        apply,
      },
      optional: ["iface"],
      fixed: { type: "vlan" },
      recipe: "create-vlan",
      also: ["GET /nodes/{node}/network", "PUT /nodes/{node}/network"],
      example: { node_name: "pve1", "vlan-raw-device": "vmbr0", "vlan-id": 20, cidr: "10.20.0.11/24" },
    }),
    update_vlan: tool("PUT /nodes/{node}/network/{iface}", {
      title: "Change a VLAN interface",
      summary:
        "Stages a change of a VLAN interface and shows the diff. With apply and no setting it puts all that is staged on the node into force, which can cut it off: read the diff first.",
      risk: "change",
      accepts: {
        node_name: "node",
        iface: "iface",
        "vlan-raw-device": "vlan-raw-device",
        "vlan-id": "vlan-id",
        ...address,
        delete: "delete",
        apply,
      },
      fixed: { type: "vlan" },
      recipe: "update-vlan",
      also: ["GET /nodes/{node}/network", "PUT /nodes/{node}/network"],
      example: { node_name: "pve1", iface: "vmbr0.20", comments: "cameras" },
    }),
    delete_vlan: tool("DELETE /nodes/{node}/network/{iface}", {
      title: "Remove a VLAN interface",
      summary:
        "Stages the removal of a VLAN interface and shows the diff; what talks through it is cut off once it is applied. Any other kind of interface is refused.",
      risk: "destroy",
      accepts: { node_name: "node", iface: "iface", apply },
      recipe: "delete-vlan",
      also: ["GET /nodes/{node}/network", "PUT /nodes/{node}/network"],
      example: { node_name: "pve1", iface: "vmbr0.20" },
    }),
  },
});
