import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { unifiedDiff } from "../unified-diff.js";
import type { Guest } from "../world.js";
import { parseNic, parseOption } from "../world-option.js";
import { cidrOf, copyLayer, isApplied, type SdnLayer, type SdnSection } from "../world-sdn.js";
import { flag, need, nodeOf } from "./guest-call.js";
import { sdnAddressHandlers } from "./sdn-addresses.js";
import { sdnControllerHandlers } from "./sdn-controllers.js";
import { sdnRoutingHandlers } from "./sdn-routing.js";
import { edit, newToken } from "./sdn-sections.js";
import { sdnSubnetHandlers } from "./sdn-subnets.js";
import { sdnVnetHandlers } from "./sdn-vnets.js";
import { sdnZoneHandlers } from "./sdn-zones.js";

const acquire: Handler = (call) => {
  const { sdn } = call.world;
  edit(call, "could not acquire lock for SDN config", () => {
    if (!flag(call, "allow-pending") && !isApplied(sdn)) {
      die("configuration has pending changes at /usr/share/perl5/PVE/API2/Network/SDN.pm line 150.");
    }
  });
  const token = newToken(call);
  sdn.lock = token;
  return token;
};

const release: Handler = (call) => {
  if (!flag(call, "force")) {
    edit(call, "could not release lock", () => {});
  }
  delete call.world.sdn.lock;
};

function releaseAfter(call: Call): void {
  if (flag(call, "release-lock", true)) {
    delete call.world.sdn.lock;
  }
}

/** Makes the staged configuration the running one and has every node that is up load it. */
const apply: Handler = (call) => {
  const { sdn, nodes, entry } = call.world;
  edit(call, "could not commit SDN config", () => {
    sdn.running = copyLayer(sdn.staged);
    sdn.appliedAt = call.now();
  });
  releaseAfter(call);
  return call.startTask({
    node: entry,
    type: "reloadnetworkall",
    id: "",
    work: function* () {
      for (const { node, online, bridges } of nodes.values()) {
        if (!online) {
          yield { log: `${node}: offline - skipping` };
          continue;
        }
        yield { ms: 400, log: `${node}: reloading network config` };
        const wanted = [...sdn.running.vnets.keys()].filter((vnet) => isOn(sdn.running, vnet, node));
        bridges.push(...wanted.filter((vnet) => !bridges.includes(vnet)));
        call.startTask({ node, type: "srvreload", id: "networking", work: reload });
      }
    },
  });
};

function* reload(): Generator<{ ms: number }, void, void> {
  yield { ms: 1500 };
}

const rollBack: Handler = (call) => {
  const { sdn } = call.world;
  edit(call, "could not rollback SDN config", () => {
    sdn.staged = copyLayer(sdn.running);
  });
  releaseAfter(call);
};

function zoneOf(layer: SdnLayer, vnet: string): SdnSection | undefined {
  return layer.zones.get(String(layer.vnets.get(vnet)?.["zone"]));
}

/** Whether a zone is limited to other nodes. */
function isOn(layer: SdnLayer, vnet: string, node: string): boolean {
  const nodes = zoneOf(layer, vnet)?.["nodes"];
  return nodes === undefined || String(nodes).split(",").includes(node);
}

/** What a node's interface file for these networks says. */
function interfacesText(layer: SdnLayer, node: string): string {
  const sections = [...layer.vnets]
    .filter(([id]) => isOn(layer, id, node))
    .map(([id, vnet]) => {
      const zone = zoneOf(layer, id);
      const addresses = [...layer.subnets]
        .filter(([, subnet]) => subnet["vnet"] === id && subnet["gateway"] !== undefined)
        .map(([key, subnet]) => `\taddress ${subnet["gateway"]}/${cidrOf(key).split("/")[1]}\n`);
      const port =
        zone?.["type"] === "vlan"
          ? `${zone["bridge"]}.${vnet["tag"]}`
          : zone?.["type"] === "simple"
            ? "none"
            : `vxlan_${id}`;
      const alias = vnet["alias"] === undefined ? "" : `\talias ${vnet["alias"]}\n`;
      return `auto ${id}\niface ${id}\n${addresses.join("")}\tbridge_ports ${port}\n\tbridge_stp off\n\tbridge_fd 0\n${alias}`;
    });
  return sections.join("\n");
}

function routingText(layer: SdnLayer): string {
  const lines = [...layer.controllers].map(([id, each]) => `! ${id}\nrouter bgp ${each["asn"] ?? ""}\nexit\n`);
  return lines.length === 0 ? "" : `frr defaults datacenter\n!\n${lines.join("!\n")}`;
}

const dryRun: Handler = (call) => {
  const { staged, running } = call.world.sdn;
  const node = nodeOf(call);
  const diff = (file: string, render: (layer: SdnLayer) => string): string =>
    unifiedDiff({ header: file, text: render(running) }, { header: `${file}.new`, text: render(staged) });
  return {
    "interfaces-diff": diff("/etc/network/interfaces.d/sdn", (layer) => interfacesText(layer, node)),
    "frr-diff": diff("/etc/frr/frr.conf", routingText),
  };
};

function appliedZone(call: Call): SdnSection {
  const zone = need(call, "zone");
  return call.world.sdn.running.zones.get(zone) ?? die(`sdn '${zone}' does not exist`);
}

const listNodeZones: Handler = (call) =>
  [...call.world.sdn.running.zones]
    .filter(([id]) => call.allowed(`/sdn/zones/${id}`, ["SDN.Audit", "SDN.Use"], "any"))
    .filter(([, zone]) => zone["nodes"] === undefined || String(zone["nodes"]).split(",").includes(nodeOf(call)))
    .map(([zone]) => ({ zone, status: "available" }));

function appliedVnets(call: Call): string[] {
  appliedZone(call);
  const zone = need(call, "zone");
  return [...call.world.sdn.running.vnets].filter(([, vnet]) => vnet["zone"] === zone).map(([id]) => id);
}

/** The cards of running guests that are plugged into a bridge. */
function portsOf(call: Call, bridge: string): Record<string, unknown>[] {
  const here = [...call.world.guests.values()].filter(
    ({ node, running }) => node === nodeOf(call) && running !== undefined,
  );
  return here.flatMap((guest) =>
    cards(guest, bridge).map((index) => ({
      name: `${guest.kind === "qemu" ? "tap" : "veth"}${guest.vmid}i${index}`,
      vmid: guest.vmid,
      index: `net${index}`,
    })),
  );
}

function cards({ kind, config }: Guest, bridge: string): string[] {
  return Object.keys(config)
    .filter((key) => /^net\d+$/.test(key))
    .filter((key) => {
      const value = String(config[key]);
      return (kind === "qemu" ? parseNic(value) : parseOption(value, "name"))["bridge"] === bridge;
    })
    .map((key) => key.slice(3));
}

function assertEvpn(zone: string, section: SdnSection | undefined): void {
  if (section?.["type"] !== "evpn") {
    invalid({ zone: `zone ${zone} is not an EVPN zone.` });
  }
}

/** No router speaks in here, so an EVPN zone's tables are empty. */
const listIpVrf: Handler = (call) => {
  assertEvpn(need(call, "zone"), appliedZone(call));
  return [];
};

const listMacVrf: Handler = (call) => {
  const id = need(call, "vnet");
  const vnet = call.world.sdn.running.vnets.get(id) ?? die(`sdn vnet '${id}' does not exist`);
  assertEvpn(String(vnet["zone"]), zoneOf(call.world.sdn.running, id));
  return [];
};

const index = ["vnets", "zones", "controllers", "ipams", "dns", "fabrics"];

/** Software-defined networks. */
export const sdnHandlers: Handlers = {
  "GET /cluster/sdn": () => index.map((id) => ({ id })),
  "PUT /cluster/sdn": apply,
  "POST /cluster/sdn/lock": acquire,
  "DELETE /cluster/sdn/lock": release,
  "POST /cluster/sdn/rollback": rollBack,
  "GET /cluster/sdn/dry-run": dryRun,
  "GET /nodes/{node}/sdn": () => ["fabrics", "vnets", "zones"].map((name) => ({ name })),
  "GET /nodes/{node}/sdn/zones": listNodeZones,
  "GET /nodes/{node}/sdn/zones/{zone}": (call) =>
    appliedZone(call) && ["bridges", "content", "ip-vrf"].map((subdir) => ({ subdir })),
  "GET /nodes/{node}/sdn/zones/{zone}/content": (call) =>
    appliedVnets(call).map((vnet) => ({ vnet, status: "available" })),
  "GET /nodes/{node}/sdn/zones/{zone}/bridges": (call) =>
    appliedVnets(call).map((name) => ({
      name,
      vlan_filtering: call.world.sdn.running.vnets.get(name)?.["vlanaware"] === 1 ? 1 : null,
      ports: portsOf(call, name),
    })),
  "GET /nodes/{node}/sdn/zones/{zone}/ip-vrf": listIpVrf,
  "GET /nodes/{node}/sdn/vnets/{vnet}": () => [{ subdir: "mac-vrf" }],
  "GET /nodes/{node}/sdn/vnets/{vnet}/mac-vrf": listMacVrf,
  ...sdnZoneHandlers,
  ...sdnVnetHandlers,
  ...sdnSubnetHandlers,
  ...sdnControllerHandlers,
  ...sdnAddressHandlers,
  ...sdnRoutingHandlers,
};
