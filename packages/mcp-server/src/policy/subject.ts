import type { Risk } from "@pve/tools";
import type { Action } from "../action.js";
import type { Affected } from "./affected.js";
import { affectedBy } from "./affected.js";
import { type ApiRequest, valuesOf } from "./api-request.js";
import type { ClusterFacts, GuestFact } from "./cluster-facts.js";
import { dangersOf } from "./dangers.js";
import type { Unnamed } from "./unnamed.js";

/** Facts of one kind: those that are known, and whether there may be others that are not. */
export interface Known<Fact> {
  readonly facts: readonly Fact[];
  readonly complete: boolean;
}

/** A request as rules see it. */
export interface Subject {
  readonly action: Action;
  readonly request: ApiRequest;
  readonly risk: Risk;
  /** Why the risk is higher than the tool's. */
  readonly dangers: readonly string[];
  readonly affected: Affected;
  readonly cluster: ClusterFacts;
  readonly now: number;
}

/** Looks at a request: what it is about, and how far it goes. */
export function subjectOf(
  action: Action,
  request: ApiRequest,
  { cluster, now }: Pick<Subject, "cluster" | "now">,
): Subject {
  const { tool } = action;
  const dangers = [
    ...dangersOf(request),
    ...(tool.operations.includes(request.route)
      ? []
      : [`${request.route} is none of what ${tool.name} is known to call`]),
  ];
  const risk = request.route.startsWith("GET ") || dangers.length === 0 ? action.risk : "destroy";
  return { action, request, risk, dangers, affected: affectedBy(request), cluster, now };
}

/** The VMIDs of the guests that a request is about. */
export async function vmidsOf(subject: Subject): Promise<Known<number>> {
  const { cluster } = subject;
  const { vmids, unnamed, complete } = await meantBy(subject);
  if (unnamed.length === 0) return { facts: vmids, complete };
  const [known, seesAll] = await Promise.all([cluster.guests(), cluster.seesEveryGuest()]);
  const chosen = [...(known?.values() ?? [])].filter((guest) => unnamed.some((one) => includes(one, guest)));
  const facts = [...new Set([...vmids, ...chosen.map(({ vmid }) => vmid)])];
  return { facts, complete: complete && known !== undefined && seesAll };
}

/** Records that choose guests: whoever changes one is about those that it chose, and those that it will choose. */
const CHOOSES = /^(?:PUT|DELETE) \/cluster\/(?:backup\/\{id\}|ha\/rules\/\{rule\})$/;

async function meantBy({ request, affected, cluster }: Subject): Promise<{
  readonly vmids: readonly number[];
  readonly unnamed: readonly Unnamed[];
  readonly complete: boolean;
}> {
  if (!CHOOSES.test(request.route)) return { ...affected, complete: true };
  const record = await cluster.settings(request);
  const { route, params } = request;
  const gone = valuesOf(request, "delete");
  const kept = Object.entries(record ?? {}).filter(([name]) => !gone.includes(name));
  const next = { ...Object.fromEntries(kept), ...params };
  const all = [affected, ...[record ?? {}, next].map((chosen) => affectedBy({ route, params: chosen }))];
  return {
    vmids: all.flatMap(({ vmids }) => vmids),
    unnamed: all.flatMap(({ unnamed }) => unnamed),
    complete: record !== undefined,
  };
}

function includes({ node, pool, ha, except = [] }: Unnamed, guest: GuestFact): boolean {
  return (
    (node === undefined || guest.node === node) &&
    (pool === undefined || guest.pool === pool) &&
    (ha === undefined || guest.hastate !== undefined) &&
    !except.includes(guest.vmid)
  );
}

/** The guests that a request is about, as the cluster lists them. One that is not listed leaves the facts incomplete. */
export async function guestsOf(subject: Subject): Promise<Known<GuestFact>> {
  const { facts: vmids, complete } = await vmidsOf(subject);
  if (vmids.length === 0) return { facts: [], complete };
  const known = await subject.cluster.guests();
  const facts = vmids.flatMap((vmid) => known?.get(vmid) ?? []);
  const isKnown = (vmid: number): boolean => known?.has(vmid) === true || subject.affected.fresh.includes(vmid);
  return { facts, complete: complete && known !== undefined && vmids.every(isKnown) };
}
