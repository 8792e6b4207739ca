import { ToolPreconditionError } from "../errors.js";
import { type Answer, guestOf, type Invocation } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { isRecord } from "../schema.js";
import { awaitTask } from "../task-answer.js";
import { attempt, missingOf } from "./attempt.js";
import { readConfig } from "./guest-config.js";
import { disksIn } from "./guest-disk.js";
import { elsewhere, type Obstacle, reasonsAgainst, remedyOf, withJourney } from "./migrate-guest.js";
import { allPlaces, isMissing } from "./storage-places.js";

/**
 * Moves a container to another node. A running one is shut down and started there, and only when `restart` says so. What
 * PVE's own check leaves out, such as directories of the host, is looked for here.
 */
export async function migrateContainer(call: Invocation): Promise<Answer> {
  const guest = guestOf(call);
  const target = String(call.params["target"]);
  if (target === guest.node) throw new ToolPreconditionError(`container ${guest.vmid} is on ${target} already`);
  const [check, status, config, places] = await Promise.all([
    attempt(
      "PVE's own check (9.0 and later)",
      call.pve.call("GET /nodes/{node}/lxc/{vmid}/migrate", guest, call.watch),
    ),
    call.pve.call("GET /nodes/{node}/lxc/{vmid}/status/current", guest, call.watch),
    readConfig(call),
    allPlaces(call),
  ]);
  const found = "value" in check ? check.value : undefined;
  const allowed = found?.["allowed-nodes"];
  const binds = disksIn(config).filter(({ kind, options }) => kind === "bind" && options["shared"] !== true);
  const disks = call.params["target-storage"] === undefined ? disksIn(config) : [];
  const lacking = new Set(disks.flatMap(({ storage = "" }) => (isMissing(places, storage, target) ? [storage] : [])));
  const there = [
    ...[...lacking].map((storage) => `${target} has no storage ${storage}`),
    ...(found === undefined ? [] : reasonsAgainst(target, allowed, found["not-allowed-nodes"])),
  ];
  const here: readonly Obstacle[] = [
    ...binds.map(({ key, volume }) => ({ reason: `${key} is the directory ${volume} of its node` })),
    ...(status.status === "running" && call.params["restart"] !== true
      ? [
          {
            reason: "it is running, and restart was not given: it would be down while it moves",
            remedy: "Give restart true, or shut it down first.",
          },
        ]
      : []),
  ];
  const obstacles = [...there, ...here.map(({ reason }) => reason)];
  if (obstacles.length > 0) {
    const text = `container ${guest.vmid} cannot move to ${target} like this: ${obstacles.join("; ")}`;
    throw new ToolPreconditionError(text, remedyOf(there, here, elsewhere(allowed, target)));
  }
  const result = await callOperation(call, call.tool.entry.operation, call.params);
  const answer: Answer = isTask(result) ? await awaitTask(call, result) : { task: "finished" };
  const notes = [...(answer.notes ?? []), ...missingOf([check])];
  return withJourney(call, target, { ...answer, ...(notes.length > 0 && isRecord(answer) && { notes }) }, result);
}
