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
  const there = reasonsAgainst(target, check.allowed_nodes, check.not_allowed_nodes);
  const here = localObstacles(check, call);
  const obstacles = [...there, ...here.map(({ reason }) => reason)];
  if (obstacles.length > 0) {
    throw new ToolPreconditionError(
      `guest ${guest.vmid} cannot move to ${target} like this: ${obstacles.join("; ")}`,
      remedyOf(there, here, elsewhere(check.allowed_nodes, target)),
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

/** What ties a guest to its node, and what frees it. */
export interface Obstacle {
  readonly reason: string;
  readonly remedy?: string;
}

/** Devices, CD images, and disks that a running guest takes along only when told to. */
function localObstacles(check: Check, call: Invocation): readonly Obstacle[] {
  const disks = check.local_disks.filter((disk) => !disk.cdrom);
  const images = check.local_disks.filter((disk) => disk.cdrom);
  const online = call.params["online"] === true;
  return [
    ...(check.running && !online
      ? [{ reason: "it is running, and online was not given", remedy: "Give online true, or shut it down first." }]
      : []),
    ...(check.local_resources.length > 0
      ? [{ reason: `it uses devices of its node: ${check.local_resources.join(", ")}` }]
      : []),
    ...(images.length > 0
      ? [
          {
            reason: `it has a CD image of its node: ${images.map((disk) => disk.volid).join(", ")}`,
            remedy: `Take the image out first: update_vm_config ${JSON.stringify(Object.fromEntries(images.map(({ drivename = "ide2" }) => [drivename, "none,media=cdrom"])))}.`,
          },
        ]
      : []),
    ...(check.running && online && disks.length > 0 && call.params["with-local-disks"] !== true
      ? [
          {
            reason: `its disks are local (${disks.map((disk) => disk.volid).join(", ")}), and with-local-disks was not given`,
            remedy: "Give with-local-disks true to have them copied.",
          },
        ]
      : []),
  ];
}

/** What frees the guest here; other nodes only where the wanted one is what stands in the way. */
export function remedyOf(
  there: readonly string[],
  here: readonly Obstacle[],
  elsewhere: string | undefined,
): string | undefined {
  const remedies = [...here.map(({ remedy }) => remedy), there.length > 0 ? elsewhere : undefined];
  return remedies.filter((one) => one !== undefined).join(" ") || undefined;
}

/** The other nodes a guest may go to, in words. */
export function elsewhere(allowed: readonly string[] | undefined, target: string): string | undefined {
  const others = (allowed ?? []).filter((node) => node !== target);
  return others.length > 0 ? `It may go to ${others.join(", ")}.` : undefined;
}
