import { ToolPreconditionError } from "../errors.js";
import { type Answer, guestOf, type Invocation, kindOf, textOf } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { type JsonSchema, openObject } from "../schema.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";
import type { Row } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";
import { readConfig } from "./guest-config.js";
import { bytesOf, diskNamed, disksIn, type GuestDisk, writeConfig } from "./guest-disk.js";

const text: JsonSchema = { type: "string" };
const disk: JsonSchema = { type: "string", description: "Key of the disk." };

/** What growing a disk answers: its size before and after, in bytes. */
export const resizeDiskOutput = taskSchemaWith({
  disk,
  before_size: { type: "number", description: "Bytes." },
  after_size: { type: "number", description: "Bytes." },
});

/** Makes a disk larger. A smaller size is refused before anything is sent, because it would cut data off. */
export async function resizeDisk(call: Invocation): Promise<Answer> {
  const config = await readConfig(call);
  const key = String(call.args["disk"]);
  const before = diskNamed(call, config, key);
  const asked = String(call.params["size"]);
  const wanted = asked.startsWith("+") ? undefined : bytesOf(asked);
  if (wanted !== undefined && before.size !== undefined && wanted < before.size) {
    throw new ToolPreconditionError(
      `${key} of guest ${guestOf(call).vmid} has ${before.size} bytes: disks cannot shrink`,
      "Give a larger size, or +SIZE for what is to be added. For a smaller disk, make a new one and copy inside.",
    );
  }
  const route = `PUT /nodes/{node}/${kindOf(call)}/{vmid}/resize` as const;
  const result = await callOperation(call, route, guarded(call, config));
  const done: Answer = isTask(result) ? await awaitTask(call, result) : { task: "finished" };
  const after = done["task"] === "running" ? undefined : diskNamed(call, await readConfig(call), key);
  const inside = kindOf(call) === "qemu" ? ["Inside, the partition and the file system still have to be grown."] : [];
  return withMore(
    done,
    { ...guestOf(call), disk: key, before_size: before.size, after_size: after?.size },
    after !== undefined && after.size === before.size ? ["Nothing changed: it had that size already."] : inside,
  );
}

/** What moving a disk answers: where it was, where it is, and what became of the old volume. */
export const moveDiskOutput = taskSchemaWith({
  disk,
  from: { type: "string", description: "Volume before." },
  to: { type: "string", description: "Volume now." },
  old_volume: { type: "string", description: "deleted, or the key it is kept under." },
});

/** Copies a disk to another storage and uses the copy. The old volume is kept as unused unless told otherwise. */
export async function moveDisk(call: Invocation): Promise<Answer> {
  const config = await readConfig(call);
  const key = String(call.args["disk"]);
  const from = diskNamed(call, config, key);
  const { disk: _disk, ...params } = guarded(call, config);
  const result =
    kindOf(call) === "qemu"
      ? await callOperation(call, "POST /nodes/{node}/qemu/{vmid}/move_disk", { ...params, disk: key })
      : await callOperation(call, "POST /nodes/{node}/lxc/{vmid}/move_volume", { ...params, volume: key });
  const done: Answer = isTask(result) ? await awaitTask(call, result) : { task: "finished" };
  const head = { ...guestOf(call), disk: key, from: from.volume };
  if (done["task"] === "running") return withMore(done, head);
  const after = await readConfig(call);
  const old = disksIn(after).find(({ volume }) => volume === from.volume)?.key;
  return withMore(
    done,
    { ...head, to: diskNamed(call, after, key).volume, old_volume: old ?? "deleted" },
    old === undefined ? [] : [`The old volume still takes space as ${old}: delete_unused_disk destroys it.`],
  );
}

/** What detaching a disk answers: the volume, and the key it is kept under. */
export const detachDiskOutput = taskSchemaWith({
  disk,
  volume: text,
  kept_as: { type: "string", description: "Key under which its data stays; absent for a drive without any." },
  pending: { type: "boolean", description: "It goes when the guest was stopped and started." },
});

/** Takes a disk out of a guest; its volume stays. */
export async function detachDisk(call: Invocation): Promise<Answer> {
  const config = await readConfig(call);
  const key = String(call.args["disk"]);
  const { volume, kind } = diskNamed(call, config, key);
  if (kind === "unused")
    throw new ToolPreconditionError(`${key} is detached already`, "delete_unused_disk destroys it.");
  if (kind === "rootfs") throw new ToolPreconditionError("a container cannot be without its rootfs");
  const done = await writeConfig(call, { delete: [key], digest: digestOf(call, config) });
  const head = { ...guestOf(call), disk: key, volume };
  if (done["task"] === "running") return withMore(done, head);
  const after = disksIn(await readConfig(call, { ...guestOf(call), current: true }));
  const kept = after.find((one) => one.volume === volume && one.kind === "unused")?.key;
  const pending = after.some((one) => one.key === key && one.volume === volume);
  return withMore(
    done,
    { ...head, ...(kept !== undefined && { kept_as: kept }), ...(pending && { pending }) },
    pending ? ["The running guest keeps it until it was stopped and started."] : [],
  );
}

/** What destroying a detached disk answers: what is lost. */
export const deleteDiskOutput = taskSchemaWith({
  lost: openObject({ disk: text, volume: text, size: { type: "number", description: "Bytes." } }),
});

/** Destroys a disk that is detached. One in use is refused, and so is one that a snapshot still names. */
export async function deleteDisk(call: Invocation): Promise<Answer> {
  const config = await readConfig(call);
  const key = String(call.args["disk"]);
  const gone = diskNamed(call, config, key);
  if (gone.kind !== "unused") {
    throw new ToolPreconditionError(
      `${key} of guest ${guestOf(call).vmid} is in use; nothing was deleted`,
      "detach_guest_disk takes it out first; its data then stays until delete_unused_disk.",
    );
  }
  const size = await attempt(`the size of ${gone.volume}`, sizeOf(call, gone));
  const done = await writeConfig(call, { delete: [key], digest: digestOf(call, config) });
  const lost = { disk: key, volume: gone.volume, ...("value" in size && { size: size.value }) };
  if (done["task"] !== "running" && disksIn(await readConfig(call)).some(({ volume }) => volume === gone.volume)) {
    throw new ToolPreconditionError(
      `${gone.volume} is still there: PVE kept it`,
      "A snapshot may name it: list_vm_snapshots and list_container_snapshots show them.",
    );
  }
  return withMore(done, { ...guestOf(call), lost }, missingOf([size]));
}

async function sizeOf(call: Invocation, { storage, volume }: GuestDisk): Promise<number | undefined> {
  if (storage === undefined) return undefined;
  const { node, vmid } = guestOf(call);
  const rows = await call.pve.call("GET /nodes/{node}/storage/{storage}/content", { node, storage, vmid }, call.watch);
  return rows.find(({ volid }) => volid === volume)?.size;
}

/** The caller's digest, or that of the configuration just read: nobody may write in between. */
function digestOf(call: Invocation, config: Row): unknown {
  return textOf(call.params, "digest") ?? config["digest"];
}

function guarded(call: Invocation, config: Row): Row {
  return { ...call.params, digest: digestOf(call, config) };
}

/** What putting a disk in answers: under which key, and which volume it is. */
export const attachDiskOutput = taskSchemaWith({
  disk,
  volume: text,
  size: { type: "number", description: "Bytes." },
  pending: { type: "boolean", description: "The running guest sees it after stop and start." },
});

/** Reads back what was put in under a key. */
export async function describeAttached(call: Invocation, done: Answer, key: string): Promise<Answer> {
  if (done["task"] === "running") return withMore(done, { ...guestOf(call), disk: key });
  const [wanted, current] = await Promise.all([
    readConfig(call),
    attempt("what is in force", readConfig(call, { ...guestOf(call), current: true })),
  ]);
  const { volume, size } = diskNamed(call, wanted, key);
  const inForce = foundOf(current);
  const pending = inForce !== undefined && !disksIn(inForce).some((one) => one.key === key && one.volume === volume);
  return withMore(
    done,
    { ...guestOf(call), disk: key, volume, ...(size !== undefined && { size }), ...(pending && { pending }) },
    missingOf([current]),
  );
}
