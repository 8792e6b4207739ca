import { ToolArgumentError, ToolPreconditionError } from "../errors.js";
import { type Answer, guestOf, type Invocation, textOf } from "../invocation.js";
import { isRecord, type Json, type JsonSchema, listOf, openObject } from "../schema.js";
import { taskSchemaWith, withMore } from "../task-answer.js";
import { notesSchema, plain, type Row } from "../window.js";
import { attempt, missingOf } from "./attempt.js";
import { isSecret, readConfig } from "./guest-config.js";
import { disksIn } from "./guest-disk.js";
import { updateConfig, updateConfigOutput } from "./update-config.js";

/** What cloud-init is told through arguments of their own. */
const SETTINGS = [...["ciuser", "cipassword", "sshkeys", "nameserver", "searchdomain", "ipconfig0"]];
/** A part of `ipconfig0`; an address has its prefix length with it. */
const ADDRESS = /^(?:ip=(?:dhcp|[\d.]+\/\d+)|ip6=(?:dhcp|auto|[\da-f:.]+\/\d+)|gw=[\d.]+|gw6=[\da-f:.]+)$/i;
const HIDDEN = "(hidden)";

const setting: JsonSchema = openObject(
  {
    key: { type: "string" },
    value: { description: "On the drive." },
    pending: { description: "On the drive once it is made anew." },
    delete: { type: "boolean" },
  },
  ["key"],
);

/** What cloud-init is told, and one of the files it reads. */
export const cloudInitOutput = openObject(
  {
    vmid: { type: "integer" },
    node: { type: "string" },
    drive: { type: "string", description: "Key of the cloud-init drive; absent when there is none." },
    settings: listOf(setting),
    dump: { type: "string", description: "The file, passwords hidden." },
    notes: notesSchema,
  },
  ["vmid", "node", "settings"],
);

/** Shows what a virtual machine's cloud-init drive says, and what it will say. Passwords are hidden, also their hashes. */
export async function showCloudInit(call: Invocation): Promise<Answer> {
  const guest = guestOf(call);
  const part = textOf(call.args, "dump");
  const [drive, settings, dump] = await Promise.all([
    driveOf(call),
    readSettings(call),
    part === undefined ? undefined : attempt(`the file ${part}`, readDump(call, part)),
  ]);
  const notes = [
    ...(drive === undefined ? [`It has no cloud-init drive. ${MAKE_ONE}`] : []),
    ...(settings.some((row) => "pending" in row || "delete" in row)
      ? ["What is pending comes onto the drive with regenerate_cloudinit, or at the next start."]
      : []),
    ...missingOf(dump === undefined ? [] : [dump]),
  ];
  return {
    ...guest,
    ...(drive !== undefined && { drive }),
    settings,
    ...(dump !== undefined && "value" in dump && { dump: dump.value }),
    ...(notes.length > 0 && { notes }),
  };
}

const MAKE_ONE = 'update_vm_config adds one, such as {"ide2": "local-lvm:cloudinit"}.';

async function driveOf(call: Invocation): Promise<string | undefined> {
  return disksIn(await readConfig(call)).find(({ kind }) => kind === "cloudinit")?.key;
}

async function readSettings(call: Invocation): Promise<readonly { readonly [key: string]: Json }[]> {
  const rows = await call.pve.call("GET /nodes/{node}/qemu/{vmid}/cloudinit", guestOf(call), call.watch);
  return rows.map(({ key, value, pending, delete: goes }) => ({
    key,
    ...(value !== undefined && { value: shown(key, value) }),
    ...(pending !== undefined && { pending: shown(key, pending) }),
    ...(Number(goes ?? 0) > 0 && { delete: true }),
  }));
}

/** A setting as people read it: keys are stored percent-encoded. */
function shown(key: string, value: unknown): Json {
  if (isSecret(key)) return HIDDEN;
  if (key !== "sshkeys") return plain(value);
  try {
    return decodeURIComponent(String(value)).trim();
  } catch {
    return String(value);
  }
}

async function readDump(call: Invocation, part: string): Promise<string> {
  const type = part === "network" || part === "meta" ? part : "user";
  const file = await call.pve.call(
    "GET /nodes/{node}/qemu/{vmid}/cloudinit/dump",
    { ...guestOf(call), type },
    call.watch,
  );
  return file.replaceAll(
    /^(\s*(?:-\s*)?(?:password|passwd|hashed_passwd|plain_text_passwd)\s*:\s*)\S.*$/gim,
    `$1${HIDDEN}`,
  );
}

/** What setting cloud-init up answers: each setting before and after, and whether the drive says so already. */
export const setCloudInitOutput = taskSchemaWith({
  changes: updateConfigOutput.properties["changes"] ?? {},
  regenerated: { type: "boolean", description: "The drive was made anew." },
});

/** Changes what cloud-init is told and makes the drive anew. Guarded with the digest it was read with. */
export async function setCloudInit(call: Invocation): Promise<Answer> {
  const wanted = cloudInitSettings(call.args);
  if (Object.keys(wanted).length === 0 && call.params["delete"] === undefined) {
    throw new ToolArgumentError({ ciuser: `missing: at least one of ${SETTINGS.join(", ")}, or delete` });
  }
  await assertDrive(call);
  const { delete: gone, digest } = call.params;
  const done = await updateConfig({
    ...call,
    params: {
      ...guestOf(call),
      ...(gone !== undefined && { delete: gone }),
      ...(digest !== undefined && { digest }),
    },
    options: wanted,
  });
  if (done["task"] === "running") return done;
  const made = Array.isArray(done["changes"]) ? done["changes"] : [];
  if (call.args["regenerate"] === false) return { ...done, changes: await asOnDrive(call, made) };
  await regenerate(call);
  const changes = made.map(inForce);
  const notes = (done.notes ?? []).filter((note) => !note.startsWith("What is pending"));
  return { ...done, changes, regenerated: true, notes: [...notes, "The guest reads the drive at its next boot."] };
}

/** The settings of cloud-init among arguments. Throws `ToolArgumentError` for an address that PVE would not take. */
export function cloudInitSettings(args: Row): Row {
  const address = textOf(args, "ipconfig0");
  if (address !== undefined && !address.split(",").every((part) => ADDRESS.test(part.trim()))) {
    throw new ToolArgumentError({
      ipconfig0: `expected parts such as "ip=10.0.0.5/24,gw=10.0.0.1", "ip=dhcp" or "ip6=auto", got "${address}"`,
    });
  }
  return Object.fromEntries(SETTINGS.filter((name) => args[name] !== undefined).map((name) => [name, args[name]]));
}

/** The configuration has a change at once; what waits is a running guest's drive. */
async function asOnDrive(call: Invocation, changes: readonly Json[]): Promise<readonly Json[]> {
  const rows = await readSettings(call);
  const waiting = new Set(rows.flatMap((row) => ("pending" in row || "delete" in row ? [String(row["key"])] : [])));
  return changes.map((change) => {
    const [key = ""] = isRecord(change) ? String(change["key"]).split(".") : [];
    return isRecord(change) && waiting.has(key) ? plain({ ...change, pending: true }) : change;
  });
}

function inForce(change: Json): Json {
  if (!isRecord(change)) return change;
  const { pending: _pending, ...rest } = change;
  return plain(rest);
}

async function assertDrive(call: Invocation): Promise<void> {
  if ((await driveOf(call)) !== undefined) return;
  throw new ToolPreconditionError(
    `there is no cloud-init drive in VM ${guestOf(call).vmid}; nothing was changed`,
    MAKE_ONE,
  );
}

/** Makes the cloud-init drive of a virtual machine anew. */
export async function regenerate(call: Invocation): Promise<void> {
  await call.pve.call("PUT /nodes/{node}/qemu/{vmid}/cloudinit", guestOf(call), call.watch);
}

/** What making the drive anew answers: the settings that came onto it. */
export const regenerateCloudInitOutput = openObject(
  {
    vmid: { type: "integer" },
    node: { type: "string" },
    done: { type: "boolean" },
    applied: listOf({ type: "string" }, "Settings that had waited."),
    notes: notesSchema,
  },
  ["vmid", "done", "applied"],
);

/** Makes the drive anew, and names what had waited for that. */
export async function regenerateCloudInit(call: Invocation): Promise<Answer> {
  await assertDrive(call);
  const rows = await readSettings(call);
  const waiting = rows.filter((row) => "pending" in row || "delete" in row);
  await regenerate(call);
  return withMore({ ...guestOf(call), done: true, applied: waiting.map((row) => String(row["key"])) }, {}, [
    "The guest reads the drive at its next boot.",
  ]);
}
