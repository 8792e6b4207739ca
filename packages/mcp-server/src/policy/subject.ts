import type { Risk } from "@pve/tools";
import type { Action } from "../action.js";
import type { Affected } from "./affected.js";
import { affectedBy } from "./affected.js";
import type { ApiRequest } from "./api-request.js";
import { dangersOf } from "./dangers.js";
import type { GuestFact, GuestFacts } from "./guest-facts.js";

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
  /** The guests there are; asked for at most once, and only by what needs to know. */
  readonly guests: () => Promise<GuestFacts>;
  readonly now: number;
}

/** Looks at a request: what it is about, and how far it goes. */
export function subjectOf(
  action: Action,
  request: ApiRequest,
  { guests, now }: Pick<Subject, "guests" | "now">,
): Subject {
  const { tool } = action;
  const dangers = [
    ...dangersOf(request),
    ...(tool.operations.includes(request.route)
      ? []
      : [`${request.route} is none of what ${tool.name} is known to call`]),
  ];
  const risk = request.route.startsWith("GET ") || dangers.length === 0 ? action.risk : "destroy";
  return { action, request, risk, dangers, affected: affectedBy(request), guests, now };
}

/** The VMIDs of the guests that a request is about. */
export async function vmidsOf({ affected, guests }: Subject): Promise<Known<number>> {
  if (affected.unnamed === false) return { facts: affected.vmids, complete: true };
  const known = await guests();
  const all = [...(known?.values() ?? [])].filter(
    ({ node }) => affected.unnamed === "all" || affected.nodes.includes(node),
  );
  return { facts: [...affected.vmids, ...all.map(({ vmid }) => vmid)], complete: known !== undefined };
}

/** The guests that a request is about, as the cluster lists them. One that is not listed leaves the facts incomplete. */
export async function guestsOf(subject: Subject): Promise<Known<GuestFact>> {
  const { facts: vmids, complete } = await vmidsOf(subject);
  if (vmids.length === 0) return { facts: [], complete };
  const known = await subject.guests();
  const facts = vmids.flatMap((vmid) => known?.get(vmid) ?? []);
  const isKnown = (vmid: number): boolean => known?.has(vmid) === true || subject.affected.fresh.includes(vmid);
  return { facts, complete: complete && known !== undefined && vmids.every(isKnown) };
}
