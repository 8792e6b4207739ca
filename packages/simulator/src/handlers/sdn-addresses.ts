import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { cidrOf, isWithin, type SdnAddress, type SdnSection, sectionsDigest } from "../world-sdn.js";
import { need, number, text } from "./guest-call.js";
import { changed, edit, givenSettings } from "./sdn-sections.js";
import { vnetNamed } from "./sdn-vnets.js";
import { assertComplete } from "./sdn-zones.js";

/** The applied subnet of a VNet that an address belongs to. */
function subnetFor(call: Call, ip: string): string {
  const vnet = need(call, "vnet");
  const found = [...call.world.sdn.running.subnets].find(
    ([id, subnet]) => subnet["vnet"] === vnet && ip !== "" && isWithin(ip, cidrOf(id)),
  );
  return found === undefined
    ? die(`can't find any subnet for ip ${ip} at /usr/share/perl5/PVE/Network/SDN/Subnets.pm line 115.`)
    : cidrOf(found[0]);
}

function addressOf(call: Call, ip: string): SdnAddress {
  const mac = text(call, "mac");
  const vmid = number(call, "vmid");
  return {
    zone: need(call, "zone"),
    subnet: subnetFor(call, ip),
    ip,
    ...(mac === undefined ? {} : { mac }),
    ...(vmid === undefined ? {} : { vmid }),
  };
}

function assertFree(call: Call, address: SdnAddress): void {
  if (call.world.sdn.addresses.some((each) => each.zone === address.zone && each.ip === address.ip)) {
    die(`IP '${address.ip}' already exist`);
  }
}

const add: Handler = (call) => {
  vnetNamed(call);
  const address = addressOf(call, need(call, "ip"));
  assertFree(call, address);
  call.world.sdn.addresses.push(address);
};

/** A card keeps its address card and gets another number; without one there is nothing to move. */
const move: Handler = (call) => {
  vnetNamed(call);
  const { sdn } = call.world;
  const mac = text(call, "mac");
  const zone = need(call, "zone");
  const before = sdn.addresses.find((each) => mac !== undefined && each.mac === mac && each.zone === zone);
  subnetFor(call, before?.ip ?? "");
  const address = addressOf(call, need(call, "ip"));
  if (before?.ip !== address.ip) {
    assertFree(call, address);
  }
  sdn.addresses = [...sdn.addresses.filter((each) => each !== before), address];
};

const drop: Handler = (call) => {
  vnetNamed(call);
  const { sdn } = call.world;
  const ip = need(call, "ip");
  subnetFor(call, ip);
  const found = sdn.addresses.find((each) => each.ip === ip && each.zone === need(call, "zone"));
  if (found === undefined) {
    die(`IP '${ip}' does not exist in IPAM DB`);
  }
  sdn.addresses = sdn.addresses.filter((each) => each !== found);
};

const listAddresses: Handler = (call) => {
  ipamNamed(call);
  if (need(call, "ipam") !== "pve") {
    die("Currently only PVE IPAM is supported! at /usr/share/perl5/PVE/API2/Network/SDN/Ipams.pm line 319.");
  }
  const { addresses, running } = call.world.sdn;
  return addresses.flatMap((address) => {
    const subnet = running.subnets.get(`${address.zone}-${address.subnet.replace("/", "-")}`);
    return subnet === undefined ? [] : [{ ...address, vnet: subnet["vnet"] }];
  });
};

/** A server outside cannot be reached, and PVE looks for it before it stores anything. */
function unreachable(what: string, url: string): never {
  const { hostname, port, protocol } = new URL(url);
  const address = `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
  die(`${what}: Invalid response from server: 500 Can't connect to ${address} (Network is unreachable)`);
}

function ipamNamed(call: Call): SdnSection {
  const id = need(call, "ipam");
  return call.world.sdn.ipams.get(id) ?? die(`sdn '${id}' does not exist`);
}

function shown(key: string, id: string, section: SdnSection, all: ReadonlyMap<string, SdnSection>): unknown {
  return { [key]: id, ...section, digest: sectionsDigest(all) };
}

const needed: Readonly<Record<string, readonly string[]>> = {
  netbox: ["url", "token"],
  phpipam: ["url", "token", "section"],
};

const createIpam: Handler = (call) => {
  const id = need(call, "ipam");
  const settings = givenSettings(call, ["ipam"]);
  const type = need(call, "type");
  assertComplete(needed[type] ?? [], settings);
  edit(call, "create sdn ipam object failed", () => {
    const { ipams } = call.world.sdn;
    if (ipams.has(id)) {
      die(`sdn ipam object ID '${id}' already defined`);
    }
    if (type !== "pve") {
      unreachable(`Can't connect to ${type} api`, String(settings["url"]));
    }
    ipams.set(id, settings);
  });
};

const updateIpam: Handler = (call) =>
  edit(call, "update sdn ipam object failed", () => {
    const { ipams } = call.world.sdn;
    const after = changed(call, ipams, ipamNamed(call), ["ipam"]);
    if (after["type"] !== "pve") {
      unreachable(`Can't connect to ${after["type"]} api`, String(after["url"]));
    }
    ipams.set(need(call, "ipam"), after);
  });

// The text speaks of a zone; that is how PVE has it.
const removeIpam: Handler = (call) =>
  edit(call, "delete sdn zone object failed", () => {
    ipamNamed(call);
    call.world.sdn.ipams.delete(need(call, "ipam"));
  });

function dnsNamed(call: Call): SdnSection {
  const id = need(call, "dns");
  return call.world.sdn.dns.get(id) ?? die(`sdn '${id}' does not exist`);
}

const createDns: Handler = (call) => {
  edit(call, "create sdn dns object failed", () => {
    const id = need(call, "dns");
    if (call.world.sdn.dns.has(id)) {
      die(`sdn dns object ID '${id}' already defined`);
    }
    unreachable("dns api error", need(call, "url"));
  });
};

const updateDns: Handler = (call) =>
  edit(call, "update sdn dns object failed", () => {
    const after = changed(call, call.world.sdn.dns, dnsNamed(call), ["dns"]);
    unreachable("dns api error", String(after["url"]));
  });

const removeDns: Handler = (call) =>
  edit(call, "delete sdn dns object failed", () => {
    dnsNamed(call);
    call.world.sdn.dns.delete(need(call, "dns"));
  });

function listOf(what: "ipams" | "dns", key: string): Handler {
  return (call) => {
    const all = call.world.sdn[what];
    const type = text(call, "type");
    return [...all]
      .filter(([id]) => call.allowed(`/sdn/${what}/${id}`, ["SDN.Audit", "SDN.Allocate"], "any"))
      .filter(([, section]) => type === undefined || section["type"] === type)
      .map(([id, section]) => shown(key, id, section, all));
  };
}

/** Address management, name servers, and the addresses themselves. */
export const sdnAddressHandlers: Handlers = {
  "POST /cluster/sdn/vnets/{vnet}/ips": add,
  "PUT /cluster/sdn/vnets/{vnet}/ips": move,
  "DELETE /cluster/sdn/vnets/{vnet}/ips": drop,
  "GET /cluster/sdn/ipams": listOf("ipams", "ipam"),
  "POST /cluster/sdn/ipams": createIpam,
  "GET /cluster/sdn/ipams/{ipam}": (call) => shown("ipam", need(call, "ipam"), ipamNamed(call), call.world.sdn.ipams),
  "PUT /cluster/sdn/ipams/{ipam}": updateIpam,
  "DELETE /cluster/sdn/ipams/{ipam}": removeIpam,
  "GET /cluster/sdn/ipams/{ipam}/status": listAddresses,
  "GET /cluster/sdn/dns": listOf("dns", "dns"),
  "POST /cluster/sdn/dns": createDns,
  "GET /cluster/sdn/dns/{dns}": (call) => shown("dns", need(call, "dns"), dnsNamed(call), call.world.sdn.dns),
  "PUT /cluster/sdn/dns/{dns}": updateDns,
  "DELETE /cluster/sdn/dns/{dns}": removeDns,
};
