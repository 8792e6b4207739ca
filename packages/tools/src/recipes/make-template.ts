import { ToolPreconditionError } from "../errors.js";
import { type Answer, guestOf, type Invocation, kindOf } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { isRecord, listOf, openObject } from "../schema.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";
import { readConfig } from "./guest-config.js";
import { disksIn } from "./guest-disk.js";

/** What converting answers: the disks that clones now build on. */
export const makeTemplateOutput = taskSchemaWith({
  disks: listOf(openObject({ disk: { type: "string" }, volume: { type: "string" } }), "Base volumes."),
});

/** Turns a stopped guest without snapshots into a template, for good. What stands in the way is named beforehand. */
export async function makeTemplate(call: Invocation): Promise<Answer> {
  const guest = guestOf(call);
  const kind = kindOf(call);
  await assertConvertible(call);
  const result = await callOperation(call, `POST /nodes/{node}/${kind}/{vmid}/template`, guest);
  const task = isTask(result) ? result : await startedTask(call);
  const done: Answer = task === undefined ? { task: "running" } : await awaitTask(call, task);
  if (done["task"] === "running") return withMore(done, guest);
  const config = await readConfig(call);
  const disks = disksIn(config)
    .filter(({ kind: what }) => what !== "cdrom" && what !== "cloudinit")
    .map(({ key, volume }) => ({ disk: key, volume }));
  const clone = kind === "qemu" ? "create_vm_from_template or clone_vm" : "clone_container";
  return withMore(done, { ...guest, disks }, [`It can be cloned (${clone}), and never started again.`]);
}

async function assertConvertible(call: Invocation): Promise<void> {
  const guest = guestOf(call);
  const kind = kindOf(call);
  const [config, status, snapshots] = await Promise.all([
    readConfig(call),
    callOperation(call, `GET /nodes/{node}/${kind}/{vmid}/status/current`, guest),
    callOperation(call, `GET /nodes/{node}/${kind}/{vmid}/snapshot`, guest),
  ]);
  const word = kind === "qemu" ? "vm" : "container";
  if (config["template"] === true) throw new ToolPreconditionError(`guest ${guest.vmid} is a template already`);
  if (isRecord(status) && status["status"] === "running") {
    throw new ToolPreconditionError(`guest ${guest.vmid} runs`, `shutdown_${word} first.`);
  }
  const names = Array.isArray(snapshots) ? snapshots.filter(isRecord).map((row) => String(row["name"])) : [];
  const own = names.filter((name) => name !== "current");
  if (own.length > 0) {
    throw new ToolPreconditionError(
      `guest ${guest.vmid} has snapshots: ${own.join(", ")}`,
      `A template has none: delete_${word}_snapshot, or convert a full clone instead.`,
    );
  }
}

/** PVE does not say which task converts a container: it is the newest of its kind. */
async function startedTask(call: Invocation) {
  const { node, vmid } = guestOf(call);
  const wanted = { node, vmid, typefilter: "vztemplate", source: "all", limit: 1 } as const;
  const [newest] = await call.pve.call("GET /nodes/{node}/tasks", wanted, call.watch);
  return newest === undefined ? undefined : call.pve.task(newest.upid);
}
