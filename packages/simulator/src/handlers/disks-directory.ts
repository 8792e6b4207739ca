import { die } from "../failure.js";
import type { Handler, Handlers } from "../handler.js";
import { disksOfNode } from "../world-disks.js";
import {
  addStorage,
  assertMayCleanUp,
  assertStorageFree,
  cleanUpStorages,
  releaseDevices,
  unusedDevice,
  type WantedStorage,
} from "./disks-devices.js";
import { need, nodeOf, text } from "./guest-call.js";

/** systemd writes a dash of a name as its code, because dashes stand for slashes. */
function unitFile(name: string): string {
  return `/etc/systemd/system/mnt-pve-${name.replaceAll("-", "\\x2d")}.mount`;
}

const listDirectories: Handler = (call) =>
  disksOfNode(call.world, nodeOf(call)).directories.map(({ name, uuid, filesystem }) => ({
    unitfile: unitFile(name),
    path: `/mnt/pve/${name}`,
    device: `/dev/disk/by-uuid/${uuid}`,
    type: filesystem,
    options: "defaults",
  }));

const createDirectory: Handler = (call) => {
  const name = need(call, "name");
  const node = nodeOf(call);
  const filesystem = text(call, "filesystem") ?? "ext4";
  const path = `/mnt/pve/${name}`;
  const device = unusedDevice(call, need(call, "device"));
  const wanted: WantedStorage = {
    storage: name,
    type: "dir",
    content: ["rootdir", "images", "iso", "backup", "vztmpl", "snippets"],
    config: { path, is_mountpoint: 1 },
    // The file system keeps some of the disk for its own tables.
    total: Math.floor(device.size * 0.98),
    verify: "path",
  };
  assertStorageFree(call, wanted);
  const known = disksOfNode(call.world, node).directories.find((each) => each.name === name);
  if (known !== undefined) {
    die(`the path for '${name}' is already mounted: ${path} (${known.device}1)`);
  }
  return call.startTask({
    node,
    type: "dircreate",
    id: name,
    work: function* () {
      unusedDevice(call, device.devpath);
      yield { ms: 400, log: `# /sbin/sgdisk -n1 -t1:8300 ${device.devpath}` };
      yield { ms: 3000, log: `# /sbin/mkfs -t ${filesystem} ${device.devpath}1` };
      yield { ms: 200, log: `# /sbin/blkid ${device.devpath}1 -o export` };
      Object.assign(device, { gpt: true, mounted: true, owner: name });
      device.partitions = [{ size: device.size - 1024 ** 2, used: filesystem }];
      const uuid = call.world.random.uuid();
      disksOfNode(call.world, node).directories.push({ name, device: device.devpath, uuid, filesystem });
      yield* addStorage(call, wanted);
    },
  });
};

const removeDirectory: Handler = (call) => {
  assertMayCleanUp(call);
  const name = need(call, "name");
  const node = nodeOf(call);
  return call.startTask({
    node,
    type: "dirremove",
    id: name,
    work: function* () {
      const disks = disksOfNode(call.world, node);
      const unit = `mnt-pve-${name.replaceAll("-", "\\x2d")}.mount`;
      const mount = disks.directories.find((each) => each.name === name);
      if (mount === undefined) {
        yield { log: `Failed to stop ${unit}: Unit ${unit} not loaded.` };
        return die(`command 'systemctl stop ${unit}' failed: exit code 5`);
      }
      yield { ms: 900 };
      disks.directories = disks.directories.filter((each) => each !== mount);
      cleanUpStorages(call, ({ type, config }) => type === "dir" && config["path"] === `/mnt/pve/${name}`);
      releaseDevices(call, [mount.device]);
    },
  });
};

/** File systems below /mnt/pve. */
export const directoryHandlers: Handlers = {
  "GET /nodes/{node}/disks/directory": listDirectories,
  "POST /nodes/{node}/disks/directory": createDirectory,
  "DELETE /nodes/{node}/disks/directory/{name}": removeDirectory,
};
