import type { OperationId } from "@pve/client";
import type { Invocation } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord } from "../schema.js";
import type { Row } from "../window.js";
import { type Attempt, attempt, foundOf, missingOf } from "./attempt.js";
import type { RuleScope } from "./firewall-scope.js";

const CARD = /^net\d+$/;

/** What has to be on for the rules of a place to count. */
export interface Switches {
  /** The place's own options, where it has any and they could be read. */
  readonly options: Row | undefined;
  /** What is off and how it is switched on, and what could not be read. */
  readonly notes: readonly string[];
}

/**
 * Looks at the switches above the rules of a place: the cluster's, the guest's, and that of each of its network cards. A
 * rule behind any of them that is off does nothing, and PVE says nothing of it.
 */
export async function readSwitches(call: Invocation, scope: RuleScope): Promise<Switches> {
  const own = scope.options;
  const isGuest = scope.name.startsWith("guest/");
  const [options, cluster, config] = await Promise.all([
    own === undefined ? undefined : attempt("the options", callOperation(call, own, scope.path)),
    attempt("the cluster's switch", call.pve.call("GET /cluster/firewall/options", {}, call.watch)),
    own === undefined || !isGuest
      ? undefined
      : attempt("its network cards", callOperation(call, configOf(own), scope.path)),
  ]);
  const set = recordIn(options);
  const open = Object.entries(recordIn(config) ?? {}).filter(([key, card]) => CARD.test(key) && !isGuarded(card));
  const notes = [
    ...("value" in cluster && !cluster.value.enable
      ? ["The firewall of the cluster is switched off: no rule is in force anywhere."]
      : []),
    ...(isGuest && set !== undefined && !isOn(set["enable"])
      ? ["The firewall of this guest is switched off (option enable): its rules are not in force."]
      : []),
    ...(open.length > 0
      ? [`The rules do not reach ${open.map(([key]) => key).join(", ")}: the network card has no firewall=1.`]
      : []),
    ...missingOf([options, cluster, config].filter((one) => one !== undefined)),
  ];
  return { options: set && { ...set, digest: undefined }, notes };
}

/** Whether PVE takes a value for switched on: `true`, or a number above 0. */
export function isOn(value: unknown): boolean {
  return value === true || Number(value ?? 0) > 0;
}

/** The route of a guest's configuration, from that of its firewall's options. */
function configOf(options: OperationId): OperationId {
  return options.includes("/lxc/") ? "GET /nodes/{node}/lxc/{vmid}/config" : "GET /nodes/{node}/qemu/{vmid}/config";
}

function isGuarded(card: unknown): boolean {
  return isRecord(card) ? isOn(card["firewall"]) : /(?:^|,)firewall=1(?:,|$)/.test(String(card));
}

function recordIn(found: Attempt<unknown> | undefined): Row | undefined {
  const value = found && foundOf(found);
  return isRecord(value) ? value : undefined;
}
