import { ToolPreconditionError } from "../errors.js";
import { type Answer, guestOf, type Invocation, kindOf } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { isRecord, type Json, listOf, openObject } from "../schema.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";
import type { Row } from "../window.js";
import { readConfig } from "./guest-config.js";

const DISK = /^(?:ide|sata|scsi|virtio|efidisk|tpmstate|unused|mp)\d+$|^rootfs$/;

/** What deleting a guest answers: its task, and what went with the guest. */
export const deleteGuestOutput = taskSchemaWith({
  lost: openObject({
    name: { type: "string" },
    disks: listOf(
      openObject({ key: { type: "string" }, volume: { type: "string" }, size: { type: "string" } }),
      "Volumes that go with it.",
    ),
    snapshots: listOf({ type: "string" }),
  }),
});

/** Deletes a guest with its disks and snapshots and says what that was. A protected guest is refused before anything is done. */
export async function deleteGuest(call: Invocation): Promise<Answer> {
  const guest = guestOf(call);
  const kind = kindOf(call);
  const [config, snapshots] = await Promise.all([
    readConfig(call),
    callOperation(call, `GET /nodes/{node}/${kind}/{vmid}/snapshot`, guest),
  ]);
  if (config["protection"] === true) {
    const update = kind === "lxc" ? "update_container_config" : "update_vm_config";
    throw new ToolPreconditionError(
      `guest ${guest.vmid} is protected`,
      `Whoever wants it gone switches protection off first: ${update} with {"protection": false}.`,
    );
  }
  if (kind === "qemu" && call.args["force"] === true) await stopFirst(call);
  const result = await callOperation(call, call.tool.entry.operation, call.params);
  const answer: Answer = isTask(result) ? await awaitTask(call, result) : { task: "finished" };
  const lost = {
    name: String(config["name"] ?? config["hostname"] ?? ""),
    disks: disksOf(config),
    snapshots: namesOf(snapshots),
  };
  return withMore(answer, { ...guest, lost }, ["Backups of it are kept."]);
}

/** PVE has no forced deletion for virtual machines: a running one has to be stopped. */
async function stopFirst(call: Invocation): Promise<void> {
  const guest = guestOf(call);
  const { status } = await call.pve.call("GET /nodes/{node}/qemu/{vmid}/status/current", guest, call.watch);
  if (status !== "running") return;
  const task = await call.pve.call("POST /nodes/{node}/qemu/{vmid}/status/stop", guest, call.watch);
  await task.done(call.watch);
}

/** The volumes that belong to a guest: no CD images, no directories of the host. */
function disksOf(config: Row): Json[] {
  return Object.entries(config).flatMap(([key, value]) => {
    if (!DISK.test(key) || !isRecord(value) || value["media"] === "cdrom") return [];
    const volume = String(value["file"] ?? value["volume"] ?? "");
    if (!volume.includes(":")) return [];
    return [{ key, volume, ...(value["size"] !== undefined && { size: String(value["size"]) }) }];
  });
}

/** Snapshot names; `current` stands for the running state and is none. */
function namesOf(snapshots: unknown): string[] {
  const rows = Array.isArray(snapshots) ? snapshots.filter(isRecord) : [];
  return rows.map((row) => String(row["name"])).filter((name) => name !== "current");
}
