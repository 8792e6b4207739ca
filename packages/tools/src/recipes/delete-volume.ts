import { ToolArgumentError, ToolNotFoundError, ToolPreconditionError } from "../errors.js";
import { type Answer, type Invocation, textOf } from "../invocation.js";
import { callOperation, isTask } from "../operation.js";
import { isRecord, openObject } from "../schema.js";
import { awaitTask, taskSchemaWith, withMore } from "../task-answer.js";
import { attempt, missingOf } from "./attempt.js";
import { disksIn } from "./guest-disk.js";
import { placesOf, placesToRead } from "./storage-places.js";

/** What deleting a volume answers: what is gone. */
export const deleteVolumeOutput = taskSchemaWith({
  lost: openObject({
    volid: { type: "string" },
    content: { type: "string" },
    size: { type: "number", description: "Bytes." },
    vmid: { type: "integer" },
  }),
});

/**
 * Deletes an image, a template or a disk that no guest uses. PVE would not ask: a disk that a configuration or a
 * snapshot still names goes all the same, so it is looked for here.
 */
export async function deleteVolume(call: Invocation): Promise<Answer> {
  const storage = String(call.params["storage"]);
  const volid = volidOf(String(call.params["volume"]), storage);
  if (/:backup\//.test(volid)) throw new ToolArgumentError({ volume: "is a backup" }, "delete_backup deletes backups.");
  const { node, volume } = await find(call, storage, volid);
  const users =
    volume.vmid === undefined ? undefined : await attempt(`guest ${volume.vmid}`, usersOf(call, volume.vmid, volid));
  const used = users !== undefined && "value" in users ? users.value : [];
  if (used.length > 0) {
    throw new ToolPreconditionError(
      `${volid} is used by guest ${volume.vmid}: ${used.join(", ")}; nothing was deleted`,
      "detach_guest_disk and delete_unused_disk take a disk away; a snapshot is deleted as a whole.",
    );
  }
  if (users !== undefined && "missing" in users) {
    throw new ToolPreconditionError(`whether a guest uses ${volid} cannot be seen: ${users.missing}`);
  }
  const task = await callOperation(call, call.tool.entry.operation, { storage, node, volume: volid });
  const done: Answer = isTask(task) ? await awaitTask(call, task) : { task: "finished" };
  const { content, size, vmid } = volume;
  const image = /:iso\//.test(volid) ? ["A VM with it in its drive does not start any more (update_vm_config)."] : [];
  return withMore(done, { lost: { volid, content, size, ...(vmid !== undefined && { vmid }) } }, [
    ...image,
    ...missingOf(users === undefined ? [] : [users]),
  ]);
}

function volidOf(given: string, storage: string): string {
  const named = /^([^/:]+):/.exec(given)?.[1];
  if (named !== undefined && named !== storage)
    throw new ToolArgumentError({ volume: `lies on ${named}, not on ${storage}` });
  return named === undefined ? `${storage}:${given}` : given;
}

async function find(call: Invocation, storage: string, volid: string) {
  const wanted = textOf(call.params, "node");
  const places = placesToRead(await placesOf(call, storage)).filter((place) =>
    [undefined, place.node].includes(wanted),
  );
  const found = await Promise.all(
    places.map(async ({ node }) => {
      const rows = await call.pve.call("GET /nodes/{node}/storage/{storage}/content", { node, storage }, call.watch);
      return rows.filter((row) => row.volid === volid).map((volume) => ({ node, volume }));
    }),
  );
  const [first, second] = found.flat();
  if (first === undefined) {
    throw new ToolNotFoundError(
      `there is no volume ${volid}, or the token may not see it`,
      "get_storage_content shows what there is.",
    );
  }
  if (second !== undefined) {
    const nodes = found.flat().map(({ node }) => node);
    throw new ToolArgumentError({ node_name: `missing: ${nodes.join(" and ")} each have one of that name` });
  }
  return first;
}

/** Where a guest's configuration, now and in its snapshots, names a volume. */
async function usersOf(call: Invocation, vmid: number, volid: string): Promise<readonly string[]> {
  const guests = await call.pve.call("GET /cluster/resources", { type: "vm" }, call.watch);
  const guest = guests.find((row) => row.vmid === vmid);
  if (guest?.node === undefined) {
    // PVE says of every VMID whether it is taken, also of guests that the token may not see.
    await call.pve.call("GET /cluster/nextid", { vmid }, call.watch);
    return [];
  }
  const path = { node: guest.node, vmid };
  const kind = guest.type === "lxc" ? "lxc" : "qemu";
  const read = async (snapshot?: string) => {
    const params = { ...path, ...(snapshot === undefined ? {} : { snapshot }) };
    const config = await callOperation(call, `GET /nodes/{node}/${kind}/{vmid}/config`, params);
    const at = snapshot === undefined ? "" : `snapshot ${snapshot}, `;
    return disksIn(isRecord(config) ? config : {})
      .filter(({ volume }) => volume === volid)
      .map(({ key }) => `${at}${key}`);
  };
  const snapshots = await callOperation(call, `GET /nodes/{node}/${kind}/{vmid}/snapshot`, path);
  const names = Array.isArray(snapshots) ? snapshots.filter(isRecord).map((row) => String(row["name"])) : [];
  const own = names.filter((name) => name !== "current");
  return (await Promise.all([read(), ...own.map(read)])).flat();
}
