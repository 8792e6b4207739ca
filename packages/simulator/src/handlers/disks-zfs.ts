import { die, PveFailure } from "../failure.js";
import type { Handler, Handlers } from "../handler.js";
import { disksOfNode, type ZfsPool } from "../world-disks.js";
import { parseOption } from "../world-option.js";
import {
  addStorage,
  assertMayCleanUp,
  assertStorageFree,
  cleanUpStorages,
  releaseDevices,
  unusedDevice,
  type WantedStorage,
} from "./disks-devices.js";
import { list, need, nodeOf, number, text } from "./guest-call.js";

const least: Readonly<Record<string, number>> = {
  single: 1,
  mirror: 2,
  raid10: 4,
  raidz: 3,
  raidz2: 4,
  raidz3: 5,
  draid: 3,
  draid2: 4,
  draid3: 5,
};

/** Disks' worth of data that a layout keeps out of n. */
function dataDisks(raidlevel: string, n: number): number {
  if (raidlevel === "mirror") {
    return 1;
  }
  return raidlevel === "raid10" ? n / 2 : raidlevel === "single" ? n : n - Number(/\d$/.exec(raidlevel)?.[0] ?? 1);
}

function assertLayout(raidlevel: string, count: number, draid: string | undefined): void {
  if (raidlevel === "raid10" && count % 2 !== 0) {
    die("raid10 needs an even number of disks");
  }
  if (raidlevel === "single" && count > 1) {
    die("please give only one disk for single disk mode");
  }
  const needed = least[raidlevel] ?? 1;
  if (count < needed) {
    die(`${raidlevel} needs at least ${needed} disks`);
  }
  const { data = 0, spares = 0 } = parseOption(draid ?? "", "data");
  const wanted = needed - 2 + Number(data) + Number(spares);
  if (draid !== undefined && count < wanted) {
    die(`At least ${wanted} disks needed for current dRAID config`);
  }
}

const listPools: Handler = (call) =>
  disksOfNode(call.world, nodeOf(call)).zfsPools.map(({ name, size }) => {
    const alloc = 720_896;
    return { name, size, alloc, free: size - alloc, frag: 0, dedup: 1, health: "ONLINE" };
  });

function group({
  raidlevel,
  devices,
}: ZfsPool): readonly { readonly name?: string; readonly devices: readonly string[] }[] {
  if (raidlevel === "single") {
    return [{ devices }];
  }
  if (raidlevel === "raid10") {
    return devices.flatMap((device, n) =>
      n % 2 === 0 ? [{ name: `mirror-${n / 2}`, devices: [device, devices[n + 1] ?? ""] }] : [],
    );
  }
  const name = /^raidz$/.test(raidlevel) ? "raidz1" : raidlevel;
  return [{ name: `${name}-0`, devices }];
}

const healthy = { state: "ONLINE", read: 0, write: 0, cksum: 0, msg: "" };

const showPool: Handler = (call) => {
  const name = need(call, "name");
  const pool = disksOfNode(call.world, nodeOf(call)).zfsPools.find((each) => each.name === name);
  if (pool === undefined) {
    throw new PveFailure(500, `command 'zpool status -P ${name}' failed: exit code 1`);
  }
  const disks = (devices: readonly string[]): Record<string, unknown>[] =>
    devices.map((device) => ({ name: `${device}1`, leaf: 1, ...healthy }));
  const children = group(pool).flatMap((vdev) =>
    vdev.name === undefined
      ? disks(vdev.devices)
      : [{ name: vdev.name, leaf: 0, ...healthy, children: disks(vdev.devices) }],
  );
  const root = { name, leaf: 0, ...healthy, children };
  return { name, state: "ONLINE", errors: "No known data errors", leaf: 0, children: [root] };
};

const createPool: Handler = (call) => {
  const name = need(call, "name");
  const node = nodeOf(call);
  const raidlevel = need(call, "raidlevel");
  const draid = text(call, "draid-config");
  if (draid !== undefined && !raidlevel.startsWith("draid")) {
    die("draid-config set without using dRAID level");
  }
  const devices = list(call, "devices").map((path) => unusedDevice(call, path));
  const smallest = Math.min(...devices.map((device) => device.size));
  const size = Math.floor(smallest * dataDisks(raidlevel, devices.length) * 0.96);
  const content = ["rootdir", "images"];
  const wanted: WantedStorage = {
    storage: name,
    type: "zfspool",
    content,
    config: { pool: name },
    total: size,
    verify: "pool",
  };
  assertStorageFree(call, wanted);
  if (disksOfNode(call.world, node).zfsPools.some((pool) => pool.name === name)) {
    die(`pool '${name}' already exists on node '${node}'`);
  }
  assertLayout(raidlevel, devices.length, draid);
  const paths = devices.map((device) => device.devpath);
  return call.startTask({
    node,
    type: "zfscreate",
    id: name,
    work: function* () {
      for (const path of paths) {
        unusedDevice(call, path);
      }
      const ashift = number(call, "ashift") ?? 12;
      yield {
        ms: 2500,
        log: `# /sbin/zpool create -o ashift=${ashift} ${name} ${raidlevel === "single" ? "" : `${raidlevel} `}${paths.join(" ")}`,
      };
      yield { log: `# /sbin/zfs set compression=${text(call, "compression") ?? "on"} ${name}` };
      for (const device of devices) {
        Object.assign(device, { used: "ZFS", gpt: true, owner: name });
      }
      disksOfNode(call.world, node).zfsPools.push({ name, raidlevel, devices: paths, size });
      yield* addStorage(call, wanted);
    },
  });
};

const removePool: Handler = (call) => {
  assertMayCleanUp(call);
  const name = need(call, "name");
  const node = nodeOf(call);
  return call.startTask({
    node,
    type: "zfsremove",
    id: name,
    work: function* () {
      const disks = disksOfNode(call.world, node);
      const pool = disks.zfsPools.find((each) => each.name === name);
      if (pool === undefined) {
        yield { log: `cannot open '${name}': no such pool` };
        return die(`command '/sbin/zpool destroy ${name}' failed: exit code 1`);
      }
      yield { ms: 1500 };
      disks.zfsPools = disks.zfsPools.filter((each) => each !== pool);
      cleanUpStorages(call, (storage) => storage.type === "zfspool" && storage.config["pool"] === name);
      releaseDevices(call, pool.devices);
    },
  });
};

/** ZFS pools. */
export const zfsHandlers: Handlers = {
  "GET /nodes/{node}/disks/zfs": listPools,
  "POST /nodes/{node}/disks/zfs": createPool,
  "GET /nodes/{node}/disks/zfs/{name}": showPool,
  "DELETE /nodes/{node}/disks/zfs/{name}": removePool,
};
