import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { unifiedDiff } from "../unified-diff.js";
import {
  inFileOrder,
  type NetworkInterface,
  type NodeNetwork,
  networkOf,
  withDefaults,
  writtenText,
} from "../world-network.js";
import { isRoot, list, need, nodeOf, text } from "./guest-call.js";
import { assertAddresses, assertPorts, settingsFrom } from "./network-settings.js";
import { nodeNamed } from "./node-named.js";

/** What calls work on: the staged configuration if there is one. */
function configured(network: NodeNetwork): readonly NetworkInterface[] {
  return network.staged?.interfaces ?? network.current;
}

/** An interface as it is shown, without its name. */
function shown(network: NodeNetwork, item: NetworkInterface): Record<string, unknown> {
  const all = withDefaults(item);
  const isActive = network.current.some((each) => each.iface === item.iface);
  const isPhysical = item.type === "eth";
  const { address, netmask, address6, netmask6 } = all;
  const families = [
    ...(address6 === undefined || address !== undefined ? ["inet"] : []),
    ...(address6 === undefined ? [] : ["inet6"]),
  ];
  const endless = (key: string): Record<string, string> =>
    all[key] === undefined ? {} : { [key]: `${String(all[key]).replace(/\n$/, "")}\n` };
  return {
    type: item.type,
    ...all,
    ...endless("comments"),
    ...endless("comments6"),
    method: address === undefined ? "manual" : "static",
    method6: address6 === undefined ? "manual" : "static",
    ...(address === undefined ? {} : { cidr: `${address}/${netmask}` }),
    ...(address6 === undefined ? {} : { cidr6: `${address6}/${netmask6}` }),
    families,
    // The loopback device has 2; the others follow in file order.
    priority: 3 + inFileOrder(configured(network)).findIndex((each) => each.iface === item.iface),
    ...(isPhysical ? { exists: 1 } : {}),
    ...(item.type === "vlan" && !isActive ? { exists: null } : {}),
    ...(isActive && (isPhysical || all["autostart"] === 1) ? { active: 1 } : {}),
  };
}

function wanted(type: string | undefined): (item: NetworkInterface) => boolean {
  if (type === undefined || type === "include_sdn") {
    return () => true;
  }
  const isBridge = /^any(?:_local)?_bridge$/.test(type);
  return (item) => item.type === type || (isBridge && /^(?:bridge|OVSBridge)$/.test(item.type));
}

function stamp(time: number): string {
  return `${new Date(time * 1000).toISOString().slice(0, 19).replace("T", " ")}.000000000 +0000`;
}

function changesOf(network: NodeNetwork): string {
  const { staged } = network;
  if (staged === undefined) {
    return "";
  }
  const file = "/etc/network/interfaces";
  return unifiedDiff(
    { header: `${file}\t${stamp(network.changed)}`, text: network.text },
    { header: `${file}.new\t${stamp(staged.changed)}`, text: writtenText(staged.interfaces) },
  );
}

function mayUse(call: Call, item: NetworkInterface): boolean {
  const path = `/sdn/zones/localnetwork/${item.iface}`;
  return (
    !/^(?:bridge|OVSBridge)$/.test(item.type) || isRoot(call) || call.allowed(path, ["SDN.Audit", "SDN.Use"], "any")
  );
}

const listInterfaces: Handler = (call) => {
  const network = networkOf(call.world, nodeOf(call));
  const changes = changesOf(network);
  if (changes !== "") {
    call.changes = changes;
  }
  return configured(network)
    .filter(wanted(text(call, "type")))
    .filter((item) => mayUse(call, item))
    .map((item) => ({ iface: item.iface, ...shown(network, item) }));
};

function interfaceNamed(call: Call, network: NodeNetwork): NetworkInterface {
  const name = need(call, "iface");
  return configured(network).find((item) => item.iface === name) ?? invalid({ iface: "interface does not exist" });
}

const showInterface: Handler = (call) => {
  const network = networkOf(call.world, nodeOf(call));
  return shown(network, interfaceNamed(call, network));
};

function stage(call: Call, network: NodeNetwork, interfaces: readonly NetworkInterface[]): void {
  network.staged = { interfaces, changed: call.now() };
}

const createInterface: Handler = (call) => {
  const network = networkOf(call.world, nodeOf(call));
  const iface = need(call, "iface");
  const others = configured(network);
  if (others.some((item) => item.iface === iface)) {
    invalid({ iface: "interface already exists" });
  }
  const item = { iface, type: need(call, "type"), settings: settingsFrom(call, iface, others) };
  assertAddresses(item);
  if (item.type.startsWith("OVS")) {
    die("Open VSwitch is not installed (need package 'openvswitch-switch')");
  }
  assertPorts(item, others);
  stage(call, network, [...others, item]);
};

/** Deleting an address in the short form takes both of its halves. */
const halves: Readonly<Record<string, readonly string[]>> = {
  cidr: ["address", "netmask"],
  cidr6: ["address6", "netmask6"],
};

const updateInterface: Handler = (call) => {
  const network = networkOf(call.world, nodeOf(call));
  const before = interfaceNamed(call, network);
  const others = configured(network).filter((item) => item !== before);
  const gone = list(call, "delete").flatMap((key) => [key, ...(halves[key] ?? [])]);
  const kept = Object.fromEntries(Object.entries(before.settings).filter(([key]) => !gone.includes(key)));
  const settings = { ...kept, ...settingsFrom(call, before.iface, others) };
  const item = { iface: before.iface, type: need(call, "type"), settings };
  assertAddresses(item);
  assertPorts(item, others);
  stage(
    call,
    network,
    configured(network).map((each) => (each === before ? item : each)),
  );
};

const deleteInterface: Handler = (call) => {
  const network = networkOf(call.world, nodeOf(call));
  const item = interfaceNamed(call, network);
  stage(
    call,
    network,
    configured(network).filter((each) => each !== item),
  );
};

/** Makes the staged configuration the running one; guests can use its bridges from then on. */
const applyChanges: Handler = (call) => {
  const node = nodeNamed(call);
  const network = networkOf(call.world, node.node);
  return call.startTask({
    node: node.node,
    type: "srvreload",
    id: "networking",
    work: function* () {
      const { staged } = network;
      yield { ms: 1500 };
      if (staged === undefined) {
        return;
      }
      network.current = inFileOrder(staged.interfaces);
      network.text = writtenText(staged.interfaces);
      network.changed = call.now();
      if (network.staged === staged) {
        delete network.staged;
      }
      const bridges = network.current.filter((item) => /^(?:bridge|OVSBridge)$/.test(item.type));
      const vnets = node.bridges.filter((name) => call.world.sdn.running.vnets.has(name));
      node.bridges.splice(0, node.bridges.length, ...bridges.map((item) => item.iface), ...vnets);
    },
  });
};

/** A node's network configuration: edits are staged until they are applied or thrown away. */
export const networkHandlers: Handlers = {
  "GET /nodes/{node}/network": listInterfaces,
  "POST /nodes/{node}/network": createInterface,
  "PUT /nodes/{node}/network": applyChanges,
  "DELETE /nodes/{node}/network": (call) => {
    delete networkOf(call.world, nodeOf(call)).staged;
  },
  "GET /nodes/{node}/network/{iface}": showInterface,
  "PUT /nodes/{node}/network/{iface}": updateInterface,
  "DELETE /nodes/{node}/network/{iface}": deleteInterface,
};
