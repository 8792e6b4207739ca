import type { Call, Handler, Handlers } from "../handler.js";
import type { Guest } from "../world.js";
import { guestWord } from "../world-guest.js";
import { managerRound } from "../world-ha.js";
import { kindOf, need, nodeOf, vmidOf } from "./guest-call.js";
import { shutDown } from "./guest-power.js";
import { moveService } from "./ha-resources.js";
import { isHaManaged, reconcile, sidOf } from "./ha-services.js";

type Request = "start" | "stop" | "migrate";

const requests: Readonly<Record<string, Request>> = {
  "status/start": "start",
  "status/stop": "stop",
  "status/shutdown": "stop",
  migrate: "migrate",
};

/** The guest of the path, if high availability takes care of it. */
function managed(call: Call): Guest | undefined {
  const guest = call.world.guests.get(vmidOf(call));
  const isHere = guest?.kind === kindOf(call) && guest.node === nodeOf(call);
  return guest !== undefined && isHere && isHaManaged(call.world, guest) ? guest : undefined;
}

/** A task that only hands the wish over to the manager, which then does the work by tasks of its own. */
function requestFrom(call: Call, guest: Guest, what: Request): string {
  const sid = sidOf(guest);
  const whom = `${guestWord(guest.kind)} ${guest.vmid}`;
  const line = {
    start: `Requesting HA start for ${whom}`,
    stop: `Requesting HA stop for ${whom}`,
    migrate: `Requesting HA migration for ${whom} to node ${what === "migrate" ? need(call, "target") : ""}`,
  }[what];
  return call.startTask({
    node: guest.node,
    type: `ha${what}`,
    id: String(guest.vmid),
    *work() {
      yield { ms: 300, log: line };
      act(call, guest, sid, what);
    },
  });
}

function act(call: Call, guest: Guest, sid: string, what: Request): void {
  const resource = call.world.ha.resources.get(sid);
  if (resource === undefined) {
    return;
  }
  if (what === "migrate") {
    moveService(call, sid, need(call, "target"), "migrate");
    return;
  }
  if (what === "start") {
    resource["state"] = "started";
    reconcile(call, sid);
    return;
  }
  // The manager takes a stop up in its next round; until then the resource keeps the state it had.
  call.startTask({
    node: guest.node,
    type: guest.kind === "qemu" ? "qmshutdown" : "vzshutdown",
    id: String(guest.vmid),
    *work() {
      yield { ms: managerRound * 1000 };
      resource["state"] = "stopped";
      yield* shutDown(call, guest, { timeout: 60, force: true });
    },
  });
}

/** Handlers of guests, with power and migration of those under high availability left to its manager. */
export function withHighAvailability(handlers: Handlers): Handlers {
  const wrapped: Record<string, Handler> = {};
  for (const [route, handler] of Object.entries(handlers)) {
    const what = requests[/^POST \/nodes\/\{node\}\/(?:qemu|lxc)\/\{vmid\}\/(.+)$/.exec(route)?.[1] ?? ""];
    wrapped[route] =
      what === undefined
        ? handler
        : (call) => {
            const guest = managed(call);
            return guest === undefined ? handler(call) : requestFrom(call, guest, what);
          };
  }
  return wrapped;
}
