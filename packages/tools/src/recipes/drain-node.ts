import { type Answer, type Invocation, numberOf } from "../invocation.js";
import { callOperation } from "../operation.js";
import { type JsonSchema, listOf, openObject } from "../schema.js";
import { notesSchema } from "../window.js";
import { type DrainPlan, type Move, planDrain } from "./drain-plan.js";
import { bulkNotes, countOutcomes, type ItemResult, itemSchema, itemsToShow, runAll } from "./run-all.js";
import { listGuests } from "./select-guests.js";

const text: JsonSchema = { type: "string" };
const fields = {
  vmid: { type: "integer" },
  name: text,
  type: text,
  to: { type: "string", description: "Absent for one that stays." },
  how: { type: "string", description: "online, restart (down meanwhile) or offline (it does not run)." },
  copies: { type: "number", description: "Bytes of local disks to copy." },
  why: text,
} as const;

/** A plan: which guest goes where, and what is left there. */
export const planDrainOutput = openObject(
  {
    node: text,
    items: listOf(openObject(fields, ["vmid", "why"])),
    moves: { type: "integer" },
    stays: { type: "integer" },
    targets: listOf(
      openObject({ node: text, free_before: { type: "number" }, free_after: { type: "number" } }),
      "Free memory in bytes, less a tenth.",
    ),
    notes: notesSchema,
  },
  ["node", "items", "moves", "stays"],
);

/** Which guest of a node would go where, and why. Nothing is changed. */
export async function showDrainPlan(call: Invocation): Promise<Answer> {
  const plan = await planDrain(call);
  const stays = plan.moves.filter(({ to }) => to === undefined).length;
  const shown = itemsToShow(plan.moves, ({ to }) => to === undefined, numberOf(call.args, "limit"));
  return {
    node: plan.node,
    items: shown.items.map(showMove),
    moves: plan.moves.length - stays,
    stays,
    targets: plan.rooms.map(({ node, before, free }) => ({
      node,
      free_before: Math.round(before),
      free_after: Math.round(free),
    })),
    ...notesOf(plan, stays, shown.notes),
  };
}

function showMove({ guest, to, how, copies, why }: Move) {
  return {
    vmid: guest.vmid,
    name: guest.name,
    type: guest.kind,
    ...(to !== undefined && { to }),
    ...(how !== undefined && { how }),
    ...(copies !== undefined && { copies }),
    why,
  };
}

function notesOf({ moves, node }: DrainPlan, stays: number, more: readonly string[]) {
  const ha = moves.some(({ guest }) => guest.ha);
  const notes = [
    ...(moves.length === 0 ? [`${node} has no guests, or none that the token may see.`] : []),
    ...(stays > 0 ? ["What stays has to be dealt with by hand: shut down, detached, or allowed by an argument."] : []),
    ...(ha
      ? [
          `HA may bring its guests back. Maintenance mode keeps them away; a person sets it: ha-manager crm-command node-maintenance enable ${node}.`,
        ]
      : []),
    ...more,
  ];
  return notes.length > 0 ? { notes } : {};
}

/** What draining answers: every guest of the node with what became of it. */
export const drainNodeOutput = openObject(
  {
    node: text,
    items: listOf(itemSchema(fields)),
    totals: { type: "object", additionalProperties: { type: "integer" } },
    left: { type: "integer", description: "Guests that are on the node now." },
    notes: notesSchema,
  },
  ["node", "items", "totals", "left"],
);

/** Makes the plan and carries it out, each move once. What cannot go stays, and says why. */
export async function drainNode(call: Invocation): Promise<Answer> {
  const plan = await planDrain(call);
  const going = plan.moves.filter(({ to }) => to !== undefined);
  const works = going.map((move) => ({ label: `${move.guest.vmid} → ${move.to}`, start: () => migrate(call, move) }));
  const results = await runAll(call, works, numberOf(call.args, "parallel") ?? 1);
  const byGuest = new Map(going.map(({ guest }, at) => [guest.vmid, results[at]]));
  const outcomes = plan.moves.map(
    ({ guest, why }): ItemResult => byGuest.get(guest.vmid) ?? { outcome: "skipped", reason: why },
  );
  const rows = plan.moves.map((move, at) => ({ ...showMove(move), ...outcomes[at] }));
  const shown = itemsToShow(rows, ({ outcome }) => outcome !== "done");
  const left = (await listGuests(call)).filter((guest) => guest.node === plan.node).length;
  return {
    node: plan.node,
    items: shown.items,
    totals: countOutcomes(outcomes),
    left,
    ...notesOf(plan, plan.moves.length - going.length, [...bulkNotes(outcomes), ...shown.notes]),
  };
}

function migrate(call: Invocation, { guest, to, how, copies = 0 }: Move): Promise<unknown> {
  const { node, vmid, kind } = guest;
  const params = {
    node,
    vmid,
    target: to,
    ...(how === "online" && { online: true, ...(copies > 0 && { "with-local-disks": true }) }),
    ...(how === "restart" && { restart: true }),
  };
  return callOperation(call, `POST /nodes/{node}/${kind}/{vmid}/migrate`, params);
}
