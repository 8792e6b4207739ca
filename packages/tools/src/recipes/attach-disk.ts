import { ToolArgumentError, ToolPreconditionError } from "../errors.js";
import { type Answer, guestOf, type Invocation, kindOf, numberOf, textOf } from "../invocation.js";
import { isRecord } from "../schema.js";
import type { Row } from "../window.js";
import { describeAttached } from "./change-disk.js";
import { readConfig } from "./guest-config.js";
import { diskNamed, disksIn, writeConfig } from "./guest-disk.js";

/** How many keys each bus has. */
const SLOTS: Readonly<Record<string, number>> = { ide: 4, sata: 6, scsi: 31, virtio: 16, mp: 256 };

/** What is put in: a new volume, one that exists, or the copy of an image. */
interface Source {
  readonly volume: string;
  readonly options: Row;
  readonly cdrom: boolean;
}

/** Puts a disk into a guest: a new one, a volume it has already, or an image that is copied in. A key in use is refused. */
export async function attachDisk(call: Invocation): Promise<Answer> {
  const config = await readConfig(call);
  const source = sourceOf(call, config);
  const key = keyFor(call, config, source);
  const path = textOf(call.args, "path");
  const given = call.args["options"];
  const name = kindOf(call) === "qemu" ? "file" : "volume";
  const value = {
    [name]: source.volume,
    ...(path !== undefined && { mp: path }),
    ...source.options,
    ...(isRecord(given) && given),
  };
  const digest = textOf(call.params, "digest") ?? config["digest"];
  const done = await writeConfig(call, { [key]: value, digest });
  return describeAttached(call, done, key);
}

function sourceOf(call: Invocation, config: Row): Source {
  const storage = textOf(call.args, "storage");
  const size = numberOf(call.args, "size_gib");
  const existing = textOf(call.args, "volume");
  const image = textOf(call.args, "import_from");
  const ways = [size, existing, image].filter((one) => one !== undefined).length;
  if (ways !== 1) {
    const names = kindOf(call) === "qemu" ? "size_gib, volume and import_from" : "size_gib and volume";
    throw new ToolArgumentError({ size_gib: `exactly one of ${names} says what to attach` });
  }
  if (existing !== undefined) return existingVolume(call, config, existing);
  if (storage === undefined) throw new ToolArgumentError({ storage: "missing: where the new disk is to lie" });
  const format = textOf(call.args, "format");
  return {
    volume: `${storage}:${size ?? 0}`,
    options: { ...(image !== undefined && { "import-from": image }), ...(format !== undefined && { format }) },
    cdrom: false,
  };
}

/** A detached disk by its key, or a volume by its id. Another guest's volume is not taken. */
function existingVolume(call: Invocation, config: Row, given: string): Source {
  const volume = /^unused\d+$/.test(given) ? diskNamed(call, config, given).volume : given;
  const cdrom = /:iso\//.test(volume);
  const owner = /[:/](?:vm|base|subvol)-(\d+)-[^/]+$/.exec(volume)?.[1];
  if (owner !== undefined && Number(owner) !== guestOf(call).vmid) {
    throw new ToolPreconditionError(
      `${volume} belongs to guest ${owner}: two guests on one disk destroy it`,
      "import_from makes a copy of it.",
    );
  }
  return { volume, options: cdrom ? { media: "cdrom" } : {}, cdrom };
}

function keyFor(call: Invocation, config: Row, { cdrom, volume }: Source): string {
  const disks = disksIn(config);
  const twice = disks.find((disk) => disk.volume === volume && disk.kind !== "unused");
  if (twice !== undefined && !cdrom) throw new ToolPreconditionError(`${volume} is attached already, as ${twice.key}`);
  const used = new Set(disks.map(({ key }) => key));
  const wanted = textOf(call.args, "disk") ?? (kindOf(call) === "lxc" ? "mp" : cdrom ? "ide" : "scsi");
  if (/\d$/.test(wanted)) {
    if (!used.has(wanted)) return wanted;
    const present = diskNamed(call, config, wanted).volume;
    throw new ToolPreconditionError(
      `${wanted} holds ${present} already; nothing was changed`,
      "Leave disk out for a free key, or detach_guest_disk first. An image is changed in its drive with update_vm_config.",
    );
  }
  const free = Array.from({ length: SLOTS[wanted] ?? 0 }, (_, n) => `${wanted}${n}`).find((key) => !used.has(key));
  if (free !== undefined) return free;
  throw new ToolArgumentError({
    disk: `expected a key such as scsi1 or mp0, or a bus (${Object.keys(SLOTS).join(", ")}) with a free one`,
  });
}
