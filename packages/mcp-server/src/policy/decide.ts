import { catalogue, type ResolvedTool } from "@pve/tools";
import type { GuestFact } from "./cluster-facts.js";
import { matchesGlob } from "./glob.js";
import type { Criteria, Effect, Policy } from "./policy.js";
import { guestsOf, type Known, type Subject, vmidsOf } from "./subject.js";
import { isWithin } from "./time-window.js";
import { WHICHEVER } from "./unnamed.js";

/** What a policy says about a request. */
export interface Decision {
  readonly effect: Effect;
  /** What decided: `rule "office hours" (policy.rules.2)`. Absent where nothing but the default did. */
  readonly by?: string;
  /** A rule allows what is rated destroy without approval. */
  readonly unattended: boolean;
}

const STRICTER: readonly Effect[] = ["allow", "approve", "deny"];

/**
 * What all policies together say: each must let a request pass, the strictest word counts. Protected guests come before
 * any rule; of the rules the first that applies decides.
 *
 * What cannot be known counts against the request: it meets a condition of a rule that stops it, and none of one that
 * lets it pass. Of several guests one is enough to stop, and all are needed to pass.
 */
export async function decide(policies: readonly Policy[], subject: Subject): Promise<Decision> {
  const decisions = await Promise.all(policies.map((policy) => decideOne(policy, subject)));
  const [strictest] = [...decisions].sort((a, b) => STRICTER.indexOf(b.effect) - STRICTER.indexOf(a.effect));
  if (strictest?.effect !== "allow") return strictest ?? { effect: "allow", unattended: false };
  return decisions.find((one) => one.unattended) ?? strictest;
}

async function decideOne(policy: Policy, subject: Subject): Promise<Decision> {
  const guarded = subject.risk === "read" ? undefined : await protectionOf(policy, subject);
  if (guarded?.effect === "deny") return guarded;
  for (const [index, { name, effect, when, unattended }] of policy.rules.entries()) {
    if (!(await meets(when, effect, subject))) continue;
    const ruled: Decision = { effect, by: called("rule", name, `${policy.source}.rules.${index}`), unattended };
    return guarded !== undefined && effect === "allow" ? guarded : ruled;
  }
  if (guarded !== undefined) return guarded;
  return policy.otherwise === "allow"
    ? { effect: "allow", unattended: false }
    : { effect: policy.otherwise, by: `${policy.source}.default`, unattended: false };
}

async function protectionOf(policy: Policy, subject: Subject): Promise<Decision | undefined> {
  for (const [index, { name, when }] of policy.protect.entries()) {
    const isProtected = (await Promise.all(criteriaOf(when, subject).map((one) => one("any")))).includes(true);
    if (!isProtected) continue;
    const effect = subject.risk === "destroy" ? "deny" : "approve";
    return { effect, by: called("protection", name, `${policy.source}.protect.${index}`), unattended: false };
  }
  return undefined;
}

function called(kind: string, name: string | undefined, place: string): string {
  return name === undefined ? `${kind} ${place}` : `${kind} ${JSON.stringify(name)} (${place})`;
}

/** `any`: one fact is enough, and so is one that is not known. `all`: every fact must do, and be known. */
type Quantity = "any" | "all";
type Test = (quantity: Quantity) => Promise<boolean>;

async function meets(when: Criteria, effect: Effect, subject: Subject): Promise<boolean> {
  const quantity: Quantity = effect === "allow" ? "all" : "any";
  for (const test of criteriaOf(when, subject)) if (!(await test(quantity))) return false;
  return true;
}

/** One test for each criterion that is given; what costs a question to the cluster comes last. */
function criteriaOf(when: Criteria, subject: Subject): readonly Test[] {
  const { action, request, risk, affected, now } = subject;
  const test = <Item, Fact>(
    wanted: readonly Item[] | undefined,
    fits: (item: Item, fact: Fact) => boolean,
    known: () => Known<readonly Fact[]> | Promise<Known<readonly Fact[]>>,
  ): Test[] =>
    wanted === undefined
      ? []
      : [
          async (quantity) =>
            holds(await known(), quantity, (facts) => facts.some((fact) => wanted.some((item) => fits(item, fact)))),
        ];
  const each = <Fact>({ facts, complete }: Known<Fact>) => ({ facts: facts.map((fact) => [fact]), complete });
  const said =
    <Fact>(...facts: readonly Fact[]) =>
    () =>
      each({ facts, complete: true });
  return [
    ...test(when.tool, matchesGlob, said(...namesOf(action.tool, ({ name }) => name))),
    ...test(when.operation, matchesGlob, said(request.route)),
    ...test(when.toolset, matchesGlob, said(...namesOf(action.tool, ({ toolset }) => toolset))),
    ...test(when.risk, (one, other) => one === other, said(risk)),
    ...test(when.caller, matchesGlob, said(action.caller.id)),
    ...test(when.time, isWithin, said(now)),
    ...test(when.storage, matchesGlob, said(...affected.storages)),
    ...test(
      when.vmid,
      ({ from, to }, vmid) => vmid >= from && vmid <= to,
      async () => each(await vmidsOf(subject)),
    ),
    ...test(when.node, matchesGlob, async () => each(await nodesOf(subject))),
    ...test(when.pool, matchesGlob, () =>
      ofGuests(subject, affected.pools, ({ pool }) => (pool === undefined ? [] : [pool])),
    ),
    ...test(when.tag, matchesGlob, () => ofGuests(subject, affected.tags, ({ tags }) => tags)),
  ];
}

/** A bare operation also counts as the tools that do the same, so that nobody gets around a rule for those by its route. */
function namesOf(tool: ResolvedTool, nameOf: (tool: ResolvedTool) => string): readonly string[] {
  const same = tool.name === tool.entry.operation ? catalogue.filter(({ entry }) => entry.operation === tool.name) : [];
  return [...new Set([tool, ...same].map(nameOf))];
}

function holds<Fact>({ facts, complete }: Known<Fact>, quantity: Quantity, does: (fact: Fact) => boolean): boolean {
  if (quantity === "any") return !complete || facts.some(does);
  return complete && facts.length > 0 && facts.every(does);
}

async function nodesOf(subject: Subject): Promise<Known<string>> {
  const { nodes } = subject.affected;
  if (nodes.length > 0) return { facts: nodes, complete: !nodes.includes(WHICHEVER) };
  const { facts, complete } = await guestsOf(subject);
  return { facts: facts.map(({ node }) => node), complete };
}

/** What is said of each guest, and what the request itself says. */
async function ofGuests(
  subject: Subject,
  own: readonly string[],
  read: (guest: GuestFact) => readonly string[],
): Promise<Known<readonly string[]>> {
  const { facts, complete } = await guestsOf(subject);
  return { facts: [...(own.length > 0 ? [own] : []), ...facts.map(read)], complete };
}
