import { die } from "../failure.js";
import type { Call, TaskStep } from "../handler.js";
import type { Section } from "../section-config.js";
import type { Guest, Node, World } from "../world.js";
import { type HaService, type HaState, managerRound } from "../world-ha.js";
import { messageOf } from "./guest-create.js";
import { bootGuest, shutDown } from "./guest-power.js";

/** The service id of a guest. */
export function sidOf(guest: Guest): string {
  return `${guest.kind === "qemu" ? "vm" : "ct"}:${guest.vmid}`;
}

/** The service id a parameter means: a plain VMID stands for the guest's. */
export function parseSid(
  world: World,
  text: string,
): { readonly sid: string; readonly type: string; readonly name: string } {
  if (/^\d+$/.test(text)) {
    const guest = world.guests.get(Number(text));
    if (guest === undefined) {
      return die(`unable to detect SID from VMID - VM/CT ${text} does not exist`);
    }
    const sid = sidOf(guest);
    return { sid, type: sid.slice(0, 2), name: text };
  }
  const [, type, name] = /^(\S+?):(\S+)$/.exec(text) ?? [];
  return type === undefined || name === undefined
    ? die(`unable to parse service id '${text}'`)
    : { sid: text, type, name };
}

/** The guest behind a service id. */
export function guestOfSid(world: World, sid: string): Guest | undefined {
  const guest = world.guests.get(Number(sid.slice(sid.indexOf(":") + 1)));
  return guest !== undefined && sidOf(guest) === sid ? guest : undefined;
}

/** The state that is asked of a resource; `enabled` is an older word for `started`. */
export function requestedState(resource: Section): string {
  const state = String(resource["state"] ?? "started");
  return state === "enabled" ? "started" : state;
}

/** Whether high availability takes care of a guest: it is configured and not ignored. */
export function isHaManaged(world: World, guest: Guest): boolean {
  const resource = world.ha.resources.get(sidOf(guest));
  return resource !== undefined && requestedState(resource) !== "ignored";
}

/** Whether the manager is at work. */
export function isAwake(ha: HaState, now: number): boolean {
  return ha.awakeSince !== undefined && now - ha.awakeSince >= managerRound;
}

/** How far disarming is; nothing while armed. */
export function disarmState(ha: HaState, now: number): "disarming" | "disarmed" | undefined {
  if (ha.disarm === undefined || !isAwake(ha, now) || now - ha.disarm.since < managerRound) {
    return undefined;
  }
  return now - ha.disarm.since < 2 * managerRound ? "disarming" : "disarmed";
}

/** What the manager thinks of a service: `started`, `stopped`, `request_stop`, `freeze`, `error`; nothing if not seen yet. */
export function managerState(call: Call, sid: string, resource: Section): string | undefined {
  const { ha } = call.world;
  const service = ha.services.get(sid);
  if (service === undefined || !isAwake(ha, call.now()) || call.now() - service.since < managerRound) {
    return undefined;
  }
  if (disarmState(ha, call.now()) !== undefined && ha.disarm?.mode === "freeze") {
    return "freeze";
  }
  if (service.failed) {
    return "error";
  }
  if (requestedState(resource) === "started") {
    return "started";
  }
  return guestOfSid(call.world, sid)?.running === undefined ? "stopped" : "request_stop";
}

/** What the manager thinks of a node. */
export function nodeState({ online }: Node): "online" | "unknown" {
  return online ? "online" : "unknown";
}

/** The state as it is shown, which mixes in what is asked for. */
export function shownState(call: Call, sid: string, resource: Section): string {
  const wanted = requestedState(resource);
  const guest = guestOfSid(call.world, sid);
  if (wanted === "ignored") {
    return "ignored";
  }
  if (guest === undefined) {
    return "not found";
  }
  const state = managerState(call, sid, resource);
  switch (state) {
    case undefined:
      return "queued";
    case "stopped":
      return wanted === "disabled" ? "disabled" : state;
    case "started":
      return guest.running === undefined ? "starting" : state;
    case "error":
      return wanted === "disabled" ? "clearing error flag" : state;
    default:
      return state;
  }
}

/** 500 while the service is in error, unless it is to be disabled. */
export function assertNotFailed(world: World, sid: string, wanted?: string): void {
  if (world.ha.services.get(sid)?.failed && wanted !== "disabled") {
    die(`service '${sid}' in error state, must be disabled and fixed first`);
  }
}

/** Makes the manager know a resource. */
export function registerService(call: Call, sid: string): HaService {
  const { ha, random } = call.world;
  const octets = Array.from({ length: 16 }, () => random.integer(256));
  const uid = Buffer.from(octets).toString("base64url");
  const service = { since: call.now(), uid, failed: false };
  ha.services.set(sid, service);
  ha.awakeSince ??= call.now();
  return service;
}

/** Brings a guest to the state asked of its resource, by a worker as the local resource manager starts them. */
export function reconcile(call: Call, sid: string): void {
  const { world } = call;
  const resource = world.ha.resources.get(sid);
  const guest = guestOfSid(world, sid);
  if (resource === undefined || guest === undefined || world.ha.disarm !== undefined) {
    return;
  }
  const wanted = requestedState(resource);
  const kind = guest.kind === "qemu" ? "qm" : "vz";
  const base = { node: guest.node, id: String(guest.vmid) };
  if (wanted === "started" && guest.running === undefined) {
    call.startTask({ ...base, type: `${kind}start`, work: () => startService(call, guest, resource) });
  } else if ((wanted === "stopped" || wanted === "disabled") && guest.running !== undefined) {
    call.startTask({
      ...base,
      type: `${kind}shutdown`,
      work: () => shutDown(call, guest, { timeout: 60, force: true }),
    });
  }
}

/** Tries as often as the resource allows; then the service is in error. */
function* startService(call: Call, guest: Guest, resource: Section): Generator<TaskStep, void, void> {
  const attempts = 1 + Number(resource["max_restart"] ?? 1);
  for (let attempt = 1; ; attempt += 1) {
    try {
      yield* bootGuest(call, guest);
      return;
    } catch (error) {
      if (attempt === attempts) {
        const service = call.world.ha.services.get(sidOf(guest));
        if (service !== undefined) {
          service.failed = true;
        }
        throw error;
      }
      yield { ms: managerRound * 1000, log: messageOf(error) };
    }
  }
}
