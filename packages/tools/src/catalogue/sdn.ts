import { tool, toolset } from "../define.js";
import { settings } from "./parameters.js";
import { sdnNetworkTools } from "./sdn-networks.js";

/** Software-defined networks. Every change is staged, and in force once it is applied. */
export const sdn = toolset({
  id: "sdn",
  title: "Software-defined networks",
  tools: {
    list_sdn_zones: tool("GET /cluster/sdn/zones", {
      title: "List SDN zones",
      summary: "Lists the zones of the SDN. state (new, changed, deleted) and pending tell what is not applied yet.",
      risk: "read",
      accepts: { type: "type" },
      fixed: { pending: true },
      recipe: "sdn-list",
      example: {},
    }),
    create_sdn_zone: tool("POST /cluster/sdn/zones", {
      title: "Create an SDN zone",
      summary: "Stages a zone: how its VNets travel between nodes. apply_sdn_changes puts it into force.",
      risk: "change",
      accepts: {
        zone: "zone",
        type: "type",
        bridge: "bridge",
        nodes: "nodes",
        peers: "peers",
        mtu: "mtu",
        dhcp: "dhcp",
        config: {
          type: ["object", "string"],
          brief: "Any other setting of the type",
          description: 'Any other setting of the type by its name, such as {"tag": 100, "ipam": "pve"}.',
          spreads: { except: ["lock-token"] },
        },
      },
      brief: { zone: "2 to 8 letters and digits", type: "", bridge: "vlan, qinq: bridge that carries it", dhcp: "" },
      recipe: "create-record",
      shows: "GET /cluster/sdn/zones/{zone}",
      example: { zone: "office", type: "simple", config: { ipam: "pve" } },
    }),
    update_sdn_zone: tool("PUT /cluster/sdn/zones/{zone}", {
      title: "Change an SDN zone",
      summary: "Stages a change of a zone and shows it before and after. apply_sdn_changes puts it into force.",
      risk: "change",
      accepts: { zone: "zone", config: { ...settings('{"mtu": 1450}'), required: true }, digest: "digest" },
      recipe: "update-record",
      shows: "GET /cluster/sdn/zones/{zone}",
      example: { zone: "office", config: { mtu: 1450 } },
    }),
    delete_sdn_zone: tool("DELETE /cluster/sdn/zones/{zone}", {
      title: "Delete an SDN zone",
      summary: "Stages the removal of a zone without VNets. It is gone once apply_sdn_changes has run.",
      risk: "destroy",
      accepts: { zone: "zone" },
      recipe: "delete-record",
      shows: "GET /cluster/sdn/zones/{zone}",
      example: { zone: "office" },
    }),
    get_sdn_changes: tool("GET /cluster/sdn/zones", {
      title: "Show what SDN changes wait",
      summary:
        "Shows everything staged in the SDN and not applied, and from PVE 9.2 on what an apply would change in the files of a node.",
      risk: "read",
      accepts: { node_name: { type: "string", description: "Node to compare; left out, the first online." } },
      recipe: "sdn-changes",
      also: [
        "GET /cluster/sdn/vnets",
        "GET /cluster/sdn/vnets/{vnet}/subnets",
        "GET /cluster/sdn/controllers",
        "GET /cluster/sdn/dry-run",
        "GET /nodes",
      ],
      example: {},
    }),
    apply_sdn_changes: tool("PUT /cluster/sdn", {
      title: "Apply the SDN changes",
      summary:
        "Puts everything staged in the SDN into force and reloads the network of every node, which can cut guests off: get_sdn_changes first.",
      risk: "destroy",
      accepts: {},
      waits: true,
      recipe: "apply-sdn",
      also: [
        "GET /cluster/sdn/zones",
        "GET /cluster/sdn/vnets",
        "GET /cluster/sdn/vnets/{vnet}/subnets",
        "GET /cluster/sdn/controllers",
      ],
      example: {},
    }),
    rollback_sdn_changes: tool("POST /cluster/sdn/rollback", {
      title: "Drop the SDN changes",
      summary: "Drops everything staged in the SDN: it reads as it is in force again. Shows what is lost.",
      risk: "destroy",
      accepts: {},
      repeatable: true,
      recipe: "rollback-sdn",
      also: [
        "GET /cluster/sdn/zones",
        "GET /cluster/sdn/vnets",
        "GET /cluster/sdn/vnets/{vnet}/subnets",
        "GET /cluster/sdn/controllers",
      ],
      example: {},
    }),
    ...sdnNetworkTools,
  },
});
