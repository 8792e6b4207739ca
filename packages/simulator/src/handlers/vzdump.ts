import { die, invalid } from "../failure.js";
import type { Call, Handlers } from "../handler.js";
import { pickSection, type Section } from "../section-config.js";
import type { TaskStore } from "../tasks.js";
import type { Storage } from "../world.js";
import { storageNamed, usableStorage } from "../world-storage.js";
import { backupTargets } from "./backup-jobs-guests.js";
import { assertMayUse, backupStorage, verifyBackupOptions } from "./backup-options.js";
import { backUpAll, extractConfig, underGlobalLock } from "./guest-backup.js";
import { flag, isRoot, nodeOf } from "./guest-call.js";
import { messageOf } from "./guest-create.js";
import { poolNamed } from "./pools.js";
import { assertAllowed } from "./storage-access.js";

function startBackup(call: Call, tasks: TaskStore): string {
  const node = nodeOf(call);
  if (flag(call, "stdout")) {
    invalid({ stdout: "option is only allowed on the command line interface." });
  }
  const options = pickSection(call.params, []);
  assertMayUse(call);
  assertMayPrune(call, options);
  verifyBackupOptions(options, true);
  if (options["pool"] !== undefined) {
    poolNamed(call, String(options["pool"]));
  }
  // Guests of other nodes are theirs to back up; those that are gone fail visibly.
  const vmids = backupTargets(call.world, options);
  if (flag(call, "stop")) {
    stopRunning(call, tasks);
  }
  if (vmids.length === 0 && (options["all"] !== 1 || flag(call, "stop"))) {
    return "OK";
  }
  const target = backupStorage(options);
  if (target !== undefined) {
    assertAllowed(call, `/storage/${target}`, ["Datastore.AllocateSpace"]);
  }
  const upid: string = call.startTask({
    node,
    type: "vzdump",
    id: vmids.length === 1 ? String(vmids[0]) : "",
    work: function* () {
      const storage = backupStorageOf(call, target ?? "local");
      yield* underGlobalLock(call, upid, () => backUpAll(call, storage, () => permitted(call, options, vmids)));
    },
  });
  return upid;
}

function assertMayPrune(call: Call, options: Section): void {
  const storage = backupStorage(options);
  if (options["prune-backups"] !== undefined && storage !== undefined && !isRoot(call)) {
    assertAllowed(call, `/storage/${storage}`, ["Datastore.Allocate"]);
  }
}

/** `stop`: whatever backs up on this node is interrupted. */
function stopRunning(call: Call, tasks: TaskStore): void {
  const node = nodeOf(call);
  assertAllowed(call, `/nodes/${node}`, ["Sys.Modify"]);
  const running = call.world.jobs.backingUp.get(node);
  if (running !== undefined) {
    tasks.stop(running);
  }
}

/** The worker looks at the storage, not the call: everything that is wrong with it ends the task. */
function backupStorageOf(call: Call, id: string): Storage {
  const wrong = [
    failureOf(`could not activate storage '${id}': `, () => usableStorage(call.world, id, nodeOf(call))),
    failureOf(`could not get storage information for '${id}': `, () => {
      if (!storageNamed(call.world, id).content.includes("backup")) {
        die(`can't use storage '${id}' for backups - wrong content type`);
      }
    }),
  ].filter((text) => text !== undefined);
  return wrong.length > 0 ? die(wrong.join("\n")) : storageNamed(call.world, id);
}

function failureOf(prefix: string, run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return `${prefix}${messageOf(error)}`;
  }
}

/** Of all guests those that the caller may back up; whoever was named must be among them. */
function permitted(call: Call, options: Section, vmids: readonly number[]): readonly number[] {
  return vmids.filter((vmid) => {
    const path = `/vms/${vmid}`;
    if (options["all"] !== 1 && call.world.guests.has(vmid)) {
      assertAllowed(call, path, ["VM.Backup"]);
    }
    return !call.world.guests.has(vmid) || call.allowed(path, ["VM.Backup"]);
  });
}

/** Making backups and looking into them. */
export function vzdumpHandlers(tasks: TaskStore): Handlers {
  return {
    "POST /nodes/{node}/vzdump": (call) => startBackup(call, tasks),
    "GET /nodes/{node}/vzdump/extractconfig": extractConfig,
  };
}
