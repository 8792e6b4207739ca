import { die } from "../failure.js";
import type { Call, Handler } from "../handler.js";
import type { Guest, Snapshot } from "../world.js";
import { addUnused, disksOf, driveSize } from "../world-drives.js";
import { guestFigures } from "../world-figures.js";
import { assertUnlocked, configDigest, isTemplate, shownValue, snapshotConfig, snapshotNamed } from "../world-guest.js";
import { renderSize } from "../world-option.js";
import { findVolume, removeVolume, storageNamed } from "../world-storage.js";
import { flag, guestOf, need, nodeOf, text, vmidOf } from "./guest-call.js";
import { guestHas } from "./guest-features.js";
import { bootGuest, type Steps } from "./guest-power.js";
import { allocateState, stateStorage } from "./qemu-power.js";
import { assertAllowed } from "./storage-access.js";

/** `GET …/snapshot`: the snapshots, oldest first, and the running state as `current`. */
export const listSnapshots: Handler = (call) => {
  const guest = guestOf(call);
  const { kind } = guest;
  return [
    ...guest.snapshots.map((s) => ({
      name: s.name,
      snaptime: s.snaptime,
      description:
        s.description === undefined || s.description === "" ? "" : shownValue(kind, "description", s.description),
      ...(kind === "qemu" ? { vmstate: s.vmstate === undefined ? 0 : 1 } : {}),
      ...(s.parent === undefined ? {} : { parent: s.parent }),
      ...(s.snapstate === undefined ? {} : { snapstate: s.snapstate }),
    })),
    {
      name: "current",
      description: "You are here!",
      digest: configDigest(guest),
      running: guest.running === undefined ? 0 : 1,
      ...(guest.parent === undefined ? {} : { parent: guest.parent }),
    },
  ];
};

/** `GET …/snapshot/{snapname}/config`. */
export const showSnapshot: Handler = (call) => {
  const guest = guestOf(call);
  return snapshotConfig(guest.kind, snapshotNamed(guest, need(call, "snapname")));
};

/** `PUT …/snapshot/{snapname}/config`: the description is all that can change. */
export const describeSnapshot: Handler = (call) => {
  const guest = guestOf(call);
  assertUnlocked(guest);
  const snapshot = snapshotNamed(guest, need(call, "snapname"));
  const description = text(call, "description");
  if (description !== undefined) {
    snapshot.description = description;
  }
  return null;
};

function task(call: Call, qemu: string, lxc: string, work: (guest: Guest) => Steps): string {
  const type = call.route.includes("/lxc/") ? lxc : qemu;
  return call.startTask({
    node: nodeOf(call),
    type,
    id: String(vmidOf(call)),
    work: () => work(guestOf(call)),
  });
}

/** `POST …/snapshot`. */
export const takeSnapshot: Handler = (call) => {
  const name = need(call, "snapname");
  const reserved = call.route.includes("/lxc/") ? ["current", "vzdump"] : ["current", "pending"];
  if (reserved.includes(name)) {
    die(`unable to use snapshot name '${name}' (reserved name)`);
  }
  return task(call, "qmsnapshot", "vzsnapshot", (guest) => create(call, guest, name));
};

function* create(call: Call, guest: Guest, name: string): Steps {
  if (isTemplate(guest)) {
    die("you can't take a snapshot if it's a template");
  }
  assertUnlocked(guest);
  if (guest.snapshots.some((s) => s.name === name)) {
    die(`snapshot name '${name}' already used`);
  }
  if (!guestHas(call.world, guest, "snapshot")) {
    die("snapshot feature is not available");
  }
  const snapshot: Snapshot = {
    name,
    snaptime: call.now(),
    description: text(call, "description") ?? "",
    snapstate: "prepare",
    config: { ...guest.config },
    ...(guest.parent === undefined ? {} : { parent: guest.parent }),
  };
  guest.lock = "snapshot";
  guest.snapshots.push(snapshot);
  try {
    yield* save(call, guest, snapshot);
  } catch (error) {
    guest.snapshots = guest.snapshots.filter((s) => s !== snapshot);
    throw error;
  } finally {
    delete guest.lock;
  }
  delete snapshot.snapstate;
  guest.parent = name;
}

function* save(call: Call, guest: Guest, snapshot: Snapshot): Steps {
  if (flag(call, "vmstate") && guest.running !== undefined) {
    const storage = stateStorage(call, guest);
    const { mem } = guestFigures(call.world, guest, call.now());
    snapshot.vmstate = allocateState(call, guest, storage, snapshot.name);
    yield { log: `saving VM state and RAM using storage '${storage}'` };
    yield { ms: 1000, log: `${renderSize(mem / 2)} in 1s` };
    yield { ms: 1000, log: `completed saving the VM state in 2s, saved ${renderSize(mem)}` };
  }
  for (const disk of disksOf(call.world, guest, guest.config)) {
    yield { ms: 300, ...(guest.kind === "qemu" ? { log: `snapshotting 'drive-${disk.key}' (${disk.volid})` } : {}) };
    if (isThin(call, disk.volid)) {
      yield { log: `  Logical volume "snap_${thinName(disk.volid)}_${snapshot.name}" created.` };
    }
  }
}

function isThin(call: Call, volid: string): boolean {
  return storageNamed(call.world, volid.split(":")[0] ?? "").type === "lvmthin";
}

function thinName(volid: string): string {
  return volid.slice(volid.indexOf(":") + 1);
}

/** `DELETE …/snapshot/{snapname}`. */
export const deleteSnapshot: Handler = (call) =>
  task(call, "qmdelsnapshot", "vzdelsnapshot", (guest) => remove(call, guest, need(call, "snapname")));

function* remove(call: Call, guest: Guest, name: string): Steps {
  const snapshot = snapshotNamed(guest, name);
  assertUnlocked(guest);
  guest.lock = "snapshot-delete";
  snapshot.snapstate = "delete";
  try {
    for (const disk of disksOf(call.world, guest, snapshot.config)) {
      yield { ms: 300 };
      if (isThin(call, disk.volid)) {
        yield { log: `  Logical volume "snap_${thinName(disk.volid)}_${name}" successfully removed.` };
      }
    }
  } finally {
    delete guest.lock;
  }
  const state = snapshot.vmstate === undefined ? undefined : findVolume(call.world, snapshot.vmstate, guest.node);
  if (state !== undefined) {
    removeVolume(call.world, state);
  }
  guest.snapshots = guest.snapshots.filter((s) => s !== snapshot);
  for (const child of guest.snapshots) {
    reparent(child, name, snapshot.parent);
  }
  reparent(guest, name, snapshot.parent);
}

function reparent(child: { parent?: string }, from: string, to: string | undefined): void {
  if (child.parent === from) {
    delete child.parent;
    Object.assign(child, to === undefined ? {} : { parent: to });
  }
}

/** `POST …/snapshot/{snapname}/rollback`. */
export const rollBack: Handler = (call) => {
  if (flag(call, "start")) {
    assertAllowed(call, `/vms/${vmidOf(call)}`, ["VM.PowerMgmt"]);
  }
  return task(call, "qmrollback", "vzrollback", (guest) => restore(call, guest, need(call, "snapname")));
};

function* restore(call: Call, guest: Guest, name: string): Steps {
  if (isTemplate(guest)) {
    die("you can't rollback if vm is a template");
  }
  const snapshot = snapshotNamed(guest, name);
  if (snapshot.snapstate !== undefined) {
    die(`unable to rollback to incomplete snapshot (snapstate = ${snapshot.snapstate})`);
  }
  assertUnlocked(guest);
  guest.lock = "rollback";
  try {
    delete guest.running;
    yield { ms: 400 };
    for (const disk of disksOf(call.world, guest, snapshot.config)) {
      yield { ms: 300 };
      if (isThin(call, disk.volid)) {
        yield { log: `  Logical volume "${thinName(disk.volid)}" successfully removed.` };
        yield { log: `  Logical volume "${thinName(disk.volid)}" created.` };
      }
    }
    takeBack(call, guest, snapshot);
  } finally {
    delete guest.lock;
  }
  if (snapshot.vmstate !== undefined || flag(call, "start")) {
    yield* bootGuest(call, guest);
  }
}

/** The configuration becomes the snapshot's; description and unused disks stay, disks it did not have become unused. */
function takeBack(call: Call, guest: Guest, snapshot: Snapshot): void {
  const before = guest.config;
  const config = { ...snapshot.config };
  delete config["description"];
  if (before["description"] !== undefined) {
    config["description"] = before["description"];
  }
  const kept = new Set(disksOf(call.world, guest, config).map((disk) => disk.volid));
  for (const disk of disksOf(call.world, guest, before, { unused: true })) {
    if (!kept.has(disk.volid)) {
      addUnused(config, disk.volid);
    }
  }
  guest.config = config;
  guest.pending = { set: {}, remove: {} };
  guest.parent = snapshot.name;
  for (const disk of disksOf(call.world, guest, config)) {
    if (disk.volume !== undefined && driveSize(disk.value) > 0) {
      disk.volume.size = driveSize(disk.value);
    }
  }
}
