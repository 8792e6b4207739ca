import { ToolPreconditionError } from "../errors.js";
import { type Answer, type Invocation, numberOf } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, type JsonSchema, listOf, openObject } from "../schema.js";
import { notesSchema } from "../window.js";
import { attempt, foundOf } from "./attempt.js";
import { bulkNotes, countOutcomes, type ItemResult, itemSchema, itemsToShow, runAll, type Work } from "./run-all.js";
import { type ListedGuest, selectGuests } from "./select-guests.js";

const DEFAULT_PARALLEL = 3;
const LAST = Number.MAX_SAFE_INTEGER;
const text: JsonSchema = { type: "string" };

/** What acting on many guests answers: one item a guest. */
export const bulkGuestsOutput = openObject(
  {
    items: listOf(itemSchema({ vmid: { type: "integer" }, name: text, node: text })),
    totals: { type: "object", additionalProperties: { type: "integer" } },
    notes: notesSchema,
  },
  ["items", "totals"],
);

/** What is done to a guest, and when it need not be. */
interface Action {
  readonly verb: "start" | "shutdown" | "stop" | "suspend" | "migrate";
  readonly needless: (guest: ListedGuest, call: Invocation) => string | undefined;
  readonly params: (guest: ListedGuest, call: Invocation) => Readonly<Record<string, unknown>>;
  /** Whether the order that guests are given for booting counts: forwards, backwards or not. */
  readonly order: 1 | -1 | 0;
}

const whenRunning = ({ running }: ListedGuest) => (running ? undefined : "it does not run");
const patience = (_guest: ListedGuest, call: Invocation) => {
  const timeout = numberOf(call.args, "timeout");
  return timeout === undefined ? {} : { timeout };
};

const ACTIONS: Readonly<Record<Action["verb"], Action>> = {
  start: {
    verb: "start",
    needless: ({ running, template }) => (template ? "it is a template" : running ? "it runs already" : undefined),
    params: () => ({}),
    order: 1,
  },
  shutdown: { verb: "shutdown", needless: whenRunning, params: patience, order: -1 },
  stop: { verb: "stop", needless: whenRunning, params: () => ({}), order: -1 },
  suspend: {
    verb: "suspend",
    needless: (guest) => (guest.kind === "lxc" ? "only virtual machines can be paused" : whenRunning(guest)),
    params: (_guest, call) => (call.args["todisk"] === true ? { todisk: true } : {}),
    order: 0,
  },
  migrate: {
    verb: "migrate",
    needless: ({ node }, call) => (node === call.params["target"] ? "it is there already" : undefined),
    params: migration,
    order: 0,
  },
};

function migration(guest: ListedGuest, call: Invocation): Readonly<Record<string, unknown>> {
  const target = call.params["target"];
  if (!guest.running) return { target };
  if (guest.kind === "lxc") return { target, ...(call.args["restart_containers"] === true && { restart: true }) };
  return { target, online: true, ...(call.args["with_local_disks"] === true && { "with-local-disks": true }) };
}

/**
 * Does one thing to many guests of both kinds, each once: in the order they boot in, a few at a time. Every guest is an
 * item of its own, whatever becomes of the others.
 */
export async function bulkGuests(call: Invocation): Promise<Answer> {
  const action = actionOf(call);
  const { guests, missing } = await selectGuests(call);
  if (action.verb === "migrate") await assertOnline(call, String(call.params["target"]));
  const results = new Map<number, ItemResult>();
  for (const guest of guests) {
    const reason = action.needless(guest, call);
    if (reason !== undefined) results.set(guest.vmid, { outcome: "skipped", reason });
  }
  const todo = guests.filter(({ vmid }) => !results.has(vmid));
  const dry = call.args["dry_run"] === true;
  const groups = await inOrder(call, todo, action.order);
  for (const [vmid, result] of await runGroups(call, action, groups)) results.set(vmid, result);
  const sorted = [...guests.filter(({ vmid }) => !todo.some((one) => one.vmid === vmid)), ...groups.flat()];
  const items = [
    ...sorted.map(({ vmid, name, node }) => ({ vmid, name, node, ...results.get(vmid) })),
    ...missing.map((vmid) => ({
      vmid,
      outcome: "refused",
      reason: "no such guest, or none that fits the other choices",
    })),
  ];
  const outcomes = [...results.values(), ...missing.map((): ItemResult => ({ outcome: "refused" }))];
  const shown = itemsToShow(items, ({ outcome }) => !dry && outcome !== "done");
  const notes = [
    ...(dry
      ? ["A dry run: nothing was sent. The items stand in the order in which they would be taken."]
      : bulkNotes(outcomes)),
    ...shown.notes,
  ];
  return { items: shown.items, totals: countOutcomes(outcomes), ...(notes.length > 0 && { notes }) };
}

/** Every group after the one before it, within one wait; a dry run sends nothing. */
async function runGroups(
  call: Invocation,
  action: Action,
  groups: readonly (readonly ListedGuest[])[],
): Promise<ReadonlyMap<number, ItemResult>> {
  const results = new Map<number, ItemResult>();
  const began = call.now();
  const total = groups.flat().length;
  for (const group of groups) {
    const before = results.size;
    const share: Invocation = {
      ...call,
      waitBudget: Math.max(0, call.waitBudget - (call.now() - began)),
      progress: ({ message, percent = 0 }) =>
        call.progress({ message, percent: (100 * before + percent * group.length) / total }),
    };
    const works = group.map((guest) => workOf(call, action, guest));
    const done =
      call.args["dry_run"] === true
        ? group.map((): ItemResult => ({ outcome: "not_started", reason: "dry run" }))
        : await runAll(share, works, parallelOf(call, action));
    for (const [at, guest] of group.entries()) results.set(guest.vmid, done[at] ?? { outcome: "not_started" });
  }
  return results;
}

function actionOf(call: Invocation): Action {
  const verb = call.tool.entry.operation.split("/").at(-1);
  const action = Object.values(ACTIONS).find((one) => one.verb === verb);
  if (action === undefined) throw new Error(`no bulk action ${String(verb)}`);
  return action;
}

async function assertOnline(call: Invocation, target: string): Promise<void> {
  const nodes = await call.pve.call("GET /nodes", {}, call.watch);
  const node = nodes.find((row) => row.node === target);
  if (node?.status === "online") return;
  throw new ToolPreconditionError(
    node === undefined ? `there is no node ${target}` : `node ${target} is ${node.status}`,
    `Online are: ${nodes
      .filter(({ status }) => status === "online")
      .map((row) => row.node)
      .join(", ")}.`,
  );
}

/** Migrations share the network, so they go one by one unless told otherwise. */
function parallelOf(call: Invocation, { verb }: Action): number {
  return numberOf(call.args, "parallel") ?? (verb === "migrate" ? 1 : DEFAULT_PARALLEL);
}

function workOf(call: Invocation, action: Action, guest: ListedGuest): Work {
  const { vmid, node, kind, name } = guest;
  const path = action.verb === "migrate" ? "migrate" : (`status/${action.verb}` as const);
  const params = { node, vmid, ...action.params(guest, call) };
  return {
    label: `${vmid} ${name}`,
    start: () => callOperation(call, `POST /nodes/{node}/${kind}/{vmid}/${path}`, params),
  };
}

/** Groups that wait for each other, as PVE itself takes guests when a node boots or goes down. */
async function inOrder(
  call: Invocation,
  guests: readonly ListedGuest[],
  direction: Action["order"],
): Promise<readonly (readonly ListedGuest[])[]> {
  if (direction === 0 || guests.length < 2) return [guests];
  const orders = await Promise.all(guests.map((guest) => bootOrder(call, guest)));
  const steps = [...new Set(orders)].sort((a, b) => (a - b) * direction);
  return steps.map((step) => guests.filter((_guest, at) => orders[at] === step));
}

/** The guest's place in the boot order; without one it comes last. */
async function bootOrder(call: Invocation, { node, vmid, kind }: ListedGuest): Promise<number> {
  const read = callOperation(call, `GET /nodes/{node}/${kind}/{vmid}/config`, { node, vmid });
  const config = foundOf(await attempt("the boot order", read));
  const startup = isRecord(config) ? config["startup"] : undefined;
  const order = isRecord(startup) ? startup["order"] : /(?:^|order=)(\d+)/.exec(String(startup ?? ""))?.[1];
  return order === undefined || order === null ? LAST : Number(order);
}
