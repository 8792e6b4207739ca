import type { ResultOf } from "@pve/client";
import { ToolPreconditionError } from "../errors.js";
import { type Answer, guestOf, type Invocation } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { isRecord } from "../schema.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";

type Check = ResultOf<"GET /nodes/{node}/qemu/{vmid}/migrate">;

/** What a migration answers: its task, and where the guest went. */
export const migrateGuestOutput = taskSchemaWith({ from: { type: "string" }, to: { type: "string" } });

/** Moves a virtual machine to another node, after PVE's own check has said that it can go there. */
export async function migrateGuest(call: Invocation): Promise<Answer> {
  const guest = guestOf(call);
  const target = String(call.params["target"]);
  if (target === guest.node) throw new ToolPreconditionError(`guest ${guest.vmid} is on ${target} already`);
  const check = await call.pve.call("GET /nodes/{node}/qemu/{vmid}/migrate", { ...guest, target }, call.watch);
  const obstacles = [
    ...reasonsAgainst(target, check.allowed_nodes, check.not_allowed_nodes),
    ...localObstacles(check, call),
  ];
  if (obstacles.length > 0) {
    throw new ToolPreconditionError(
      `guest ${guest.vmid} cannot move to ${target} like this: ${obstacles.join("; ")}`,
      elsewhere(check.allowed_nodes, target),
    );
  }
  const result = await callOperation(call, call.tool.entry.operation, call.params);
  const answer: Answer = isTask(result) ? await awaitTask(call, result) : { task: "finished" };
  return withJourney(call, target, answer, result);
}

/** Where a guest went, and whether only HA was asked to move it. */
export function withJourney(call: Invocation, target: string, answer: Answer, task: unknown): Answer {
  const { vmid, node } = guestOf(call);
  const byHa = isTask(task) && task.upid.includes(":hamigrate:");
  const notes = byHa ? ["HA moves it now: this task only asked for that."] : [];
  return withMore(answer, { vmid, from: node, to: target }, notes);
}

/** Why PVE's check says that a guest cannot go to a node; empty when it can. */
export function reasonsAgainst(
  target: string,
  allowed: readonly string[] | undefined,
  refused: unknown,
): readonly string[] {
  const against = isRecord(refused) ? refused[target] : undefined;
  if (!isRecord(against)) {
    const unknown = allowed !== undefined && !allowed.includes(target);
    return unknown ? [`${target} is not a node it may go to`] : [];
  }
  return Object.entries(against).map(([what, which]) => `${what.replaceAll(/[-_]/g, " ")}: ${listed(which)}`);
}

function listed(which: unknown): string {
  const items = Array.isArray(which) ? which : [which];
  return items.map((item: unknown) => (isRecord(item) ? Object.values(item).join(" ") : String(item))).join(", ");
}

/** What ties a guest to its node: devices, CD images, and disks that a running guest takes along only when told to. */
function localObstacles(check: Check, call: Invocation): readonly string[] {
  const disks = check.local_disks.filter((disk) => !disk.cdrom);
  const images = check.local_disks.filter((disk) => disk.cdrom);
  const online = call.params["online"] === true;
  return [
    ...(check.running && !online ? ["it is running, and online was not given"] : []),
    ...(check.local_resources.length > 0 ? [`it uses devices of its node: ${check.local_resources.join(", ")}`] : []),
    ...(images.length > 0 ? [`it has a CD image of its node: ${images.map((disk) => disk.volid).join(", ")}`] : []),
    ...(check.running && online && disks.length > 0 && call.params["with-local-disks"] !== true
      ? [`its disks are local (${disks.map((disk) => disk.volid).join(", ")}), and with-local-disks was not given`]
      : []),
  ];
}

/** The other nodes a guest may go to, in words. */
export function elsewhere(allowed: readonly string[] | undefined, target: string): string | undefined {
  const others = (allowed ?? []).filter((node) => node !== target);
  return others.length > 0 ? `It may go to ${others.join(", ")}.` : undefined;
}
