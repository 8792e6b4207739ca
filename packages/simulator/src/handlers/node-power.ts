import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Node } from "../world.js";
import { settingsOf } from "../world-node-settings.js";
import { parseOption } from "../world-option.js";
import { need, nodeOf } from "./guest-call.js";
import { haltGuest } from "./guest-power.js";
import { startGuests, stopGuests } from "./node-bulk.js";
import { nodeNamed } from "./node-named.js";

/** Between the call and the beginning of the shutdown. */
const grace = 2000;
/** What firmware and kernel take. */
const bootTime = 90_000;

/** Guests that are still up go down hard, and the node is gone. */
function goDown(call: Call, node: Node): void {
  for (const guest of call.world.guests.values()) {
    if (guest.node === node.node && guest.running !== undefined) {
      haltGuest(call, guest);
    }
  }
  node.online = false;
}

function comeUp(call: Call, node: Node): void {
  node.online = true;
  node.bootedAt = call.now();
  settingsOf(call.world, node.node).stopped.clear();
  call.startTask({
    node: node.node,
    type: "startall",
    id: "",
    authid: "root@pam",
    work: () => startGuests(call, [], false),
  });
}

/** Shuts the node's guests down as its service does, then the node; a reboot brings it back with what starts on boot. */
const setStatus: Handler = (call) => {
  const node = nodeNamed(call);
  const isReboot = need(call, "command") === "reboot";
  call.later(grace, () => {
    call.startTask({
      node: node.node,
      type: "stopall",
      id: "",
      authid: "root@pam",
      work: function* () {
        yield* stopGuests(call, [], { timeout: 180, force: true });
        call.later(5000, () => {
          goDown(call, node);
          if (isReboot) {
            call.later(bootTime, () => comeUp(call, node));
          }
        });
      },
    });
  });
};

/** Sends nothing: a node that was shut down comes up as if the packet had arrived. */
const wake: Handler = (call) => {
  const name = nodeOf(call);
  if (name === call.world.entry) {
    die(`'${name}' is local node, cannot wake my self!`);
  }
  const node = call.world.nodes.get(name) ?? die(`no such cluster node '${name}'`);
  const { mac } = parseOption(String(settingsOf(call.world, name).config["wakeonlan"] ?? ""), "mac");
  if (mac === undefined) {
    return die(`No wake on LAN MAC address defined for '${name}'!`);
  }
  if (!node.online) {
    call.later(bootTime, () => comeUp(call, node));
  }
  return mac;
};

/** Turning nodes off, on and over. */
export const nodePowerHandlers: Handlers = {
  "POST /nodes/{node}/status": setStatus,
  "POST /nodes/{node}/wakeonlan": wake,
};
