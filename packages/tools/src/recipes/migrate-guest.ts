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
  const obstacles = [...reasonsAgainst(check, target), ...localObstacles(check, call)];
  if (obstacles.length > 0) {
    throw new ToolPreconditionError(
      `guest ${guest.vmid} cannot move to ${target} like this: ${obstacles.join("; ")}`,
      elsewhere(check, target),
    );
  }
  const result = await callOperation(call, call.tool.entry.operation, call.params);
  const answer: Answer = isTask(result) ? await awaitTask(call, result) : { task: "finished" };
  const byHa = isTask(result) && result.upid.includes(":hamigrate:");
  return withMore(
    answer,
    { vmid: guest.vmid, from: guest.node, to: target },
    byHa ? ["HA moves it now: this task only asked for that."] : [],
  );
}

function reasonsAgainst(check: Check, target: string): readonly string[] {
  const byNode: unknown = check.not_allowed_nodes;
  const against = isRecord(byNode) ? byNode[target] : undefined;
  if (!isRecord(against)) {
    const unknown = check.allowed_nodes !== undefined && !check.allowed_nodes.includes(target);
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

function elsewhere(check: Check, target: string): string | undefined {
  const others = (check.allowed_nodes ?? []).filter((node) => node !== target);
  return others.length > 0 ? `It may go to ${others.join(", ")}.` : undefined;
}
