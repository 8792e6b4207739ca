import type { Config, Storage, World } from "../world.js";
import { plantFile } from "./plans.js";

const gibibyte = 1024 ** 3;
const mebibyte = 1024 ** 2;

/** Makes an empty storage. */
export function planStorage(
  storage: string,
  type: string,
  content: readonly string[],
  total: number,
  config: Config,
  more: Partial<Pick<Storage, "shared" | "nodes" | "disable" | "overhead">> = {},
): Storage {
  return {
    storage,
    type,
    content: [...content],
    shared: false,
    config,
    total: total * gibibyte,
    overhead: 0,
    volumes: [],
    ...more,
  };
}

/** What an installer leaves behind: `local` for files and `local-lvm` for disks, both per node. */
export function standardStorages(): Storage[] {
  return [
    planStorage(
      "local",
      "dir",
      ["iso", "vztmpl", "backup", "snippets"],
      94,
      { path: "/var/lib/vz", "prune-backups": "keep-all=1" },
      { overhead: 9 * gibibyte },
    ),
    planStorage("local-lvm", "lvmthin", ["images", "rootdir"], 340, { vgname: "pve", thinpool: "data" }),
  ];
}

/** The ISO images and container templates on a node's `local`. */
export function plantInstallMedia(world: World, node: string, ctime: number): void {
  const local = world.storages.get("local");
  if (local === undefined) {
    return;
  }
  plantFile(local, { node, content: "iso", name: "debian-13.1.0-amd64-netinst.iso", size: 783 * mebibyte, ctime });
  plantFile(local, { node, content: "iso", name: "virtio-win-0.1.271.iso", size: 693 * mebibyte, ctime: ctime + 60 });
  plantFile(local, {
    node,
    content: "vztmpl",
    name: "debian-13-standard_13.1-2_amd64.tar.zst",
    size: 124 * mebibyte,
    ctime: ctime + 120,
  });
  plantFile(local, {
    node,
    content: "vztmpl",
    name: "alpine-3.22-default_20250617_amd64.tar.xz",
    size: 3 * mebibyte,
    ctime: ctime + 180,
  });
}
