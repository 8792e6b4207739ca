import { ToolArgumentError, ToolPreconditionError } from "../errors.js";
import { type Answer, type Invocation, kindOf, numberOf, textOf } from "../invocation.js";
import { taskSchemaWith, withMore } from "../task-answer.js";
import { type BackupId, readBackup, readBackupId } from "./backup-volume.js";
import { createGuest } from "./create-guest.js";

const WORDS = { qemu: "virtual machine", lxc: "container" };

/** What restoring answers: its task, the guest that came of it, and which one was overwritten. */
export const restoreBackupOutput = taskSchemaWith({
  restored_from: { type: "string" },
  overwrote: { type: "string", description: "The guest whose disks were replaced; absent for a new one." },
});

/**
 * Restores a backup: into a new guest, or over one that exists when `force` says so. What exists is never overwritten
 * without that word.
 */
export async function restoreBackup(call: Invocation): Promise<Answer> {
  const kind = kindOf(call);
  const parameter = kind === "qemu" ? "archive" : "ostemplate";
  const backup = readBackupId(String(call.params[parameter]));
  if (kind === "qemu" && backup.volid.includes(":vztmpl/")) {
    throw new ToolArgumentError({ backup_id: "is a template of containers" }, "Use restore_container_backup.");
  }
  if (backup.kind !== undefined && backup.kind !== kind) {
    throw new ToolArgumentError(
      { backup_id: `holds a ${WORDS[backup.kind]}, not a ${WORDS[kind]}` },
      `Use ${backup.kind === "qemu" ? "restore_vm_backup" : "restore_container_backup"}.`,
    );
  }
  await readBackup(call, String(call.params["node"]), backup);
  const before = await occupant(call);
  if (before !== undefined && call.params["force"] !== true) throw taken(call, before);
  const { force: _force, ...params } = call.params;
  const fresh = before === undefined && call.params["unique"] === undefined && (await exists(call, backup.vmid));
  const answer = await createGuest({
    ...call,
    params: {
      ...params,
      [parameter]: backup.volid,
      ...(before !== undefined && { force: true }),
      ...(fresh && { unique: true }),
    },
  });
  return withMore(
    answer,
    { restored_from: backup.volid, ...(before !== undefined && { overwrote: before.name }) },
    fresh ? [newAddresses(backup)] : [],
  );
}

interface Occupant {
  readonly name: string;
  readonly running: boolean;
}

/** The guest that has the wanted VMID already. */
async function occupant(call: Invocation): Promise<Occupant | undefined> {
  const vmid = numberOf(call.params, "vmid");
  if (vmid === undefined) return undefined;
  const row = (await guestRows(call)).find((one) => one.vmid === vmid);
  if (row === undefined) return undefined;
  const name = `${vmid} (${row.name ?? "without a name"}) on ${row.node ?? "an unknown node"}`;
  const node = textOf(call.params, "node");
  if (row.type !== kindOf(call) || row.node !== node) {
    throw new ToolPreconditionError(
      `VMID ${vmid} belongs to the ${row.type === "lxc" ? WORDS.lxc : WORDS.qemu} ${name}`,
      "A guest is restored over itself on its own node, or under another VMID: leave vmid out for a free one.",
    );
  }
  return { name, running: row.status === "running" };
}

function taken(call: Invocation, { name, running }: Occupant): ToolPreconditionError {
  const stop = running
    ? `; it runs, and has to be stopped first (${kindOf(call) === "qemu" ? "shutdown_vm" : "shutdown_container"})`
    : "";
  return new ToolPreconditionError(
    `guest ${name} exists: its disks would be lost`,
    `Leave vmid out to restore into a new guest, or give force true to overwrite this one${stop}.`,
  );
}

async function exists(call: Invocation, vmid: number | undefined): Promise<boolean> {
  return vmid !== undefined && (await guestRows(call)).some((row) => row.vmid === vmid);
}

async function guestRows(call: Invocation) {
  return call.pve.call("GET /cluster/resources", { type: "vm" }, call.watch);
}

function newAddresses({ vmid }: BackupId): string {
  return `Guest ${vmid} still exists, so the copy got network addresses (MAC) of its own. Inside, it still has the same host name and IP settings.`;
}
