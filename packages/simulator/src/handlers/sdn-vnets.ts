import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { SdnSection } from "../world-sdn.js";
import { flag, need } from "./guest-call.js";
import { changed, edit, givenSettings, readSections } from "./sdn-sections.js";

const audit = ["SDN.Audit", "SDN.Use", "SDN.Allocate"];

/** The VNet of the path as it is being edited; 500 `sdn vnet 'x' does not exist`. */
export function vnetNamed(call: Call): SdnSection {
  const id = need(call, "vnet");
  return call.world.sdn.staged.vnets.get(id) ?? die(`sdn vnet '${id}' does not exist`);
}

function subnetsOf(call: Call, vnet: string): SdnSection[] {
  return [...call.world.sdn.staged.subnets.values()].filter((subnet) => subnet["vnet"] === vnet);
}

const largest: Readonly<Record<string, readonly [name: string, most: number]>> = {
  vlan: ["vlan", 4096],
  vxlan: ["vxlan", 16_777_216],
  evpn: ["vxlan", 16_777_216],
};

/** What a zone's type asks of a VNet: a tag of its own, or none. */
function assertTag(call: Call, id: string, vnet: SdnSection, type: string): void {
  const tag = vnet["tag"];
  if (type === "simple" && tag !== undefined) {
    invalid({ tag: "vlan tag is not allowed on simple zone" });
  }
  const bounds = largest[type];
  if (bounds !== undefined && tag === undefined) {
    invalid({ tag: `missing ${bounds[0]} tag` });
  }
  if (bounds !== undefined && Number(tag) > bounds[1]) {
    invalid({ tag: `${bounds[0]} tag max value is ${bounds[1]}` });
  }
  const twin = [...call.world.sdn.staged.vnets].find(
    ([other, each]) => other !== id && tag !== undefined && each["tag"] === tag && each["zone"] === vnet["zone"],
  );
  if (twin !== undefined) {
    invalid({ tag: `tag ${tag} already exist in vnet ${twin[0]}` });
  }
}

function assertVnet(call: Call, id: string, vnet: SdnSection): void {
  const zone =
    call.world.sdn.staged.zones.get(String(vnet["zone"])) ??
    die("cannot lookup undefined type! at /usr/share/perl5/PVE/API2/Network/SDN/Vnets.pm line 326.");
  if (vnet["vlanaware"] === 1 && subnetsOf(call, id).length > 0) {
    invalid({ vlanaware: "vlanaware vnet is not compatible with subnets" });
  }
  if (vnet["vlanaware"] === 1 && zone["type"] === "evpn") {
    invalid({ "vlan-aware": "vlan-aware option can't be enabled with evpn" });
  }
  assertTag(call, id, vnet, String(zone["type"]));
}

const create: Handler = (call) => {
  const id = need(call, "vnet");
  edit(call, "create sdn vnet object failed", () => {
    const { vnets } = call.world.sdn.staged;
    if (vnets.has(id)) {
      die(`sdn vnet object ID '${id}' already defined`);
    }
    const vnet = { type: "vnet", ...givenSettings(call, ["vnet"]) };
    assertVnet(call, id, vnet);
    vnets.set(id, vnet);
  });
};

const update: Handler = (call) => {
  const before = vnetNamed(call);
  edit(call, "update sdn vnet object failed", () => {
    const { vnets } = call.world.sdn.staged;
    const id = need(call, "vnet");
    const vnet = changed(call, vnets, before, ["vnet"]);
    if (vnet["zone"] === undefined) {
      invalid({ zone: "cannot delete zone" });
    }
    if (vnet["zone"] !== before["zone"] && subnetsOf(call, id).length > 0) {
      invalid({ zone: "can't change zone if subnets exist" });
    }
    assertVnet(call, id, vnet);
    vnets.set(id, vnet);
  });
};

const remove: Handler = (call) => {
  vnetNamed(call);
  edit(call, "delete sdn vnet object failed", () => {
    const id = need(call, "vnet");
    if (subnetsOf(call, id).length > 0) {
      invalid({ vnet: "Can't delete vnet if subnets exists" });
    }
    call.world.sdn.staged.vnets.delete(id);
  });
};

const listVnets: Handler = (call) =>
  [...readSections(call, "vnets", "vnet")]
    .filter(([id, vnet]) => {
      const { zone } = { ...vnet, ...(vnet["pending"] as Record<string, unknown> | undefined) } as { zone?: string };
      return call.allowed(`/sdn/zones/${zone}/${id}`, audit, "any");
    })
    .map(([, vnet]) => vnet);

/** VNets: the bridges that guests are plugged into. */
export const sdnVnetHandlers: Handlers = {
  "GET /cluster/sdn/vnets": listVnets,
  "POST /cluster/sdn/vnets": create,
  "GET /cluster/sdn/vnets/{vnet}": (call) => {
    const id = need(call, "vnet");
    // One that is to go is listed as such, and is already gone for those who ask for it alone.
    const isGone = flag(call, "pending") && !call.world.sdn.staged.vnets.has(id);
    const vnet = isGone ? undefined : readSections(call, "vnets", "vnet").get(id);
    return vnet ?? die(`sdn vnet '${id}' does not exist`);
  },
  "PUT /cluster/sdn/vnets/{vnet}": update,
  "DELETE /cluster/sdn/vnets/{vnet}": remove,
};
