import { isBefore } from "../contracts.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { isQuorate } from "../quorum.js";
import type { Node } from "../world.js";
import { parseOption } from "../world-option.js";
import { need } from "./guest-call.js";
import {
  disarmState,
  guestOfSid,
  isAwake,
  managerState,
  nodeState,
  requestedState,
  shownState,
} from "./ha-services.js";
import { longDate } from "./jobs.js";

const keys = ["max_restart", "max_relocate", "failback", "comment", "group"] as const;
const oldDefaults: Readonly<Record<string, number>> = { max_restart: 1, max_relocate: 1 };
const defaults: Readonly<Record<string, number>> = { ...oldDefaults, failback: 1 };

function quorum(call: Call): Record<string, unknown> {
  const node = call.world.entry;
  const ok = isQuorate(call.world);
  return {
    id: "quorum",
    type: "quorum",
    node,
    status: ok ? "OK" : `No quorum on node '${node}'!`,
    quorate: ok ? 1 : 0,
  };
}

function master(call: Call): Record<string, unknown> {
  const { world } = call;
  const node = world.entry;
  const state = world.ha.resources.size > 0 ? "active" : "idle";
  const crs = parseOption(String(world.options["crs"] ?? ""), "ha")["ha"];
  const disarm = disarmState(world.ha, call.now());
  const extra = [
    ...(disarm === undefined ? [] : [` - ${disarm}, resource mode: ${world.ha.disarm?.mode}`]),
    ...(crs === undefined || crs === "basic" ? [] : [` - ${crs} load CRS`]),
  ].join("");
  const timestamp = call.now();
  return {
    id: "master",
    type: "master",
    node,
    status: `${node} (${state}, ${longDate(timestamp)})${extra}`,
    timestamp,
  };
}

function fencing(call: Call): Record<string, unknown> {
  const { ha, entry } = call.world;
  const head = { id: "fencing", type: "fencing", node: entry };
  const disarm = disarmState(ha, call.now());
  if (disarm !== undefined) {
    const watchdog = disarm === "disarmed" ? "released" : "active";
    const status = `${disarm}, resource mode: ${ha.disarm?.mode} (CRM watchdog ${watchdog})`;
    return { ...head, status, "armed-state": disarm, resource_mode: ha.disarm?.mode };
  }
  const awake = isAwake(ha, call.now());
  const status = awake ? "armed (CRM watchdog active)" : "standby (CRM watchdog standby)";
  return { ...head, status, "armed-state": awake ? "armed" : "standby" };
}

/** Whether a node's resource manager has something to look after. */
function isBusy(call: Call, { node }: Node): boolean {
  return [...call.world.ha.resources].some(([sid, resource]) => {
    const state = managerState(call, sid, resource);
    return guestOfSid(call.world, sid)?.node === node && (state === "started" || state === "request_stop");
  });
}

function localManager(call: Call, node: Node): Record<string, unknown> {
  const head = { id: `lrm:${node.node}`, type: "lrm", node: node.node };
  if (!node.online) {
    return { ...head, status: `${node.node} (unable to read lrm status)` };
  }
  const timestamp = call.now();
  const busy = isBusy(call, node);
  const disarmed = disarmState(call.world.ha, timestamp) === "disarmed";
  const state = disarmed ? "disarm mode" : busy ? "active" : "idle";
  const watchdog = disarmed ? "released" : busy ? "active" : "standby";
  return { ...head, status: `${node.node} (${state}, watchdog ${watchdog}, ${longDate(timestamp)})`, timestamp };
}

function services(call: Call): Record<string, unknown>[] {
  const ignoring = disarmState(call.world.ha, call.now()) !== undefined && call.world.ha.disarm?.mode === "ignore";
  return [...call.world.ha.resources]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([sid, resource]) => {
      const node = guestOfSid(call.world, sid)?.node;
      const state = ignoring ? "ignore" : shownState(call, sid, resource);
      const crm = requestedState(resource) === "ignored" ? undefined : managerState(call, sid, resource);
      const given = isBefore(call.world.release, "9.0") ? oldDefaults : defaults;
      const chosen = keys.flatMap((key) => {
        const value = resource[key] ?? given[key];
        return value === undefined ? [] : [[key, value]];
      });
      return {
        id: `service:${sid}`,
        type: "service",
        sid,
        ...(node === undefined ? {} : { node }),
        ...(crm === undefined ? {} : { crm_state: crm }),
        state,
        status: `${sid} (${node ?? "---"}, ${state})`,
        request_state: requestedState(resource),
        ...Object.fromEntries(chosen),
      };
    });
}

const current: Handler = (call) => {
  const awake = isAwake(call.world.ha, call.now());
  return [
    quorum(call),
    ...(awake ? [master(call)] : []),
    fencing(call),
    ...(awake ? [...call.world.nodes.values()].map((node) => localManager(call, node)) : []),
    ...services(call),
  ];
};

const managerStatus: Handler = (call) => {
  const { world } = call;
  const head = { node: world.entry, ...(isQuorate(call.world) ? { quorate: "1" } : {}) };
  if (!isAwake(world.ha, call.now())) {
    return { manager_status: { node_status: {} }, quorum: head };
  }
  const nodes = [...world.nodes.values()];
  const status = [...world.ha.resources].flatMap(([sid, resource]) => {
    const state = requestedState(resource) === "ignored" ? undefined : managerState(call, sid, resource);
    const node = guestOfSid(world, sid)?.node;
    return state === undefined ? [] : [[sid, { state, node, uid: world.ha.services.get(sid)?.uid }] as const];
  });
  const online = nodes.filter((node) => node.online);
  return {
    manager_status: {
      master_node: world.entry,
      timestamp: call.now(),
      node_status: Object.fromEntries(nodes.map((node) => [node.node, nodeState(node)])),
      service_status: Object.fromEntries(status),
    },
    quorum: head,
    lrm_status: Object.fromEntries(
      online.map((node) => {
        const state = isBusy(call, node) ? "active" : "wait_for_agent_lock";
        return [node.node, { mode: "active", state, timestamp: call.now(), results: {} }];
      }),
    ),
  };
};

const disarm: Handler = (call) => {
  const mode = need(call, "resource-mode") as "freeze" | "ignore";
  call.world.ha.disarm = { mode, since: call.now() };
};

const arm: Handler = (call) => {
  delete call.world.ha.disarm;
};

/** What the managers of high availability are doing. */
export const haStatusHandlers: Handlers = {
  "GET /cluster/ha/status": () => ["current", "manager_status", "disarm-ha", "arm-ha"].map((name) => ({ name })),
  "GET /cluster/ha/status/current": current,
  "GET /cluster/ha/status/manager_status": managerStatus,
  "POST /cluster/ha/status/disarm-ha": disarm,
  "POST /cluster/ha/status/arm-ha": arm,
};
