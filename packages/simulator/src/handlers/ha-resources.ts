import { isBefore } from "../contracts.js";
import { die, PveFailure } from "../failure.js";
import type { Call, Handler, Handlers, TaskStart } from "../handler.js";
import {
  assertUnmodified,
  changeSection,
  pickSection,
  type Section,
  type SectionOptions,
  sectionsDigest,
} from "../section-config.js";
import { splitList } from "../verify-list.js";
import type { Guest } from "../world.js";
import { flag, list, need, text } from "./guest-call.js";
import { migrateGuest } from "./guest-migrate.js";
import { shutDown } from "./guest-power.js";
import { assertGroup } from "./ha-groups.js";
import {
  assertNotFailed,
  guestOfSid,
  parseSid,
  reconcile,
  registerService,
  requestedState,
  sidOf,
} from "./ha-services.js";
import { underLock } from "./locked.js";

const options: SectionOptions = {
  state: "optional",
  group: "optional",
  comment: "optional",
  failback: "optional",
  max_restart: "optional",
  max_relocate: "optional",
  "auto-rebalance": "optional",
};

function shown(call: Call, sid: string, resource: Section): Record<string, unknown> {
  return { ...resource, sid, digest: sectionsDigest(call.world.ha.resources) };
}

const listResources: Handler = (call) => {
  const type = text(call, "type");
  return [...call.world.ha.resources]
    .filter(([, resource]) => type === undefined || resource["type"] === type)
    .map(([sid, resource]) => shown(call, sid, resource));
};

function sidOfCall(call: Call): string {
  const { sid, type } = parseSid(call.world, need(call, "sid"));
  if ((text(call, "type") ?? type) !== type) {
    die("types does not match");
  }
  assertGroup(call, text(call, "group"));
  return sid;
}

function assertGuest(call: Call, sid: string): void {
  const vmid = sid.slice(sid.indexOf(":") + 1);
  const guest = call.world.guests.get(Number(vmid));
  if (guest === undefined) {
    die(`resource '${sid}' does not exist in cluster`);
  }
  if (guestOfSid(call.world, sid) === undefined) {
    die(`resource '${sid}' - guest with ID ${vmid} is not a ${sid.startsWith("vm:") ? "VM" : "CT"}`);
  }
}

const create: Handler = (call) => {
  const { resources } = call.world.ha;
  const sid = sidOfCall(call);
  if (!/^(?:vm|ct):/.test(sid)) {
    die(`unknown resource type '${sid.slice(0, sid.indexOf(":"))}'`);
  }
  assertGuest(call, sid);
  underLock("create resource failed", () => {
    if (resources.has(sid)) {
      die(`resource ID '${sid}' already defined`);
    }
    resources.set(sid, { type: sid.slice(0, 2), ...pickSection(call.params, ["sid", "type"]) });
  });
  registerService(call, sid);
  reconcile(call, sid);
};

const update: Handler = (call) => {
  const { ha } = call.world;
  const sid = sidOfCall(call);
  assertNotFailed(call.world, sid, text(call, "state"));
  underLock("update resources config failed", () => {
    assertUnmodified(sectionsDigest(ha.resources), call.params["digest"]);
    const resource = ha.resources.get(sid) ?? die(`no such resource '${sid}'`);
    changeSection(
      resource,
      pickSection(call.params, ["sid", "type", "digest", "delete"]),
      list(call, "delete"),
      options,
    );
  });
  const service = ha.services.get(sid) ?? registerService(call, sid);
  service.failed = service.failed && text(call, "state") !== "disabled";
  reconcile(call, sid);
};

/** The guest stays as it is; with `purge`, the default, rules lose the resource as well. */
const remove: Handler = (call) => {
  const { sid } = parseSid(call.world, need(call, "sid"));
  if (!call.world.ha.resources.has(sid)) {
    die(`cannot delete service '${sid}', not HA managed!`);
  }
  removeService(call, sid, flag(call, "purge", true));
};

/** Takes a resource out of high availability, and on request out of the rules, too. */
export function removeService(call: Call, sid: string, purge: boolean): void {
  const { resources, rules, services } = call.world.ha;
  resources.delete(sid);
  services.delete(sid);
  for (const [name, rule] of purge ? rules : []) {
    const left = splitList(String(rule["resources"])).filter((other) => other !== sid);
    if (left.length === 0) {
      rules.delete(name);
    } else {
      rule["resources"] = left.join(",");
    }
  }
}

interface Company {
  readonly together: readonly string[];
  readonly apart: readonly string[];
}

/** Who has to stay with a resource, and who away from it. */
function companyOf(call: Call, sid: string): Company {
  const together = new Set<string>();
  const apart = new Set<string>();
  for (const rule of call.world.ha.rules.values()) {
    const resources = splitList(String(rule["resources"]));
    if (rule["type"] === "resource-affinity" && rule["disable"] !== 1 && resources.includes(sid)) {
      for (const other of resources.filter((id) => id !== sid && call.world.ha.resources.has(id))) {
        (rule["affinity"] === "positive" ? together : apart).add(other);
      }
    }
  }
  return { together: [...together].sort(), apart: [...apart].sort() };
}

/** Asks the manager to move a resource; whatever must stay with it comes along. */
function move(how: "migrate" | "relocate"): Handler {
  return (call) => {
    const { sid } = parseSid(call.world, need(call, "sid"));
    const target = need(call, "node");
    const resource = call.world.ha.resources.get(sid);
    if (resource === undefined || requestedState(resource) === "ignored") {
      return die(`resource '${sid}' is not HA managed`);
    }
    assertNotFailed(call.world, sid);
    const { together, apart } = companyOf(call, sid);
    const blocking = apart
      .filter((other) => guestOfSid(call.world, other)?.node === target)
      .map((other) => ({ sid: other, cause: "resource-affinity" }));
    if (blocking.length === 0) {
      for (const moving of [sid, ...together]) {
        moveService(call, moving, target, how);
      }
    }
    if (isBefore(call.world.release, "9.0")) {
      return undefined;
    }
    return {
      sid,
      "requested-node": target,
      ...(together.length === 0 ? {} : { "comigrated-resources": together }),
      ...(blocking.length === 0 ? {} : { "blocking-resources": blocking }),
    };
  };
}

/** Moves a service's guest; one that cannot be moved stays where it is, as the manager leaves it. */
export function moveService(call: Call, sid: string, target: string, how: "migrate" | "relocate"): void {
  const guest = guestOfSid(call.world, sid);
  if (guest === undefined || guest.node === target || !call.world.nodes.get(target)?.online) {
    return;
  }
  if (how === "migrate" || guest.running === undefined) {
    startMigration(call, guest, target);
    return;
  }
  call.startTask({
    node: guest.node,
    type: guest.kind === "qemu" ? "qmshutdown" : "vzshutdown",
    id: String(guest.vmid),
    *work() {
      yield* shutDown(call, guest, { timeout: 60, force: true });
      startMigration(call, guest, target);
    },
  });
}

function startMigration(call: Call, guest: Guest, target: string): void {
  const isRunning = guest.running !== undefined;
  const ofKind = guest.kind === "qemu" ? { "with-local-disks": 1, online: 1 } : { restart: 1 };
  const params = { node: guest.node, vmid: guest.vmid, target, ...(isRunning ? ofKind : {}) };
  // Wherever the guest arrives, it gets the state that is asked of it.
  const startTask = (task: TaskStart): string =>
    call.startTask({
      ...task,
      *work() {
        yield* task.work();
        reconcile(call, sidOf(guest));
      },
    });
  try {
    migrateGuest({ ...call, startTask, route: `POST /nodes/{node}/${guest.kind}/{vmid}/migrate`, params });
  } catch (error) {
    // The manager writes a refusal into its own journal and goes on.
    if (!(error instanceof PveFailure)) {
      throw error;
    }
  }
}

/** What high availability takes care of. */
export const haResourceHandlers: Handlers = {
  "GET /cluster/ha/resources": listResources,
  "POST /cluster/ha/resources": create,
  "GET /cluster/ha/resources/{sid}": (call) => {
    const { sid } = parseSid(call.world, need(call, "sid"));
    return shown(call, sid, call.world.ha.resources.get(sid) ?? die(`no such resource '${sid}'`));
  },
  "PUT /cluster/ha/resources/{sid}": update,
  "DELETE /cluster/ha/resources/{sid}": remove,
  "POST /cluster/ha/resources/{sid}/migrate": move("migrate"),
  "POST /cluster/ha/resources/{sid}/relocate": move("relocate"),
};
