import { type Answer, guestOf, type Invocation, kindOf } from "../invocation.js";
import { type JsonSchema, listOf, openObject } from "../schema.js";
import { notesSchema, plain } from "../window.js";
import { attempt, foundOf, missingOf } from "./attempt.js";
import { readConfig } from "./guest-config.js";
import { disksIn, type GuestDisk } from "./guest-disk.js";

const text: JsonSchema = { type: "string" };
const bytes: JsonSchema = { type: "number", description: "Bytes." };

/** The disks of a guest. */
export const listDisksOutput = openObject(
  {
    vmid: { type: "integer" },
    node: text,
    type: { type: "string", description: "qemu or lxc." },
    disks: listOf(
      openObject(
        {
          disk: { type: "string", description: "Key, such as scsi0, rootfs or unused0." },
          kind: text,
          volume: text,
          storage: text,
          size: bytes,
          used: bytes,
          path: { type: "string", description: "Where a container mounts it." },
          backup: { type: "boolean", description: "Whether backups hold it." },
          options: { type: "object" },
        },
        ["disk", "kind", "volume"],
      ),
    ),
    unreferenced: listOf(
      openObject({ volume: text, size: bytes }),
      "Volumes of this guest that its configuration does not name, on the storages read.",
    ),
    notes: notesSchema,
  },
  ["vmid", "node", "disks"],
);

/** The disks of a guest with their true sizes, and volumes that belong to it and are named nowhere. */
export async function listDisks(call: Invocation): Promise<Answer> {
  const guest = guestOf(call);
  const config = await readConfig(call);
  const disks = disksIn(config);
  const storages = [...new Set(disks.flatMap(({ storage }) => storage ?? []))];
  const lists = await Promise.all(
    storages.map((storage) =>
      attempt(
        `the volumes on ${storage}`,
        call.pve.call(
          "GET /nodes/{node}/storage/{storage}/content",
          { node: guest.node, storage, vmid: guest.vmid },
          call.watch,
        ),
      ),
    ),
  );
  const volumes = new Map(lists.flatMap((list) => foundOf(list) ?? []).map((volume) => [volume.volid, volume]));
  const named = new Set(disks.map(({ volume }) => volume));
  const loose = [...volumes.values()].filter(
    ({ volid, content }) => (content === "images" || content === "rootdir") && !named.has(volid),
  );
  const notes = [
    ...missingOf(lists),
    ...(loose.length > 0 ? ["Unreferenced volumes may belong to snapshots (list_vm_snapshots)."] : []),
  ];
  return {
    ...guest,
    type: kindOf(call),
    disks: disks.map((disk) => show(disk, kindOf(call), volumes.get(disk.volume))),
    ...(loose.length > 0 && { unreferenced: loose.map(({ volid, size }) => ({ volume: volid, size })) }),
    ...(notes.length > 0 && { notes }),
  };
}

function show(
  disk: GuestDisk,
  guest: "qemu" | "lxc",
  found: { readonly size?: number | undefined; readonly used?: number | undefined } | undefined,
) {
  const { size: _size, mp, backup, media: _media, ...options } = disk.options;
  const size = found?.size ?? disk.size;
  return {
    disk: disk.key,
    kind: disk.kind,
    volume: disk.volume,
    ...(disk.storage !== undefined && { storage: disk.storage }),
    ...(size !== undefined && { size }),
    ...(found?.used !== undefined && { used: found.used }),
    ...(typeof mp === "string" && { path: mp }),
    ...(holdsData(disk) && { backup: isBackedUp(disk, guest, backup) }),
    ...(Object.keys(options).length > 0 && { options: plain(options) }),
  };
}

function holdsData({ kind }: GuestDisk): boolean {
  return kind !== "cdrom" && kind !== "cloudinit" && kind !== "unused";
}

/** Disks of virtual machines are backed up unless told otherwise, mount points of containers only when told so. */
function isBackedUp({ kind }: GuestDisk, guest: "qemu" | "lxc", backup: unknown): boolean {
  if (guest === "qemu") return backup !== false;
  return kind === "rootfs" || (kind === "mountpoint" && backup === true);
}
