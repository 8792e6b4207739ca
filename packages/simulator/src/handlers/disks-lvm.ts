import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { disksOfNode, type VolumeGroup } from "../world-disks.js";
import { usage } from "../world-storage.js";
import {
  addStorage,
  assertMayCleanUp,
  assertStorageFree,
  cleanUpStorages,
  releaseDevices,
  unusedDevice,
  type WantedStorage,
} from "./disks-devices.js";
import { flag, need, nodeOf } from "./guest-call.js";

/** LVM keeps a little of every disk for itself. */
const metadata = 4 * 1024 ** 2;

/** What volumes of the storages on a group have taken of it. */
function taken(call: Call, group: VolumeGroup): number {
  const storage = [...call.world.storages.values()].find(
    (each) => each.type === "lvm" && each.config["vgname"] === group.name,
  );
  return storage === undefined ? 0 : usage(storage, nodeOf(call)).used;
}

const listGroups: Handler = (call) => {
  const { groups, devices } = disksOfNode(call.world, nodeOf(call));
  const children = groups.map((group) => {
    const free = Math.max(0, group.free - taken(call, group));
    const share = group.size / group.devices.length;
    return {
      name: group.name,
      leaf: 0,
      size: group.size,
      free,
      lvcount: group.name === "pve" ? 3 : 0,
      children: group.devices.map((name) => ({
        name,
        leaf: 1,
        size: devices.find((device) => device.devpath === name)?.size ?? share,
        free: free / group.devices.length,
      })),
    };
  });
  return { leaf: 0, children };
};

const createGroup: Handler = (call) => {
  const name = need(call, "name");
  const node = nodeOf(call);
  const device = unusedDevice(call, need(call, "device"));
  const total = device.size - metadata;
  const config = { vgname: name };
  const wanted: WantedStorage = {
    storage: name,
    type: "lvm",
    content: ["rootdir", "images"],
    config,
    total,
    verify: "vgname",
  };
  assertStorageFree(call, wanted);
  return call.startTask({
    node,
    type: "lvmcreate",
    id: name,
    work: function* () {
      const disks = disksOfNode(call.world, node);
      unusedDevice(call, device.devpath);
      assertNoGroup(call, name);
      yield { ms: 900, log: `  Physical volume "${device.devpath}" successfully created.` };
      device.used = "LVM";
      device.owner = name;
      disks.groups.push({ name, size: total, free: total, devices: [device.devpath] });
      yield { log: `  Volume group "${name}" successfully created` };
      yield* addStorage(call, wanted);
    },
  });
};

function assertNoGroup(call: Call, name: string): void {
  const node = nodeOf(call);
  if (disksOfNode(call.world, node).groups.some((group) => group.name === name)) {
    die(`volume group with name '${name}' already exists on node '${node}'`);
  }
}

const removeGroup: Handler = (call) => {
  assertMayCleanUp(call);
  const name = need(call, "name");
  const node = nodeOf(call);
  return call.startTask({
    node,
    type: "lvmremove",
    id: name,
    work: function* () {
      const disks = disksOfNode(call.world, node);
      const group = disks.groups.find((each) => each.name === name) ?? die(`no such volume group '${name}'`);
      if (disks.thinPools.some((pool) => pool.vg === name) || name === "pve") {
        yield { log: `  Logical volume ${name}/${name === "pve" ? "root" : "data"} in use.` };
        die(`command '/sbin/vgremove -y ${name}' failed: exit code 5`);
      }
      yield { ms: 700, log: `  Volume group "${name}" successfully removed` };
      disks.groups = disks.groups.filter((each) => each !== group);
      cleanUpStorages(call, (storage) => storage.type === "lvm" && storage.config["vgname"] === name);
      releaseDevices(call, group.devices);
    },
  });
};

const listThinPools: Handler = (call) => {
  const node = nodeOf(call);
  return disksOfNode(call.world, node).thinPools.map(({ lv, vg, size }) => {
    const storage = [...call.world.storages.values()].find(
      (each) => each.type === "lvmthin" && each.config["vgname"] === vg && each.config["thinpool"] === lv,
    );
    const used = storage === undefined ? 0 : usage(storage, node).used;
    const meta = Math.floor(size / 100);
    const share = size === 0 ? 0 : used / size;
    return { lv, vg, lv_size: size, used, metadata_size: meta, metadata_used: Math.floor(meta * (0.01 + share / 4)) };
  });
};

const createThinPool: Handler = (call) => {
  const name = need(call, "name");
  const node = nodeOf(call);
  const device = unusedDevice(call, need(call, "device"));
  // A little of the group stays free for the pool's spare metadata.
  const total = Math.floor((device.size - metadata) * 0.97);
  const wanted: WantedStorage = {
    storage: name,
    type: "lvmthin",
    content: ["rootdir", "images"],
    config: { vgname: name, thinpool: name },
    total,
    verify: "vgname",
  };
  assertStorageFree(call, wanted);
  return call.startTask({
    node,
    type: "lvmthincreate",
    id: name,
    work: function* () {
      const disks = disksOfNode(call.world, node);
      unusedDevice(call, device.devpath);
      assertNoGroup(call, name);
      yield { ms: 900, log: `  Physical volume "${device.devpath}" successfully created.` };
      yield { ms: 900, log: `  Logical volume "${name}" created.` };
      device.used = "LVM";
      device.owner = name;
      const size = device.size - metadata;
      disks.groups.push({ name, size, free: size - total, devices: [device.devpath] });
      disks.thinPools.push({ lv: name, vg: name, size: total });
      yield* addStorage(call, wanted);
    },
  });
};

const removeThinPool: Handler = (call) => {
  assertMayCleanUp(call);
  const lv = need(call, "name");
  const vg = need(call, "volume-group");
  const node = nodeOf(call);
  return call.startTask({
    node,
    type: "lvmthinremove",
    id: `${vg}-${lv}`,
    work: function* () {
      const disks = disksOfNode(call.world, node);
      const pool = disks.thinPools.find((each) => each.lv === lv && each.vg === vg);
      const kept = disks.thinPools.filter((each) => each !== pool);
      if (pool === undefined) {
        die(`no such thin pool ${vg}/${lv}`);
      }
      yield { ms: 700, log: `  Logical volume "${lv}" successfully removed.` };
      disks.thinPools = kept;
      cleanUpStorages(
        call,
        ({ type, config }) => type === "lvmthin" && config["vgname"] === vg && config["thinpool"] === lv,
      );
      if (flag(call, "cleanup-disks")) {
        const group = disks.groups.find((each) => each.name === vg) ?? die(`no such volume group '${vg}'`);
        if (vg === "pve" || kept.some((each) => each.vg === vg)) {
          die(`volume group '${vg}' still in use`);
        }
        disks.groups = disks.groups.filter((each) => each !== group);
        releaseDevices(call, group.devices);
      }
    },
  });
};

/** Volume groups and thin pools. */
export const lvmHandlers: Handlers = {
  "GET /nodes/{node}/disks/lvm": listGroups,
  "POST /nodes/{node}/disks/lvm": createGroup,
  "DELETE /nodes/{node}/disks/lvm/{name}": removeGroup,
  "GET /nodes/{node}/disks/lvmthin": listThinPools,
  "POST /nodes/{node}/disks/lvmthin": createThinPool,
  "DELETE /nodes/{node}/disks/lvmthin/{name}": removeThinPool,
};
