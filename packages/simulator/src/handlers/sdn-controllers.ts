import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { SdnSection } from "../world-sdn.js";
import { need, text } from "./guest-call.js";
import { changed, edit, givenSettings, readSections } from "./sdn-sections.js";
import { assertComplete } from "./sdn-zones.js";

const required: Readonly<Record<string, readonly string[]>> = {
  evpn: ["asn"],
  bgp: ["node", "asn"],
  isis: ["isis-domain", "isis-ifaces", "isis-net", "node"],
};

function assertController(call: Call, id: string, controller: SdnSection): void {
  const others = [...call.world.sdn.staged.controllers].filter(([other]) => other !== id);
  const isTwin = others.some(([, each]) => each["type"] === "evpn");
  if (controller["type"] !== "evpn") {
    return;
  }
  const file = "at /usr/share/perl5/PVE/Network/SDN/Controllers/EvpnPlugin.pm line";
  if (isTwin) {
    die(`only 1 global evpn controller can be defined ${file} 491.`);
  }
  if ((controller["peers"] === undefined) === (controller["fabric"] === undefined)) {
    die(`must have exactly one of peers / fabric defined ${file} 496.`);
  }
}

function controllerNamed(call: Call): SdnSection {
  const id = need(call, "controller");
  return call.world.sdn.staged.controllers.get(id) ?? die(`sdn '${id}' does not exist`);
}

const create: Handler = (call) => {
  const id = need(call, "controller");
  const settings = { ...givenSettings(call, ["controller"]), ...nodeOfCall(call) };
  assertComplete(required[need(call, "type")] ?? [], settings);
  edit(call, "create sdn controller object failed", () => {
    const { controllers } = call.world.sdn.staged;
    if (controllers.has(id)) {
      die(`sdn controller object ID '${id}' already defined`);
    }
    assertController(call, id, settings);
    controllers.set(id, settings);
  });
};

/** `node` names a node here; elsewhere it is where a call goes. */
function nodeOfCall(call: Call): Record<string, string> {
  const node = text(call, "node");
  return node === undefined ? {} : { node };
}

const update: Handler = (call) =>
  edit(call, "update sdn controller object failed", () => {
    const { controllers } = call.world.sdn.staged;
    const id = need(call, "controller");
    const after = { ...changed(call, controllers, controllerNamed(call), ["controller"]), ...nodeOfCall(call) };
    assertController(call, id, after);
    controllers.set(id, after);
  });

const remove: Handler = (call) =>
  edit(call, "delete sdn controller object failed", () => {
    controllerNamed(call);
    const id = need(call, "controller");
    const { controllers, zones } = call.world.sdn.staged;
    const user = [...zones].find(([, zone]) => zone["controller"] === id);
    if (user !== undefined) {
      die(
        `controller ${id} is used by ${user[0]} at /usr/share/perl5/PVE/Network/SDN/Controllers/EvpnPlugin.pm line 476.`,
      );
    }
    controllers.delete(id);
  });

const listControllers: Handler = (call) => {
  const type = text(call, "type");
  return [...readSections(call, "controllers", "controller")]
    .filter(([id]) => call.allowed(`/sdn/controllers/${id}`, ["SDN.Audit", "SDN.Allocate"], "any"))
    .filter(([, controller]) => type === undefined || controller["type"] === type)
    .map(([, controller]) => controller);
};

/** Controllers: who tells routers about networks. */
export const sdnControllerHandlers: Handlers = {
  "GET /cluster/sdn/controllers": listControllers,
  "POST /cluster/sdn/controllers": create,
  "GET /cluster/sdn/controllers/{controller}": (call) =>
    readSections(call, "controllers", "controller").get(need(call, "controller")) ??
    die(`sdn '${need(call, "controller")}' does not exist`),
  "PUT /cluster/sdn/controllers/{controller}": update,
  "DELETE /cluster/sdn/controllers/{controller}": remove,
};
