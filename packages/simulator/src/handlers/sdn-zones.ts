import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { SdnSection, SdnValue } from "../world-sdn.js";
import { need, text } from "./guest-call.js";
import { changed, edit, givenSettings, readSections } from "./sdn-sections.js";

const audit = ["SDN.Audit", "SDN.Use", "SDN.Allocate"];
const required: Readonly<Record<string, readonly string[]>> = {
  vlan: ["bridge"],
  qinq: ["tag", "bridge"],
  evpn: ["vrf-vxlan", "controller"],
};

/** 500 when the type of an object needs a setting that is not given. */
export function assertComplete(wanted: readonly string[], settings: Readonly<Record<string, SdnValue>>): void {
  const missing = wanted.find((key) => settings[key] === undefined);
  if (missing !== undefined) {
    die(`missing value for required option '${missing}'`);
  }
}

function assertZone(call: Call, id: string, zone: SdnSection): void {
  const { sdn } = call.world;
  for (const key of ["dns", "reversedns"]) {
    const server = zone[key];
    if (server !== undefined && !sdn.dns.has(String(server))) {
      invalid({ [key]: `${server} don't exist` });
    }
  }
  if (zone["dnszone"] !== undefined && zone["dns"] === undefined) {
    invalid({ dnszone: "missing dns server" });
  }
  if (zone["ipam"] !== undefined && !sdn.ipams.has(String(zone["ipam"]))) {
    invalid({ ipam: `${zone["ipam"]} not existing` });
  }
  if (zone["type"] === "evpn") {
    assertEvpn(call, id, zone);
  }
}

function assertEvpn(call: Call, id: string, zone: SdnSection): void {
  const { controllers, zones } = call.world.sdn.staged;
  const file = "at /usr/share/perl5/PVE/Network/SDN/Zones/EvpnPlugin.pm line";
  const name = String(zone["controller"]);
  const controller = controllers.get(name) ?? die(`controller ${name} don't exist ${file} 354.`);
  if (controller["type"] !== "evpn") {
    die(`${name} is not a evpn controller type ${file} 356.`);
  }
  const vrf = zone["vrf-vxlan"];
  const other = [...zones].find(([key, each]) => key !== id && each["vrf-vxlan"] === vrf);
  if (other !== undefined) {
    die(`vrf-vxlan ${vrf} is already declared in ${other[0]} ${file} 366.`);
  }
}

const create: Handler = (call) => {
  const id = need(call, "zone");
  const type = need(call, "type");
  const settings = givenSettings(call, ["zone"]);
  assertComplete(required[type] ?? [], settings);
  edit(call, "create sdn zone object failed", () => {
    const { zones } = call.world.sdn.staged;
    if (zones.has(id)) {
      die(`sdn zone object ID '${id}' already defined`);
    }
    const mac = type === "evpn" && settings["mac"] === undefined ? { mac: call.world.random.mac() } : {};
    const zone = { ...settings, ...mac };
    assertZone(call, id, zone);
    zones.set(id, zone);
  });
};

const update: Handler = (call) =>
  edit(call, "update sdn zone object failed", () => {
    const { zones } = call.world.sdn.staged;
    const id = need(call, "zone");
    const before = zones.get(id) ?? die(`sdn '${id}' does not exist`);
    const zone = changed(call, zones, before, ["zone"]);
    assertZone(call, id, zone);
    zones.set(id, zone);
  });

const remove: Handler = (call) =>
  edit(call, "delete sdn zone object failed", () => {
    const { zones, vnets } = call.world.sdn.staged;
    const id = need(call, "zone");
    if (!zones.has(id)) {
      die(`sdn '${id}' does not exist`);
    }
    const user = [...vnets].find(([, vnet]) => vnet["zone"] === id);
    if (user !== undefined) {
      die(`zone ${id} is used by vnet ${user[0]} at /usr/share/perl5/PVE/Network/SDN/Zones/Plugin.pm line 149.`);
    }
    zones.delete(id);
  });

const listZones: Handler = (call) => {
  const type = text(call, "type");
  return [...readSections(call, "zones", "zone")]
    .filter(
      ([id, zone]) => call.allowed(`/sdn/zones/${id}`, audit, "any") && (type === undefined || zone["type"] === type),
    )
    .map(([, zone]) => zone);
};

/** Zones: how networks reach from node to node. */
export const sdnZoneHandlers: Handlers = {
  "GET /cluster/sdn/zones": listZones,
  "POST /cluster/sdn/zones": create,
  "GET /cluster/sdn/zones/{zone}": (call) =>
    readSections(call, "zones", "zone").get(need(call, "zone")) ?? die(`sdn '${need(call, "zone")}' does not exist`),
  "PUT /cluster/sdn/zones/{zone}": update,
  "DELETE /cluster/sdn/zones/{zone}": remove,
};
