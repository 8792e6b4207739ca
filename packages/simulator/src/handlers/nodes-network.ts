import { invalid } from "../failure.js";
import type { Call, Handlers } from "../handler.js";
import { need, nodeOf, text } from "./guest-call.js";

type Interface = Readonly<Record<string, unknown>> & { readonly iface: string; readonly type: string };

/** A network card per bridge; the first bridge carries the node's address. */
function interfacesOf(call: Call): Interface[] {
  const node = call.world.nodes.get(nodeOf(call));
  const list: Interface[] = [];
  for (const [n, bridge] of (node?.bridges ?? []).entries()) {
    const port = `eno${n + 1}`;
    const gateway = node?.ip.replace(/\d+$/, "1");
    const addressed =
      n === 0
        ? { method: "static", address: node?.ip, netmask: "24", cidr: `${node?.ip}/24`, gateway }
        : { method: "manual" };
    list.push(
      {
        iface: port,
        type: "eth",
        method: "manual",
        method6: "manual",
        exists: 1,
        active: 1,
        families: ["inet"],
        priority: 3 + n,
      },
      {
        iface: bridge,
        type: "bridge",
        ...addressed,
        method6: "manual",
        autostart: 1,
        active: 1,
        bridge_ports: port,
        bridge_stp: "off",
        bridge_fd: "0",
        families: ["inet"],
        priority: 10 + n,
      },
    );
  }
  return list;
}

function wanted(type: string | undefined): (item: Interface) => boolean {
  if (type === undefined) {
    return () => true;
  }
  return type.startsWith("any_") ? (item) => item.type === "bridge" : (item) => item.type === type;
}

/** Reading a node's network configuration. */
export const networkHandlers: Handlers = {
  "GET /nodes/{node}/network": (call) => interfacesOf(call).filter(wanted(text(call, "type"))),
  "GET /nodes/{node}/network/{iface}": (call) => {
    const found = interfacesOf(call).find((item) => item.iface === need(call, "iface"));
    if (found === undefined) {
      return invalid({ iface: "interface does not exist" });
    }
    const { iface: _name, ...rest } = found;
    return rest;
  },
};
