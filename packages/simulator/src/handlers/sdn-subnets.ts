import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { parseOption } from "../world-option.js";
import { cidrOf, isWithin, type SdnSection } from "../world-sdn.js";
import { need } from "./guest-call.js";
import { changed, edit, givenSettings, readSections } from "./sdn-sections.js";
import { vnetNamed } from "./sdn-vnets.js";

/** What follows from a subnet's id. */
function factsOf(id: string, section: SdnSection): Record<string, unknown> {
  const cidr = cidrOf(id);
  const [network, mask] = cidr.split("/");
  return { id, cidr, network, mask, zone: id.split("-")[0], "dhcp-range": rangesOf(section) };
}

function rangesOf(section: SdnSection): Record<string, string>[] {
  const ranges = section["dhcp-range"];
  const list = ranges === undefined ? [] : typeof ranges === "object" ? ranges : [ranges];
  return list.map((range) => parseOption(String(range), "start-address"));
}

function assertSubnet(cidr: string, subnet: SdnSection): void {
  const gateway = subnet["gateway"];
  if (gateway !== undefined && !isWithin(String(gateway), cidr)) {
    invalid({ gateway: `${gateway} is not in subnet ${cidr}` });
  }
  for (const range of rangesOf(subnet)) {
    for (const end of ["start-address", "end-address"]) {
      const address = range[end] ?? "";
      if (!isWithin(address, cidr)) {
        invalid({ "dhcp-range": `${end} ${address} is not in subnet ${cidr}` });
      }
    }
  }
}

/** With built-in address management, a gateway takes its address. */
function noteGateway(call: Call, id: string, subnet: SdnSection | undefined): void {
  const { sdn } = call.world;
  const [zone = ""] = id.split("-");
  const cidr = cidrOf(id);
  sdn.addresses = sdn.addresses.filter((each) => !(each.zone === zone && each.subnet === cidr && each.gateway === 1));
  const gateway = subnet?.["gateway"];
  if (gateway !== undefined && sdn.staged.zones.get(zone)?.["ipam"] === "pve") {
    sdn.addresses.push({ zone, subnet: cidr, ip: String(gateway), gateway: 1 });
  }
}

const create: Handler = (call) => {
  const vnet = need(call, "vnet");
  const settings = givenSettings(call, ["subnet"]);
  const { zone, vlanaware } = vnetNamed(call);
  const cidr = need(call, "subnet");
  const id = `${zone}-${cidr.replace("/", "-")}`;
  edit(call, "create sdn subnet object failed", () => {
    const { subnets } = call.world.sdn.staged;
    if (subnets.has(id)) {
      die(`sdn subnet object ID '${id}' already defined`);
    }
    if (vlanaware === 1) {
      invalid({ vnet: "you can't add a subnet on a vlanaware vnet" });
    }
    const subnet = { ...settings, type: "subnet", vnet };
    assertSubnet(cidr, subnet);
    subnets.set(id, subnet);
    noteGateway(call, id, subnet);
  });
};

function subnetNamed(call: Call): SdnSection {
  const id = need(call, "subnet");
  const subnet = call.world.sdn.staged.subnets.get(id);
  return subnet !== undefined && subnet["vnet"] === need(call, "vnet")
    ? subnet
    : die(`sdn subnet '${id}' does not exist`);
}

const update: Handler = (call) => {
  vnetNamed(call);
  edit(call, "update sdn subnet object failed", () => {
    const { subnets } = call.world.sdn.staged;
    const id = need(call, "subnet");
    const subnet = changed(call, subnets, subnetNamed(call), ["subnet"]);
    assertSubnet(cidrOf(id), subnet);
    subnets.set(id, subnet);
    noteGateway(call, id, subnet);
  });
};

const remove: Handler = (call) => {
  vnetNamed(call);
  edit(call, "delete sdn subnet object failed", () => {
    subnetNamed(call);
    const id = need(call, "subnet");
    const cidr = cidrOf(id);
    const [zone] = id.split("-");
    if (call.world.sdn.addresses.some((each) => each.zone === zone && each.subnet === cidr && each.gateway !== 1)) {
      die(`cannot delete subnet '${cidr}', not empty`);
    }
    call.world.sdn.staged.subnets.delete(id);
    noteGateway(call, id, undefined);
  });
};

function read(call: Call): Map<string, Record<string, unknown>> {
  return readSections(call, "subnets", "subnet", factsOf);
}

const listSubnets: Handler = (call) => {
  vnetNamed(call);
  return [...read(call).values()].filter((subnet) => subnet["vnet"] === need(call, "vnet"));
};

const showSubnet: Handler = (call) => {
  const subnet = read(call).get(need(call, "subnet"));
  return subnet?.["vnet"] === need(call, "vnet") ? subnet : die(`sdn subnet '${need(call, "subnet")}' does not exist`);
};

/** Subnets: the addresses of a VNet. */
export const sdnSubnetHandlers: Handlers = {
  "GET /cluster/sdn/vnets/{vnet}/subnets": listSubnets,
  "POST /cluster/sdn/vnets/{vnet}/subnets": create,
  "GET /cluster/sdn/vnets/{vnet}/subnets/{subnet}": showSubnet,
  "PUT /cluster/sdn/vnets/{vnet}/subnets/{subnet}": update,
  "DELETE /cluster/sdn/vnets/{vnet}/subnets/{subnet}": remove,
};
